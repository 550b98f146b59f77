import path from 'node:path';
import { readFile, rm } from 'node:fs/promises';
import { maxSampled, samplesFile } from '../encoding/carriedSound.ts';
import { copiedArguments, sourceArguments } from '../encoding/copiedTracks.ts';
import { DecodedSound } from '../encoding/decodedSound.ts';
import type { EncodeReport } from '../encoding/judge.ts';
import type { Plan } from '../encoding/plan.ts';
import type { PlanInput } from '../encoding/planInput.ts';
import type { Probe } from '../encoding/probe.ts';
import {
  ChangesReader,
  changesArguments,
  cuesFile,
  maxWords,
  textsFile,
  wordsFile,
} from '../encoding/sourceChanges.ts';
import { lengthArguments, wrongLength } from '../encoding/sourceLength.ts';
import { partRead, sourceReadArguments } from '../encoding/unreadSource.ts';
import type { RunPlace } from './runCommand.ts';
import { decode } from './decode.ts';

/**
 * What the source has that its beginning does not tell: read once, and decoded where something of it is encoded. Looked at only
 * where all that is to be seen shall be.
 */
export async function lookThrough(
  plan: Plan,
  input: PlanInput,
  { place }: { readonly place: RunPlace },
): Promise<Pick<EncodeReport, 'partRead' | 'changes' | 'sound'>> {
  if (plan.expected.verify !== 'whole') return {};
  const decoding = changesArguments(input, plan);
  const reading = sourceReadArguments(input);
  const argv = decoding ?? reading;
  if (!argv) return {};
  const changes = new ChangesReader();
  const sound = new DecodedSound();
  const { code, said, progress } = await decode(argv, 'The source', place, (chunk) => {
    changes.push(chunk);
    sound.push(chunk);
  });
  const packets = (await takeFile(path.join(place.directory, cuesFile)))?.toString();
  const samples = await takeFiles(place, samplesFile, maxSampled);
  const words = await takeFiles(place, wordsFile, maxWords);
  const texts = await takeFile(path.join(place.directory, textsFile));
  return {
    partRead: reading && partRead(input, said),
    sound: decoding && code === 0 ? sound.seconds : undefined,
    changes:
      decoding &&
      changes.changes({
        droppedFrames: progress?.droppedFrames,
        packets,
        samples,
        texts,
        words,
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
  const damage = (await decode(copied, 'The result', place)).stderr.damage;
  if (damage === 0) return 0;
  return Math.max(0, damage - (await decode(whole, 'The source', place)).stderr.damage);
}

/** Its content, where it is there; it is not any more. */
async function takeFile(file: string): Promise<Buffer | undefined> {
  const content = await readFile(file).catch(() => undefined);
  await rm(file, { force: true });
  return content;
}

/** The same of files with numbers, as many as there are. */
async function takeFiles(
  { directory }: RunPlace,
  name: (number: number) => string,
  most: number,
): Promise<Buffer[]> {
  const taken: Buffer[] = [];
  for (let number = 0; number < most; number += 1) {
    const content = await takeFile(path.join(directory, name(number)));
    if (content) taken.push(content);
  }
  return taken;
}

/** How the source is not what it announces, where it is not. */
export async function faultOfSource(input: PlanInput, place: RunPlace): Promise<string | undefined> {
  const argv = lengthArguments(input);
  if (!argv) return undefined;
  const { code, progress, said } = await decode(argv, 'The source', place);
  return code === 0 ? wrongLength(input, { seconds: progress?.outTime, said }) : undefined;
}
