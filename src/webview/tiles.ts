import { formatBytes, formatDuration, formatPercent, formatFrameRate } from '../encoding/formatting.ts';
import type { Counts, Progress } from '../protocol/model.ts';
import { element, setAttribute, setText } from './dom.ts';
import type { Totals } from './viewModel.ts';

export interface TilesContent {
  readonly counts: Counts | undefined;
  readonly totals: Totals | undefined;
  readonly progress: Iterable<Progress>;
}

class Tile {
  readonly element: HTMLElement;
  readonly #value = element('dd', { class: 'value' });
  readonly #hint = element('dd', { class: 'hint' });

  constructor(label: string, tone: string) {
    this.element = element(
      'div',
      { class: `tile ${tone}` },
      element('dt', {}, label),
      this.#value,
      this.#hint,
    );
  }

  render(value: string, hint: string, quiet = value === '0'): void {
    setText(this.#value, value);
    setText(this.#hint, hint);
    setAttribute(this.#value, 'class', quiet ? 'value quiet' : 'value');
  }
}

/** The numbers on top. A number that is not known yet is a dash of the same height. */
export class Tiles {
  readonly #running = new Tile('Running', 'running');
  readonly #waiting = new Tile('Waiting', 'waiting');
  readonly #done = new Tile('Done today', 'done');
  readonly #failed = new Tile('Failed today', 'failed');
  readonly #saved = new Tile('Saved', 'saved');

  constructor(container: HTMLElement) {
    const tiles = [this.#running, this.#waiting, this.#done, this.#failed, this.#saved];
    container.append(element('dl', {}, ...tiles.map((tile) => tile.element)));
  }

  render({ counts, totals, progress }: TilesContent): void {
    if (!counts || !totals) {
      for (const tile of [this.#running, this.#waiting, this.#done, this.#failed, this.#saved])
        tile.render('–', '\u00a0', true);
      return;
    }
    const rate = [...progress].reduce((sum, entry) => sum + (entry.framesPerSecond ?? 0), 0);
    this.#running.render(String(counts.running), rate > 0 ? `${formatFrameRate(rate)} in all` : '\u00a0');
    const { waitingSeconds } = totals;
    const media = waitingSeconds > 0 ? `${formatDuration(waitingSeconds)} of media` : '\u00a0';
    const held = counts.queuePaused
      ? 'the queue is paused'
      : counts.paused > 0
        ? `${counts.paused} paused`
        : media;
    this.#waiting.render(String(counts.waiting + counts.paused), held);
    this.#done.render(String(totals.doneToday), `${counts.done} in all`);
    this.#failed.render(String(totals.failedToday), `${counts.failed} in all`);
    this.#renderSaved(totals);
  }

  #renderSaved({ savedBytes, sourceBytes, results }: Totals): void {
    if (results === 0) return this.#saved.render('–', 'after the first result', true);
    const share = formatPercent(Math.abs(savedBytes) / Math.max(1, sourceBytes));
    const of = results === 1 ? 'of one source' : `of ${results} sources`;
    const sign = savedBytes < 0 ? '−' : '';
    this.#saved.render(`${sign}${formatBytes(Math.abs(savedBytes))}`, `${sign}${share} ${of}`);
  }
}
