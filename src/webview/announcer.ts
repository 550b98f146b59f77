import { setText } from './dom.ts';

/** Milliseconds: a screen reader that is spoken to more often never comes to an end. */
const quietPeriod = 5000;

/** Speaks politely through a live region: at most once a quiet period, the newest sentences together. */
export class Announcer {
  readonly #region: HTMLElement;
  #pending: string[] = [];
  #timer: number | undefined;

  constructor(region: HTMLElement) {
    this.#region = region;
  }

  say(sentence: string): void {
    this.#pending.push(sentence);
    if (this.#timer === undefined) this.#speak();
  }

  #speak(): void {
    this.#timer = undefined;
    if (this.#pending.length === 0) return;
    const [first, second] = this.#pending;
    const more = this.#pending.length - 2;
    const text = [first, second, more > 0 ? `And ${more} more.` : undefined].filter(Boolean).join(' ');
    this.#pending = [];
    setText(this.#region, text);
    this.#timer = window.setTimeout(() => this.#speak(), quietPeriod);
  }
}
