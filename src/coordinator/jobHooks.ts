import { DffmpegError } from '../protocol/errors.ts';
import type { JobHook } from '../protocol/model.ts';
import type { CoordinatorOptions } from './coordinatorInterface.ts';
import type { JobChange } from './jobChanges.ts';
import type { JobRecord } from './store/records.ts';

/** What is to happen at the end of a job; a cancelled one is nobody's business. */
export function newHooks(job: JobRecord, now: number, hooks: CoordinatorOptions['hooks']): JobHook[] {
  const { id, state, fence } = job;
  if (state !== 'done' && state !== 'failed') return [];
  return (hooks?.(state) ?? []).map((hook, index) => ({
    ...hook,
    id: `${id}-${fence}-${index}`,
    state: 'waiting',
    tries: 0,
    at: now,
  }));
}

export function settled({ hooks = [] }: JobRecord, hook: JobHook): JobChange {
  return { job: { hooks: hooks.map((each) => (each.id === hook.id ? hook : each)) }, durable: true };
}

/** Those that failed, anew. Throws `conflict` where none has. */
export function retriedHooks({ id, hooks = [] }: JobRecord, now: number): JobChange {
  if (!hooks.some(({ state }) => state === 'failed'))
    throw new DffmpegError('conflict', `No hook of job ${id} has failed.`);
  return {
    job: {
      hooks: hooks.map((hook) =>
        hook.state === 'failed' ? { ...hook, state: 'waiting', tries: 0, at: now } : hook,
      ),
    },
    durable: true,
  };
}
