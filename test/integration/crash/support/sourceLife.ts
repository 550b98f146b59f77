import type { Job } from '../../../../src/protocol/model.ts';
import { isSettled } from '../../../../src/protocol/jobResults.ts';
import { check, checkReplaced, type Scene } from './checker.ts';
import type { FaultName } from './faults.ts';
import type { HeldDaemon } from './heldDaemon.ts';
import type { Phase, Step } from './steps.ts';

/** What a person does with a job whose result replaces its source, and what must come of it. */

const mayRefuse: readonly FaultName[] = ['disk full', 'destination gone'];
/** How often a person asks again, at most. */
const patience = 3;

type Daemon = () => Promise<HeldDaemon>;

/** The phase of which this step is one; that a delivery is stored is the first of replacing. */
export function phaseOf({ phase }: Step): Phase {
  return phase ?? 'replacing';
}

export function isThrough(phase: Phase): (job: Job) => boolean {
  const wanted = { replacing: 'replaced', undoing: 'undone', expiring: 'expired' }[phase];
  return ({ replacement }) => replacement?.state === wanted;
}

/** Goes through the phase: what was refused for a fault that is mended is asked for again. */
export async function bringThrough(
  phase: Phase,
  id: string,
  fault: FaultName,
  daemon: Daemon,
  wrong: string[],
): Promise<Job> {
  for (let asked = 0; ; asked += 1) {
    const held = await daemon();
    const job = await held.until(id, phase === 'expiring' ? isThrough(phase) : isSettled);
    if (isThrough(phase)(job) || asked === patience) return job;
    const { state, reason } = job.replacement ?? {};
    const refused = state === 'held' || (state === 'replaced' && reason !== undefined);
    if (refused && !mayRefuse.includes(fault)) wrong.push(`It was refused: ${JSON.stringify(reason)}.`);
    if (refused && !(reason?.message.endsWith('.') && reason.hint))
      wrong.push(`It was refused without a sentence: ${JSON.stringify(reason)}.`);
    // The answer says why not; the next look decides.
    await held.client
      .request(phase === 'replacing' ? 'jobs.replace' : 'jobs.undo', { id })
      .catch(() => undefined);
  }
}

/** What is wrong after the phase; and after an undo, where that is still to be had. */
export async function checkThrough(phase: Phase, job: Job, scene: Scene, daemon: Daemon): Promise<string[]> {
  if (phase === 'undoing') return checkUndone(scene, job);
  if (phase === 'expiring') return checkReplaced(scene, job, 'expired');
  const wrong = await checkReplaced(scene, job, 'replaced');
  const undone = await (await daemon()).client.request('jobs.undo', { id: job.id });
  return [...wrong, ...(await checkUndone(scene, undone.job))];
}

async function checkUndone(scene: Scene, job: Job): Promise<string[]> {
  const { state, reason } = job.replacement ?? {};
  const wrong = state === 'undone' ? [] : [`It is not undone: ${state} ${JSON.stringify(reason)}.`];
  return [...wrong, ...(await check(scene, job))];
}
