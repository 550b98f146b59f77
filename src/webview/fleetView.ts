import { element, requireElement, setAttribute, setShown, setText } from './dom.ts';
import { sourceName } from './jobText.ts';
import { KeyedList } from './keyedList.ts';
import type { PageState } from './pageState.ts';
import { WorkerCard, type WorkerItem } from './workerCard.ts';

/** The workers and their load. */
export class FleetView {
  readonly #empty = element('p', { class: 'empty' });
  readonly #badge = element('vscode-badge', { variant: 'counter' });
  readonly #cards: KeyedList<WorkerItem>;

  constructor() {
    const title = element('h2', { id: 'workers-title', tabindex: '-1' }, 'Workers');
    const cards = element('ul', { class: 'workers', 'aria-labelledby': title.id });
    requireElement('workers').append(
      element('div', { class: 'section-header' }, title, this.#badge),
      cards,
      this.#empty,
    );
    this.#cards = new KeyedList(
      cards,
      ({ worker }) => worker.id,
      () => new WorkerCard(),
    );
  }

  render(state: PageState): void {
    const names = new Map(state.jobs?.map((job) => [job.id, sourceName(job)]));
    const workers = state.workers ?? [];
    this.#cards.render(
      workers.map((worker) => ({
        worker,
        load: state.load.get(worker.id),
        files: worker.running.flatMap((id) => names.get(id) ?? []),
      })),
    );
    setText(this.#badge, String(workers.length));
    setAttribute(this.#badge, 'class', workers.length > 0 ? undefined : 'none');
    setShown(this.#empty, workers.length === 0);
    setText(this.#empty, emptySentence(state));
  }
}

function emptySentence({ connection, workers }: PageState): string {
  if (connection.state === 'failed') return 'No worker can be reached.';
  if (connection.state === 'idle' || workers)
    return 'No worker runs yet. This machine becomes one with the first encode.';
  return 'Looking for workers…';
}
