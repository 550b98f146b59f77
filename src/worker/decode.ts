import { unfinishedLook } from './encodeFailure.ts';
import { runFfmpeg, type FfmpegExit } from './ffmpegProcess.ts';
import type { RunPlace } from './runCommand.ts';

/** Decodes something to its end. Throws when it does not come to that; `onSaid`: all that ffmpeg says, as it comes. */
export async function decode(
  argv: readonly string[],
  what: string,
  place: RunPlace,
  onSaid?: (chunk: string) => void,
): Promise<FfmpegExit> {
  const { binary, directory, lowPriority, settings, signal, suspension } = place;
  const stallSeconds = settings.verifyStallSeconds;
  await suspension?.released(signal);
  const { exit } = runFfmpeg({
    ...{ binary, argv, directory, lowPriority, stallMs: stallSeconds * 1000, settings, signal, suspension },
    onProgress: () => undefined,
    onLog: (text) => {
      place.log(text);
    },
    // What it says of the file in passing.
    logs: (line) => !/\[(?:info|verbose)\]/u.test(line),
    onSaid,
  });
  const ended = await exit;
  signal.throwIfAborted();
  if (ended.code === null) throw unfinishedLook(ended, { binary, stallSeconds, what });
  return ended;
}
