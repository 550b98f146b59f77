/** Why ffmpeg or ffprobe failed. `code` is a key of the error table in src/protocol/errors.ts. */
export interface FailureExplanation {
  readonly code: FailureCode;
  readonly message: string;
  readonly hint: string;
}

export type FailureCode =
  | 'source-missing'
  | 'source-unreadable'
  | 'source-not-media'
  | 'source-damaged'
  | 'source-changed'
  | 'encoder-unavailable'
  | 'destination-missing'
  | 'destination-unwritable'
  | 'scratch-full'
  | 'conflict'
  | 'ffmpeg-failed';

interface FailureRule extends FailureExplanation {
  readonly pattern: RegExp;
  /** About the file that is written, known by its name in the line, or about the one that is read. */
  readonly side?: 'source' | 'output';
}

/** The first rule with a line that fits is the reason: the particular before the general. */
export const failureRules: readonly FailureRule[] = [
  rule(/No space left on device|Disk quota exceeded/u, 'scratch-full', {
    message: 'The disk is full.',
    hint: 'Free some space where the result is written, then retry the job.',
  }),
  rule(/already exists\. Exiting/u, 'conflict', {
    message: 'The temporary file of the result is there already.',
    hint: 'Retry the job.',
  }),
  rule(/Permission denied|Operation not permitted|Read-only file system/u, 'destination-unwritable', {
    side: 'output',
    message: 'The result may not be written there.',
    hint: 'Choose another folder for the output, or allow writing to this one.',
  }),
  rule(/No such file or directory/u, 'destination-missing', {
    side: 'output',
    message: 'The folder of the result is gone.',
    hint: 'Make the folder again, or choose another one for the output.',
  }),
  rule(/not on whitelist/iu, 'source-not-media', {
    message: 'The file is a playlist or of another kind that is not opened, because it may name other files.',
    hint: 'Choose the video or audio file itself.',
  }),
  rule(/moov atom not found/u, 'source-damaged', {
    message: 'The source is incomplete: its index (the moov atom) is missing.',
    hint: 'Copy or record the file again; the recording or download did not finish.',
  }),
  rule(/Unknown encoder|Encoder .* not found|Automatic encoder selection failed/u, 'encoder-unavailable', {
    message: 'This ffmpeg does not have the encoder that the preset names.',
    hint: 'Choose another encoder in the preset; “dffmpeg doctor” lists those that work.',
  }),
  rule(
    /OpenEncodeSession|No capable devices found|Cannot load (?:lib)?(?:cuda|nvcuda|nvidia)|CUDA_ERROR|MFX session|[Cc]annot create compression session|Cannot open session/u,
    'ffmpeg-failed',
    {
      message: 'The graphics card did not take another encode.',
      hint: 'Retry when fewer encodes run on it, or choose a software encoder such as libx264.',
    },
  ),
  rule(
    /Unrecognized option|Option \S+ not found|Error (?:splitting the argument list|parsing options)|No such filter/u,
    'ffmpeg-failed',
    {
      message: 'This ffmpeg does not know an option that DFFmpeg uses.',
      hint: 'Install ffmpeg 4.4 or later.',
    },
  ),
  rule(/Error (?:while opening|initializing) .*encoder|Error while opening encoder/u, 'ffmpeg-failed', {
    message: 'The encoder refused its settings.',
    hint: 'Look at the job’s log for its reason, then change the preset.',
  }),
  rule(/Cannot allocate memory/u, 'ffmpeg-failed', {
    message: 'The machine ran out of memory.',
    hint: 'Close other programs, or run fewer encodes at once, then retry the job.',
  }),
  rule(/matches no streams|does not contain any stream/u, 'source-changed', {
    message: 'The source does not hold the tracks any more that it held when it was probed.',
    hint: 'Retry the job when the file is complete.',
  }),
  rule(/no decoder found for|Decoder .* not found|Unknown decoder/u, 'ffmpeg-failed', {
    message: 'This ffmpeg cannot decode the source.',
    hint: 'Install a full build of ffmpeg.',
  }),
  rule(/No such file or directory/u, 'source-missing', {
    message: 'The source is gone.',
    hint: 'Put the file back, or choose another one.',
  }),
  rule(/Permission denied|Operation not permitted/u, 'source-unreadable', {
    message: 'The source may not be read.',
    hint: 'Allow your user to read the file.',
  }),
  rule(/Is a directory/u, 'source-not-media', {
    message: 'The source is a folder.',
    hint: 'Choose a video or audio file.',
  }),
  rule(/Input\/output error|Stale file handle|Transport endpoint/u, 'source-unreadable', {
    message: 'The source could not be read to its end: the disk or the network gave an error.',
    hint: 'Check the disk or the connection, then retry the job.',
  }),
  rule(/Invalid data found when processing input|could not find codec parameters/iu, 'source-not-media', {
    message: 'ffmpeg finds no video or sound in the source that it can read.',
    hint: 'Choose a video or audio file; check that this one plays.',
  }),
];

function rule(
  pattern: RegExp,
  code: FailureCode,
  text: { message: string; hint: string; side?: 'source' | 'output' },
): FailureRule {
  return { pattern, code, ...text };
}

/**
 * The reason for a run that failed, from the last lines of its standard error. `output` is the staged file:
 * a line that names it, or says “output”, is about writing.
 */
export function explainFailure(
  lines: readonly string[],
  context: { readonly output?: string; readonly program?: string } = {},
): FailureExplanation {
  for (const { pattern, side, code, message, hint } of failureRules) {
    const line = lines.find(
      (text) => pattern.test(text) && (side !== 'output' || isAboutOutput(text, context)),
    );
    if (line !== undefined) return { code, message, hint };
  }
  const last = lines.findLast((text) => text.trim() !== '');
  return {
    code: 'ffmpeg-failed',
    message: `${context.program ?? 'ffmpeg'} failed${last === undefined ? ' without saying why' : `: ${clean(last)}`}.`,
    hint: 'Look at the job’s log for what came before.',
  };
}

function isAboutOutput(line: string, { output }: { readonly output?: string }): boolean {
  return /\bout(?:put)?(?:#\d| file| to\b)/iu.test(line) || (output !== undefined && line.includes(output));
}

/** Without the address that ffmpeg puts before a message, its level, and a full stop of its own. */
function clean(line: string): string {
  return line
    .replace(/^(?:\[[^\]]*\]\s*)+/u, '')
    .trim()
    .replace(/\.$/u, '')
    .slice(0, 300);
}
