import '@vscode-elements/elements/dist/vscode-progress-bar/index.js';
import type { Progress } from '../../protocol/model.ts';
import type { StatusJob } from '../../protocol/statusPageContract.ts';
import { element, icon, setAttribute, setText } from '../dom.ts';
import { JobActions, type Act } from '../jobActions.ts';
import { jobTitle, progressText, runningDetail, sourceName } from '../jobText.ts';
import type { Row } from '../keyedList.ts';
import { Sparkline } from '../sparkline.ts';

export interface RunningItem {
  readonly job: StatusJob;
  readonly progress: Progress | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** An encode that runs: numbers in fixed columns, so that four updates a second move nothing. */
export class RunningRow implements Row<RunningItem> {
  readonly element: HTMLElement;
  readonly #title = element('span', { class: 'title' });
  readonly #detail = element('span', { class: 'detail' });
  readonly #percent = element('span', { class: 'percent' });
  readonly #rate = element('span', { class: 'rate' });
  readonly #speed = element('span', { class: 'speed' });
  readonly #left = element('span', { class: 'left' });
  readonly #bar = element('vscode-progress-bar');
  readonly #sparkline = new Sparkline();
  readonly #actions: JobActions;

  constructor({ job }: RunningItem, act: Act) {
    this.#actions = new JobActions(job, ['log', 'pause', 'resume', 'cancel'], act);
    const numbers = element('div', { class: 'numbers' }, this.#percent, this.#rate, this.#speed, this.#left);
    this.element = element(
      'li',
      { class: 'row running', 'data-job': job.id },
      element('span', { class: 'state running' }, icon('sync')),
      element('div', { class: 'what' }, this.#title, this.#detail),
      this.#sparkline.element,
      numbers,
      this.#actions.element,
      this.#bar,
    );
  }

  update({ job, progress, now }: RunningItem): void {
    const text = progressText(job, progress);
    setText(this.#title, jobTitle(job));
    setAttribute(this.#title, 'title', job.sources[0]?.path);
    setText(this.#detail, runningDetail(job, progress));
    setText(this.#percent, text.percent);
    setText(this.#rate, text.rate);
    setText(this.#speed, text.speed);
    setText(this.#left, text.left);
    this.#showBar(job, progress?.fraction);
    this.#sparkline.add(progress?.framesPerSecond, now);
    this.#actions.update(job);
  }

  /** Without a value the bar runs to and fro: busy, and nobody knows how long. */
  #showBar(job: StatusJob, fraction: number | undefined): void {
    const value = fraction === undefined ? undefined : String(Math.round(fraction * 1000) / 10);
    setAttribute(this.#bar, 'value', value);
    setAttribute(this.#bar, 'indeterminate', value === undefined ? '' : undefined);
    setAttribute(this.#bar, 'aria-label', `Progress of ${sourceName(job)}`);
  }
}
