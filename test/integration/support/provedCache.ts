import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { encoderTrials } from '../../../src/encoding/trial.ts';
import { createMemoryChannelPair } from '../../../src/transport/memory.ts';
import { createWorker } from '../../../src/worker/worker.ts';
import { ScriptedCoordinator } from '../worker/support/scriptedCoordinator.ts';

/**
 * Beside the second ffmpeg, from one run to the next: the cache knows by itself of which binary, hardware and trials it is, and
 * test files that run at once wait for one another.
 */
const kept = path.join(import.meta.dirname, '..', '..', '..', '.cache', 'proved');

let proved: Promise<string> | undefined;

/** The cache folder of a worker that has tried every encoder of the ffmpeg on the PATH. */
function provedCache(): Promise<string> {
  proved ??= prove();
  return proved;
}

/** What trial runs prove, for a state folder in which no worker has run yet: most tests are not about them. */
export async function giveProofs(stateDir: string): Promise<void> {
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  await cp(await provedCache(), path.join(stateDir, 'cache'), {
    recursive: true,
    filter: (source) => !source.endsWith('.lock'),
  });
}

/** The same for `dffmpeg worker run`, whose state lies within that of a daemon, and must have been made by it. */
export async function giveNodeProofs(stateDir: string): Promise<void> {
  const own = path.join(stateDir, 'worker');
  await giveProofs(own);
  await writeFile(path.join(own, 'worker.lock'), '');
}

async function prove(): Promise<string> {
  await mkdir(kept, { recursive: true });
  // All else of its state is its own, since other processes may be doing the same.
  const stateDir = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-proving-'));
  await symlink(kept, path.join(stateDir, 'cache'));
  const [mine, theirs] = createMemoryChannelPair();
  const coordinator = new ScriptedCoordinator(mine);
  const worker = createWorker({ coordinator: theirs, stateDir, id: 'w1', name: 'test', local: true });
  await coordinator.until(
    () => Object.keys(coordinator.worker?.capabilities ?? {}).length === encoderTrials.length,
  );
  await worker.close();
  await rm(stateDir, { recursive: true, force: true });
  return kept;
}
