import type { StatusJob } from '../../protocol/statusPageContract.ts';
import { element, icon, setAttribute, setIcon, setShown, setText } from '../dom.ts';
import { JobActions, type Act } from '../jobActions.ts';
import { endedText, jobTitle, outcomeOf, sizesText } from '../jobText.ts';
import type { Row } from '../keyedList.ts';

export interface FinishedItem {
  readonly job: StatusJob;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export class FinishedRow implements Row<FinishedItem> {
  readonly element: HTMLElement;
  readonly #icon = icon('circle-outline');
  readonly #state = element('span', { class: 'state' }, this.#icon);
  readonly #title = element('span', { class: 'title' });
  readonly #outcome = element('span', { class: 'detail' });
  readonly #sizes = element('span', { class: 'sizes' });
  readonly #change = element('span', { class: 'change' });
  readonly #when = element('time', { class: 'when' });
  readonly #findings = element('details', { class: 'findings' });
  readonly #actions: JobActions;
  /** The findings that stand there now. */
  #shown = '';

  constructor({ job }: FinishedItem, act: Act) {
    this.#actions = new JobActions(job, ['reveal', 'undo', 'replace', 'retry', 'log'], act);
    this.element = element(
      'li',
      { class: 'row finished', 'data-job': job.id },
      this.#state,
      element('div', { class: 'what' }, this.#title, this.#outcome, this.#findings),
      element('div', { class: 'numbers' }, this.#sizes, this.#change, this.#when),
      this.#actions.element,
    );
  }

  update({ job, now }: FinishedItem): void {
    const outcome = outcomeOf(job);
    setAttribute(this.#state, 'class', `state ${outcome.tone}`);
    setIcon(this.#icon, outcome.icon);
    setText(this.#title, jobTitle(job));
    setAttribute(this.#title, 'title', job.outputs[0]?.path ?? job.sources[0]?.path);
    setText(this.#outcome, outcome.text);
    const sizes = sizesText(job);
    setText(this.#sizes, sizes.sizes);
    setText(this.#change, sizes.change);
    this.#showWhen(job, now);
    this.#showFindings(outcome.findings);
    this.#actions.update(job);
  }

  #showWhen(job: StatusJob, now: number): void {
    const at = job.endedAt ?? job.createdAt;
    setText(this.#when, endedText(at, now));
    setAttribute(this.#when, 'datetime', new Date(at).toISOString());
    setAttribute(this.#when, 'title', new Date(at).toLocaleString());
  }

  #showFindings(findings: readonly string[]): void {
    setShown(this.#findings, findings.length > 0);
    const text = findings.join('\n');
    if (text === this.#shown) return;
    this.#shown = text;
    const items = findings.map((finding) => element('li', {}, finding));
    const summary = element(
      'summary',
      {},
      findings.length === 1 ? 'What was found' : `What was found (${findings.length})`,
    );
    this.#findings.replaceChildren(summary, element('ul', {}, ...items));
  }
}
