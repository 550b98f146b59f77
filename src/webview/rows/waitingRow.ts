import type { StatusJob } from '../../protocol/statusPageContract.ts';
import { element, setAttribute, setShown, setText } from '../dom.ts';
import { JobActions, type Act } from '../jobActions.ts';
import { sizeText, sourceName, waitingDetail } from '../jobText.ts';
import type { Row } from '../keyedList.ts';

export interface WaitingItem {
  readonly job: StatusJob;
  /** From 1: its place in the queue, also while a search hides others. */
  readonly place: number;
}

export class WaitingRow implements Row<WaitingItem> {
  readonly element: HTMLElement;
  readonly #place = element('span', { class: 'place' });
  readonly #title = element('span', { class: 'title' });
  readonly #detail = element('span', { class: 'detail' });
  readonly #priority = element('span', { class: 'tag' });
  readonly #size = element('span', { class: 'size' });
  readonly #actions: JobActions;

  constructor({ job }: WaitingItem, act: Act) {
    this.#actions = new JobActions(job, ['log', 'pause', 'resume', 'cancel'], act);
    this.element = element(
      'li',
      { class: 'row waiting', 'data-job': job.id },
      this.#place,
      element('div', { class: 'what' }, this.#title, this.#detail),
      element('div', { class: 'numbers' }, this.#priority, this.#size),
      this.#actions.element,
    );
  }

  update({ job, place }: WaitingItem): void {
    setText(this.#place, String(place));
    setText(this.#title, sourceName(job));
    setAttribute(this.#title, 'title', job.sources[0]?.path);
    setText(this.#detail, waitingDetail(job, Date.now()));
    setText(this.#priority, `priority ${job.priority}`);
    setShown(this.#priority, job.priority !== 50);
    setText(this.#size, sizeText(job));
    this.#actions.update(job);
  }
}
