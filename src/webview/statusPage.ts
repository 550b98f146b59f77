import type { HostMessage } from '../protocol/statusPageContract.ts';
import { Announcer } from './announcer.ts';
import { Banner, problemOf } from './banner.ts';
import { ConnectionBadge } from './connectionBadge.ts';
import { requireElement, setText } from './dom.ts';
import { FleetView } from './fleetView.ts';
import { keepFocus } from './focusKeeper.ts';
import type { Host, UiState } from './host.ts';
import { endedSentences } from './jobText.ts';
import { listenToKeys } from './keyboard.ts';
import { emptyPageState, isQueueKnown, reducePageState, type PageState } from './pageState.ts';
import { QueueView } from './queueView.ts';
import { Tiles } from './tiles.ts';
import { Toolbar } from './toolbar.ts';
import { endedSince, midnightBefore, sumUp } from './viewModel.ts';

/** Milliseconds between looks at the clock, for “3 min ago”. */
const clockInterval = 15_000;
/** Rows that one press of “Show more” adds. */
const moreRows = 30;

export interface StatusPageOptions {
  readonly host: Host;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Holds what the host told and what the person chose, and draws both at most once a frame. */
export class StatusPage {
  readonly #host: Host;
  readonly #now: () => number;
  readonly #announcer = new Announcer({
    speak: (text) => setText(requireElement('live'), text),
    later: (callback, delay) => window.setTimeout(callback, delay),
  });
  readonly #connection = new ConnectionBadge(requireElement('connection'));
  readonly #banner: Banner;
  readonly #tiles = new Tiles(requireElement('tiles'));
  readonly #queue: QueueView;
  readonly #fleet = new FleetView();
  readonly #toolbar: Toolbar;
  #state: PageState = emptyPageState;
  #ui: UiState;
  #frameAsked = false;
  #scrolled = false;

  constructor({ host, now }: StatusPageOptions) {
    this.#host = host;
    this.#now = now;
    this.#ui = host.loadUiState();
    this.#banner = new Banner(requireElement('banner'), (action) => host.post({ type: 'run', action }));
    this.#queue = new QueueView(
      (action, id) => host.post({ type: 'job', action, id }),
      (list) => this.#choose({ [list]: this.#ui[list] + moreRows }),
    );
    this.#toolbar = new Toolbar(requireElement('toolbar'), {
      query: this.#ui.query,
      search: (query) => this.#choose({ query: query.trim() }),
      encode: () => host.post({ type: 'run', action: 'encode' }),
    });
  }

  start(): void {
    this.#host.listen((message) => this.#receive(message));
    listenToKeys(this.#toolbar.search, () => this.#toolbar.clear());
    window.addEventListener('scrollend', () => this.#choose({ scrollTop: window.scrollY }));
    window.setInterval(() => this.#renderSoon(), clockInterval);
    this.#render();
    this.#host.post({ type: 'ready' });
  }

  #receive(message: HostMessage): void {
    if (message.type === 'jobs')
      for (const sentence of endedSentences(endedSince(this.#state.jobs, message.jobs)))
        this.#announcer.say(sentence);
    this.#state = reducePageState(this.#state, message);
    this.#renderSoon();
  }

  #choose(change: Partial<UiState>): void {
    this.#ui = { ...this.#ui, ...change };
    this.#host.saveUiState(this.#ui);
    this.#renderSoon();
  }

  #renderSoon(): void {
    if (this.#frameAsked) return;
    this.#frameAsked = true;
    requestAnimationFrame(() => {
      this.#frameAsked = false;
      keepFocus(() => this.#render());
      this.#restoreScroll();
    });
  }

  #render(): void {
    const { connection, counts, jobs, progress } = this.#state;
    const known = isQueueKnown(this.#state);
    const now = this.#now();
    this.#connection.render(connection);
    this.#banner.render(problemOf(this.#state));
    const totals = known && jobs ? sumUp(jobs, midnightBefore(now)) : undefined;
    this.#tiles.render({ counts, totals, progress: progress.values() });
    this.#queue.render(this.#state, this.#ui, now);
    this.#fleet.render(this.#state);
  }

  /** Once, as soon as the rows are there that it scrolled over before. */
  #restoreScroll(): void {
    if (this.#scrolled || !this.#state.jobs) return;
    this.#scrolled = true;
    window.scrollTo({ top: this.#ui.scrollTop });
  }
}
