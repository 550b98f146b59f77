import { window } from 'vscode';
import type { WorkerInfo } from '../protocol/model.ts';
import type { DaemonSession } from './session/daemonSession.ts';

const remove = 'Remove Worker';

/** What a person does with a row of the Workers view. */
export class WorkerActions {
  readonly #session: DaemonSession;

  constructor(session: DaemonSession) {
    this.#session = session;
  }

  async drain(worker: WorkerInfo | undefined, drained: boolean): Promise<void> {
    if (worker)
      await this.#session.request(drained ? 'workers.drain' : 'workers.resume', { worker: worker.id });
  }

  async remove(worker: WorkerInfo | undefined): Promise<void> {
    if (!worker) return;
    const choice = await window.showWarningMessage(
      `Remove the worker ${worker.name}?`,
      {
        modal: true,
        detail:
          'Its key is good no more, and what it runs goes back to the queue. To take it back, add it again.',
      },
      remove,
    );
    if (choice === remove) await this.#session.request('workers.remove', { worker: worker.id });
  }
}
