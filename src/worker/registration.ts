import type { AttemptKey } from './outbox.ts';
import { persistently } from './persistently.ts';
import type { CoordinatorLink } from './coordinatorLink.ts';
import type { WorkerState } from './workerDescription.ts';
import type { WorkerSettings } from './workerSettings.ts';
import type { Params } from '../protocol/contract.ts';
import type { CoordinatorMethods } from '../protocol/workerContract.ts';

export interface RegistrationOptions {
  readonly link: CoordinatorLink;
  readonly dialect: () => Params<CoordinatorMethods['worker.register']>['dialect'];
  /** Attempts that run here. */
  readonly running: () => AttemptKey[];
  /** The coordinator has given this attempt to another one. */
  readonly stop: (key: AttemptKey) => void;
  readonly onRegistered: () => void;
  readonly settings: WorkerSettings;
  readonly signal: AbortSignal;
}

/** Tells the coordinator what the worker is, or what has grown of it; nothing where there is no connection: with the next one it registers. */
export async function announce(
  how: 'register' | 'update',
  worker: WorkerState,
  { link, dialect, running, stop, onRegistered, settings, signal }: RegistrationOptions,
): Promise<void> {
  const options = { signal, timeoutMs: settings.answerTimeoutSeconds * 1000 };
  if (how === 'update') {
    await persistently(
      async () => (link.isRegistered ? link.request('worker.update', { worker }, options) : undefined),
      signal,
      settings,
    );
    return;
  }
  const answer = await persistently(
    async () => {
      if (!link.isAttached) return undefined;
      return link.request('worker.register', { worker, dialect: dialect(), running: running() }, options);
    },
    signal,
    settings,
  );
  if (!answer) return;
  for (const key of answer.stop) stop(key);
  onRegistered();
}
