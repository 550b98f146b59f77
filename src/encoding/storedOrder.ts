import type { DemuxerFamily } from './demuxers.ts';
import type { ProbeStream } from './probe.ts';
import { refuse, type Outcome } from './problem.ts';

/**
 * AVI says when each frame is stored. Where frames are shown in another order (B-frames) a copy into any other container shows
 * them back and forth, unless ffmpeg can work the times out: of MPEG-4 part 2, whose B-frames are never referred to.
 */

/** Before the input of a copy of one source. */
export function copyTimes(family: DemuxerFamily, stream: ProbeStream): string[] {
  return isUntimed(family, stream) && isWorkedOut(stream) ? ['-fflags', '+genpts'] : [];
}

/** `joins`: what ffmpeg works out it does within one file. */
export function checkCopyTimes(
  family: DemuxerFamily,
  stream: ProbeStream,
  { joins = false }: { readonly joins?: boolean } = {},
): Outcome<object> {
  if (!isUntimed(family, stream) || (isWorkedOut(stream) && !joins)) return { ok: true };
  return refuse(
    'preset-invalid',
    'The picture is to be copied, but an AVI does not say in which order its frames are shown.',
    'Choose a preset that encodes the picture, such as “web”.',
    ['copy'],
  );
}

const isUntimed = ({ storedOrder }: DemuxerFamily, { reordered }: ProbeStream): boolean =>
  storedOrder === true && reordered === true;

const isWorkedOut = ({ codec }: ProbeStream): boolean => codec === 'mpeg4';
