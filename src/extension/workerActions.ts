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

  async rename(worker: WorkerInfo | undefined): Promise<void> {
    if (!worker) return;
    const name = await window.showInputBox({
      title: `Rename ${worker.name}`,
      prompt: 'What it is called here, and by what jobs ask for it.',
      value: worker.name,
    });
    if (name !== undefined && name.trim() !== '' && name !== worker.name)
      await this.#session.request('workers.rename', { worker: worker.id, name: name.trim() });
  }

  /** Its own stay; those that it was given before are shown with them, since nobody tells the two apart here. */
  async label(worker: WorkerInfo | undefined): Promise<void> {
    if (!worker) return;
    const text = await window.showInputBox({
      title: `Labels of ${worker.name}`,
      prompt: 'Separated by spaces. Jobs ask for them: encode --require LABEL.',
      value: worker.labels.join(' '),
    });
    if (text === undefined) return;
    const labels = [...new Set(text.split(/[\s,]+/u).filter((label) => label !== ''))];
    await this.#session.request('workers.setLabels', { worker: worker.id, labels });
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
