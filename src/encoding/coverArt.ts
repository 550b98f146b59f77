import { globalArguments } from './commandParts.ts';
import { fileUrl } from './demuxers.ts';
import type { WorkFile } from './plan.ts';
import type { ProbeStream } from './probe.ts';

/**
 * Matroska's cover is an attached file of this name; a picture that is mapped would be a second film of one frame.
 * So it is brought out first. `attachments`: attached files of the result before it.
 */
export function coverFile(
  cover: ProbeStream,
  attachments: number,
  inputArgv: readonly string[],
): { argv: string[]; files: WorkFile[] } {
  const png = cover.codec === 'png';
  const name = png ? 'cover.png' : 'cover.jpg';
  const specifier = `s:t:${attachments}`;
  return {
    argv: [
      ...['-attach', fileUrl(name)],
      ...[`-metadata:${specifier}`, `filename=${name}`],
      ...[`-metadata:${specifier}`, `mimetype=image/${png ? 'png' : 'jpeg'}`],
    ],
    files: [
      {
        name,
        extract: [
          ...globalArguments,
          ...inputArgv,
          ...['-map', `0:${cover.index}`, '-c', 'copy', '-frames:v', '1'],
          ...['-f', 'image2', '-update', '1', fileUrl(name)],
        ],
      },
    ],
  };
}
