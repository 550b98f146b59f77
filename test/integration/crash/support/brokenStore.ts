import type { JobWrite, Store } from '../../../../src/coordinator/store.ts';
import type { AttemptRecord, JobRecord, StoredJob } from '../../../../src/coordinator/store/records.ts';
import type { Breakpoints } from './breakpoints.ts';
import type { Point } from './steps.ts';

/** Which output of the job is under way: those before it are placed or skipped. */
export class OutputCounter {
  current = 0;
  /** What happens to the source after the job is done. */
  phase: 'replacing' | 'undoing' | undefined;
}

/** A store that can be held before and after each write of a job's life, and says what is surely on the disk. */
export function breakStore(
  store: Store,
  { breakpoints, outputs, synced }: { breakpoints: Breakpoints; outputs: OutputCounter; synced: () => void },
): Store {
  const submit = async (job: StoredJob): Promise<StoredJob> => {
    outputs.current = 0;
    outputs.phase = undefined;
    await breakpoints.at('submit-received');
    const stored = await store.submit(job);
    synced();
    await breakpoints.at('stored');
    return stored;
  };
  const write = async (change: JobWrite): Promise<number> => {
    const { current } = outputs;
    const stored = await store.job(change.id);
    if (!stored) throw new Error(`There is no job ${change.id}.`);
    const job = { ...stored.job, ...change.job };
    const attempt = attemptIn(change, stored);
    const settled = job.outputs.filter(({ state }) => state !== 'planned').length;
    const before = pointBefore(job, attempt);
    if (before) await breakpoints.at(before, current);
    if (settled > current) await breakpoints.at('cleaned', current);
    const first = pointOfPhase(job, outputs.phase, 'before');
    if (first) await breakpoints.at(first);
    const revision = await store.write(change);
    if (change.durable === true) synced();
    const after = pointAfter(job, attempt, change);
    if (after) await breakpoints.at(after.point, after.each ? current : undefined);
    const afterwards = pointOfPhase(job, outputs.phase, 'after');
    if (settled > current) await breakpoints.at('acknowledged', current);
    else if (afterwards) await breakpoints.at(afterwards);
    outputs.current = settled;
    const { state } = job.replacement ?? {};
    outputs.phase = state === 'replacing' || state === 'undoing' ? state : undefined;
    return revision;
  };
  return new Proxy(store, {
    get(target, name) {
      if (name === 'submit') return submit;
      if (name === 'write') return write;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** The attempt that a write is about, as it is to be. */
function attemptIn(
  { attempts = [], newAttempts = [] }: JobWrite,
  stored: StoredJob,
): Partial<AttemptRecord> | undefined {
  const changed = [...attempts, ...newAttempts].at(-1);
  const known = stored.attempts.find(({ fence }) => fence === changed?.fence);
  return changed && { ...known, ...changed };
}

/** `phase`: what happened to the source before this change. */
function pointOfPhase(
  job: JobRecord,
  phase: OutputCounter['phase'],
  when: 'before' | 'after',
): Point | undefined {
  const points: Readonly<Record<string, readonly [Point | undefined, Point]>> = {
    'replacing replaced': ['replace-unrecorded', 'replaced'],
    ' undoing': ['undo-asked', 'undo-recorded'],
    'undoing undone': ['undo-unrecorded', 'undone'],
    ' expired': [undefined, 'expired'],
  };
  return points[`${phase ?? ''} ${job.replacement?.state ?? ''}`]?.[when === 'before' ? 0 : 1];
}

function pointBefore(job: JobRecord, attempt: Partial<AttemptRecord> | undefined): Point | undefined {
  if (job.state === 'verifying' && attempt) return 'encoded';
  return job.placement && job.state === 'committing' ? 'commit-asked' : undefined;
}

function pointAfter(
  job: JobRecord,
  attempt: Partial<AttemptRecord> | undefined,
  { reservations }: JobWrite,
): { point: Point; each: boolean } | undefined {
  const once = (point: Point) => ({ point, each: false });
  if (job.state === 'probing' && attempt) return once('probe-assigned');
  if (job.state === 'planned') return once('probed');
  if (job.state === 'waiting' && reservations) return once('named');
  if (job.state === 'committing' && job.placement) return { point: 'commit-recorded', each: true };
  if (job.state !== 'running' || attempt?.state !== 'running') return undefined;
  if (attempt.pid === undefined) return once('encode-assigned');
  return attempt.commands?.at(-1)?.purpose === 'encode' ? { point: 'encoding', each: true } : undefined;
}
