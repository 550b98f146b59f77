import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import {
  decodeArguments,
  decodedPart,
  isSuspicious,
  readDecoded,
  type EncodeCost,
} from '../encoding/decodeCheck.ts';
import { maxSampled, samplesFile } from '../encoding/carriedSound.ts';
import { copiedArguments, placesIn, sourceArguments } from '../encoding/copiedTracks.ts';
import { endsFrozen, sourceEndArguments, sourceMoves } from '../encoding/frozenEnd.ts';
import type { DecodeCheck, DecodedPart } from '../encoding/judge.ts';
import type { Plan } from '../encoding/plan.ts';
import type { PlanInput } from '../encoding/planInput.ts';
import type { Probe } from '../encoding/probe.ts';
import {
  ChangesReader,
  changesArguments,
  cuesFile,
  textsFile,
  type SourceChanges,
} from '../encoding/sourceChanges.ts';
import { lengthArguments, wrongLength } from '../encoding/sourceLength.ts';
import { partRead, sourceReadArguments } from '../encoding/unreadSource.ts';
import { unfinishedLook } from './encodeFailure.ts';
import { runFfmpeg, type FfmpegExit } from './ffmpegProcess.ts';
import type { RunPlace } from './runCommand.ts';

/**
 * Whether the result, or its end, can be decoded; undefined where there is nothing to look at. Throws when the look did not
 * come to its end: what nobody has seen is not placed.
 */
export async function decodeResult(
  plan: Plan,
  result: Probe,
  input: PlanInput,
  { place, cost }: { readonly place: RunPlace; readonly cost: EncodeCost },
): Promise<DecodeCheck | undefined> {
  const part = decodedPart(plan, result, cost);
  if (!part) return undefined;
  const look = async (of: DecodedPart) => {
    const { said, ...run } = await decode(
      decodeArguments(plan, result, input.dialect, of),
      'The result',
      place,
    );
    return { check: readDecoded(of, { ...run, said }), said };
  };
  let { check, said } = await look(part);
  if (check && isSuspicious(check)) {
    place.log('The end of the result looks damaged: all of it is decoded.\n');
    ({ check, said } = await look('whole'));
  }
  if (!check || !endsFrozen(said)) return check;
  return { ...check, frozen: await moves(input, place) };
}

/** Whether the source moves where the result stands still. */
async function moves(input: PlanInput, place: RunPlace): Promise<boolean> {
  const argv = sourceEndArguments(input);
  if (!argv) return false;
  const { code, progress, said } = await decode(argv, 'The end of the source', place);
  return sourceMoves(input, { code, said, frames: progress?.frame });
}

/**
 * What the source has that its beginning does not tell: read once, and decoded where something of it is encoded. Looked at only
 * where all that is to be seen shall be.
 */
export async function lookThrough(
  plan: Plan,
  input: PlanInput,
  { place }: { readonly place: RunPlace },
): Promise<{ partRead?: number | undefined; changes?: SourceChanges | undefined }> {
  if (plan.expected.verify !== 'whole') return {};
  const decoding = changesArguments(input, plan);
  const reading = sourceReadArguments(input);
  const argv = decoding ?? reading;
  if (!argv) return {};
  const changes = new ChangesReader();
  const { said, progress } = await decode(argv, 'The source', place, (chunk) => {
    changes.push(chunk);
  });
  const packets = (await takeFile(path.join(place.directory, cuesFile)))?.toString();
  const samples: Buffer[] = [];
  for (let number = 0; number < maxSampled; number += 1) {
    const taken = await takeFile(path.join(place.directory, samplesFile(number)));
    if (taken) samples.push(taken);
  }
  const texts = await takeFile(path.join(place.directory, textsFile));
  return {
    partRead: reading && partRead(input, said),
    changes:
      decoding &&
      changes.changes({
        droppedFrames: progress?.droppedFrames,
        packets,
        samples,
        texts,
        copiesSound: plan.encoders.audio.length === 0,
      }),
  };
}

/**
 * Places of copied tracks that can be decoded in the source, and not in the result. Looked at only where all that is to be seen
 * shall be.
 */
export async function copyDamage(
  plan: Plan,
  result: Probe,
  input: PlanInput,
  { place }: { readonly place: RunPlace },
): Promise<number | undefined> {
  const [copied, whole] = [copiedArguments(plan, result), sourceArguments(input)];
  if (plan.expected.verify !== 'whole' || !copied || !whole) return undefined;
  const damage = placesIn((await decode(copied, 'The result', place)).said);
  if (damage === 0) return 0;
  return Math.max(0, damage - placesIn((await decode(whole, 'The source', place)).said));
}

/** Its content, where it is there; it is not any more. */
async function takeFile(file: string): Promise<Buffer | undefined> {
  const content = await readFile(file).catch(() => undefined);
  await rm(file, { force: true });
  return content;
}

/** How the source is not what it announces, where it is not. */
export async function faultOfSource(input: PlanInput, place: RunPlace): Promise<string | undefined> {
  const argv = lengthArguments(input);
  if (!argv) return undefined;
  const { code, progress, said } = await decode(argv, 'The source', place);
  return code === 0 ? wrongLength(input, { seconds: progress?.outTime, said }) : undefined;
}

async function decode(
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
