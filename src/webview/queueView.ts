import type { StatusJob } from '../protocol/statusPageContract.ts';
import { requireElement } from './dom.ts';
import type { UiState } from './host.ts';
import type { Act } from './jobActions.ts';
import { JobSection } from './jobSection.ts';
import { isQueueKnown, type PageState } from './pageState.ts';
import { FinishedRow, type FinishedItem } from './rows/finishedRow.ts';
import { RunningRow, type RunningItem } from './rows/runningRow.ts';
import { WaitingRow, type WaitingItem } from './rows/waitingRow.ts';
import { searchJobs, sortIntoSections, type Sections } from './viewModel.ts';

const keyOf = ({ job }: { readonly job: StatusJob }): string => job.id;
const nothingToHide = 1000;

/** The three lists: what runs, what waits, what is done. */
export class QueueView {
  readonly #running: JobSection<RunningItem>;
  readonly #waiting: JobSection<WaitingItem>;
  readonly #finished: JobSection<FinishedItem>;

  constructor(act: Act, showMore: (list: 'waitingLimit' | 'finishedLimit') => void) {
    this.#running = new JobSection<RunningItem>(requireElement('running'), {
      title: 'Running',
      keyOf,
      create: (item) => new RunningRow(item, act),
      showMore: () => undefined,
    });
    this.#waiting = new JobSection<WaitingItem>(requireElement('waiting'), {
      title: 'Waiting',
      keyOf,
      create: (item) => new WaitingRow(item, act),
      showMore: () => showMore('waitingLimit'),
    });
    this.#finished = new JobSection<FinishedItem>(requireElement('finished'), {
      title: 'Finished',
      keyOf,
      create: (item) => new FinishedRow(item, act),
      showMore: () => showMore('finishedLimit'),
    });
  }

  render(state: PageState, { query, waitingLimit, finishedLimit }: UiState, now: number): void {
    const all = sortIntoSections(state.jobs ?? []);
    const waiting = all.waiting.map((job, index) => ({ job, place: index + 1 }));
    const found = new Set(searchJobs(state.jobs ?? [], query).map((job) => job.id));
    const matches = ({ job }: { readonly job: StatusJob }): boolean => found.has(job.id);
    const empty = emptySentences(state, all, query);

    const runningItems = all.running.map((job) => ({ job, progress: state.progress.get(job.id), now }));
    const shown = {
      running: runningItems.filter(matches),
      waiting: waiting.filter(matches),
      finished: all.finished.map((job) => ({ job, now })).filter(matches),
    };
    const total = totals(state, shown, query);
    this.#running.render({
      items: shown.running,
      total: total.running,
      limit: nothingToHide,
      empty: empty.running,
    });
    this.#waiting.render({
      items: shown.waiting,
      total: total.waiting,
      limit: waitingLimit,
      empty: empty.waiting,
    });
    this.#finished.render({
      items: shown.finished,
      total: total.finished,
      limit: finishedLimit,
      empty: empty.finished,
    });
  }
}

type PerSection<T> = Readonly<Record<keyof Sections, T>>;

/** Without a search the queue's own counts: it holds more jobs than the page is sent. */
function totals(
  { counts }: PageState,
  shown: PerSection<readonly unknown[]>,
  query: string,
): PerSection<number> {
  const { running, waiting, finished } = shown;
  if (!counts || query !== '')
    return { running: running.length, waiting: waiting.length, finished: finished.length };
  return {
    running: counts.running,
    waiting: counts.waiting + counts.paused,
    finished: counts.done + counts.failed + counts.cancelled,
  };
}

function emptySentences(state: PageState, all: Sections, query: string): PerSection<string> {
  if (!isQueueKnown(state))
    return onlyFirst(
      state.connection.state === 'failed'
        ? 'Nothing can be shown until the encode service runs again.'
        : 'Reading the queue…',
    );
  if (query !== '') {
    const sentence = `Nothing here matches “${query}”. Press Escape in the search box to see all.`;
    return { running: sentence, waiting: sentence, finished: sentence };
  }
  return {
    running:
      all.waiting.length > 0
        ? 'Nothing runs right now. Below stands why each job waits.'
        : 'Nothing is running. Right-click a media file in the Explorer and choose Encode with DFFmpeg.',
    waiting: 'Nothing is waiting.',
    finished: 'Finished encodes are listed here, with both sizes and what the check of the result found.',
  };
}

function onlyFirst(sentence: string): PerSection<string> {
  return { running: sentence, waiting: '', finished: '' };
}
