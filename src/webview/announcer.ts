/** Milliseconds: a screen reader that is spoken to more often never comes to an end. */
const quietPeriod = 5000;

export interface AnnouncerOptions {
  /** Puts the text into a live region. */
  readonly speak: (text: string) => void;
  /** Calls back after so many milliseconds. */
  readonly later: (callback: () => void, delay: number) => void;
}

/** Speaks at most once a quiet period, what came in between together. */
export class Announcer {
  readonly #options: AnnouncerOptions;
  #pending: string[] = [];
  #quiet = false;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  say(sentence: string): void {
    this.#pending.push(sentence);
    if (!this.#quiet) this.#speak();
  }

  #speak(): void {
    const [first, second, ...rest] = this.#pending;
    this.#quiet = first !== undefined;
    if (first === undefined) return;
    const more = rest.length > 0 ? `And ${rest.length} more.` : undefined;
    this.#pending = [];
    this.#options.speak([first, second, more].filter(Boolean).join(' '));
    this.#options.later(() => this.#speak(), quietPeriod);
  }
}
