import type { WorkerInfo } from './model.ts';

/** What keeps a worker from taking encodes, the strongest first; undefined: nothing that lasts. */
export function workerState({
  connected,
  setAside,
  drained,
  running,
}: Pick<WorkerInfo, 'connected' | 'setAside' | 'drained' | 'running'>): WorkerState | undefined {
  if (!connected) return 'away';
  if (drained) return running.length > 0 ? 'draining' : 'drained';
  return setAside ? 'set aside' : undefined;
}

export type WorkerState = 'away' | 'draining' | 'drained' | 'set aside';

/** Behind the name of a worker. */
export const workerStateTexts: Readonly<Record<WorkerState, string>> = {
  away: 'not connected',
  draining: 'draining',
  drained: 'drained',
  'set aside': 'set aside for a while',
};
