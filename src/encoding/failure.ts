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
  | 'ffmpeg-lacks'
  | 'preset-invalid'
  | 'asset-unusable'
  | 'destination-missing'
  | 'destination-unwritable'
  | 'destination-full'
  | 'destination-away'
  | 'scratch-full'
  | 'conflict'
  | 'slots-busy'
  | 'ffmpeg-failed';

interface FailureRule extends FailureExplanation {
  readonly pattern: RegExp;
  /** About the file that is written, known by its name in the line, or about the one that is read. */
  readonly side?: 'source' | 'output';
}

/** The first rule with a line that fits is the reason: the particular before the general. */
export const failureRules: readonly FailureRule[] = [
  rule(/Disk quota exceeded/u, 'destination-full', {
    message: 'The quota where the result is written is used up.',
    hint: 'Free some of what you have there, ask for a larger quota, or choose another folder for the result.',
  }),
  rule(/No space left on device/u, 'scratch-full', {
    message: 'The disk is full.',
    hint: 'Free some space where the result is written, then retry the job.',
  }),
  rule(
    /Input\/output error|Stale file handle|Transport endpoint is not connected|Host is down/u,
    'destination-away',
    {
      side: 'output',
      message: 'The disk or network drive of the result does not answer.',
      hint: 'Connect it again, or choose another folder for the result.',
    },
  ),
  rule(/already exists\. Exiting/u, 'conflict', {
    message: 'The temporary file of the result is there already.',
    hint: 'Retry the job.',
  }),
  rule(/matches no streams|does not contain any stream/u, 'source-changed', {
    message: 'The source does not hold the tracks any more that it held when it was probed.',
    hint: 'Retry the job when the file is complete.',
  }),
  rule(/Parsed_(?:subtitles|ass|lut3d|movie)_\d+ .*\[(?:error|fatal)\]/u, 'asset-unusable', {
    message: 'A file that the preset names, its subtitles or its LUT, could not be used.',
    hint: 'Put the file back, or correct its name in the preset; the job’s log says what is wrong with it.',
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
  rule(/Cannot allocate memory|malloc of size \d+ failed/u, 'ffmpeg-failed', {
    message: 'The machine ran out of memory.',
    hint: 'Close other programs, or run fewer encodes at once, then retry the job.',
  }),
  rule(/Requested output format .* is not|Unable to find a suitable output format/u, 'ffmpeg-lacks', {
    message: 'This ffmpeg cannot write the preset’s container.',
    hint: 'Choose another container in the preset, or install a complete ffmpeg.',
  }),
  rule(
    /Could not find tag for codec|codec not currently supported in container|Only .* are supported for WebM|only possible from text to text/u,
    'preset-invalid',
    {
      message: 'The preset’s container cannot hold one of the tracks as the preset makes it.',
      hint: 'Choose the container mkv, which holds nearly everything, or another encoder for that track.',
    },
  ),
  rule(/not divisible by \d|Invalid too big or non positive size/u, 'preset-invalid', {
    message: 'The picture has a size that the preset’s encoder or crop cannot work with.',
    hint: 'Change crop, width or height in the preset.',
  }),
  rule(
    /\[(?:error|fatal)\].*(?:doesn't support|profile .* not supported|Possible (?:presets|tunes|profiles)|Invalid (?:preset|tune)|preset\/tune|out of range|Error parsing option|Error setting option|Undefined constant|Unable to parse option value)/iu,
    'preset-invalid',
    {
      message: 'The encoder does not take a value of the preset.',
      hint: 'Look at the job’s log for which one, then change it in the preset.',
    },
  ),
  rule(
    /channel layout .* (?:is not supported|for specified mapping family)|Invalid channel layout|Specified channel layout|sample rate .* (?:is )?not supported|Specified sample rate/iu,
    'preset-invalid',
    {
      message: 'The audio encoder does not take the source’s channels or sample rate.',
      hint: 'Set maxChannels or sampleRate in the preset’s audio, or choose another audio encoder.',
    },
  ),
  rule(/code 3074: no path between colorspaces|no path between colorspaces/u, 'preset-invalid', {
    message: 'The source does not say its colours well enough to be converted.',
    hint: 'Leave dynamicRange out of the preset, or correct the source’s colour tags.',
  }),
  rule(/can't open stats file|Error reading log file .* for pass-2/u, 'ffmpeg-failed', {
    message: 'The statistics of the first pass are gone.',
    hint: 'Retry the job: both passes are run again.',
  }),
  // Said before the first frame alone: others use all sessions that the card has.
  rule(
    /OpenEncodeSession\w* failed: (?:out of memory|incompatible client key)|[Cc]annot create compression session/u,
    'slots-busy',
    {
      message: 'The graphics card did not take another encode.',
      hint: 'It is tried again in a while. Where other programs use the card, close them, or choose a software encoder such as libx264.',
    },
  ),
  rule(
    /No VA display found|Device creation failed|Cannot load (?:lib)?(?:cuda|nvcuda|nvidia)|MFX session/u,
    'ffmpeg-failed',
    {
      message: 'The graphics card cannot be used.',
      hint: 'Choose a software encoder such as libx264, or install the card’s driver.',
    },
  ),
  rule(/OpenEncodeSession|No capable devices found|CUDA_ERROR|Cannot open session/u, 'ffmpeg-failed', {
    message: 'The graphics card did not take the encode.',
    hint: 'Retry when fewer encodes run on it, or choose a software encoder such as libx264.',
  }),
  rule(
    /Unrecognized option|Option \S+ not found|Error splitting the argument list|No such filter|Error applying option .*Option not found/u,
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

const writing =
  /\b(?:out(?:put)?(?:#\d| file| to\b)|mux(?:er\b|#\d)|av_interleaved_write_frame\b|writing trailer\b)/iu;

function isAboutOutput(line: string, { output }: { readonly output?: string }): boolean {
  return writing.test(line) || (output !== undefined && line.includes(output));
}

/** Without the address that ffmpeg puts before a message, its level, and a full stop of its own. */
function clean(line: string): string {
  return line
    .replace(/^(?:\[[^\]]*\]\s*)+/u, '')
    .trim()
    .replace(/\.$/u, '')
    .slice(0, 300);
}
