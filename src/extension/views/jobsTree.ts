import { EventEmitter, type TreeDataProvider, type TreeItem } from 'vscode';
import { endStates } from '../../protocol/jobState.ts';
import type { DaemonSession } from '../session/daemonSession.ts';
import { Coalescer } from '../model/coalescer.ts';
import type { Disposable } from '../model/emitter.ts';
import { jobGroups, type BoardChange, type JobBoard, type JobGroup } from '../model/jobBoard.ts';
import { isFfmpegMissing, missingFfmpeg } from '../model/viewState.ts';
import { groupItem, jobItem, moreItem, noticeItem, olderItem, resolveJobTooltip } from './jobItems.ts';
import type { GroupNode, JobNode, JobsNode, MoreNode, NoticeNode, OlderNode } from './jobNodes.ts';

/** Milliseconds between two redraws of one row: 4 a second is as fast as progress comes. */
const interval = 250;
/** Finished jobs shown at first, and more with each *Show older*. */
const pageSize = 50;

const groups: Record<JobGroup, GroupNode> = {
  running: { kind: 'group', group: 'running' },
  waiting: { kind: 'group', group: 'waiting' },
  finished: { kind: 'group', group: 'finished' },
};
const older: OlderNode = { kind: 'older' };
const more: MoreNode = { kind: 'more' };
const notices: Record<NoticeNode['notice'], NoticeNode> = {
  noFfmpeg: { kind: 'notice', notice: 'noFfmpeg' },
  disconnected: { kind: 'notice', notice: 'disconnected' },
};

/** Running, waiting and finished jobs, drawn from the board; only what changed is drawn anew. */
export class JobsTree implements TreeDataProvider<JobsNode>, Disposable {
  readonly #board: JobBoard;
  readonly #session: DaemonSession;
  readonly #nodes = new Map<string, JobNode>();
  readonly #changes = new EventEmitter<JobsNode[] | undefined>();
  readonly #coalescer: Coalescer<JobsNode | 'root'>;
  readonly #subscriptions: readonly Disposable[];
  #shownFinished = pageSize;
  /** Where the next page of old jobs begins; undefined before the first. */
  #after: string | undefined;
  #rootKey = '';
  readonly #shownCounts = new Map<JobGroup, number>();

  readonly onDidChangeTreeData = this.#changes.event;

  constructor(board: JobBoard, session: DaemonSession) {
    this.#board = board;
    this.#session = session;
    this.#coalescer = new Coalescer(interval, (changed) => {
      this.#redraw(changed);
    });
    this.#subscriptions = [
      board.onDidChange((change) => {
        this.#onBoardChange(change);
      }),
      session.onDidChangeLink(() => {
        this.#checkRoot();
      }),
    ];
  }

  getChildren(node?: JobsNode): JobsNode[] {
    if (!node) {
      this.#rootKey = this.#root().map(keyOf).join();
      return this.#root();
    }
    if (node.kind !== 'group') return [];
    const jobs = this.#board.jobsOf(node.group);
    if (node.group !== 'finished') {
      const rows: JobsNode[] = jobs.map(({ id }) => this.node(id));
      return this.#unknown(node.group) > 0 ? [...rows, more] : rows;
    }
    const shown: JobsNode[] = jobs.slice(0, this.#shownFinished).map(({ id }) => this.node(id));
    return this.#hasOlder() ? [...shown, older] : shown;
  }

  getParent(node: JobsNode): JobsNode | undefined {
    if (node.kind === 'older') return groups.finished;
    if (node.kind === 'more') return groups.waiting;
    if (node.kind !== 'job') return undefined;
    const group = jobGroups.find((name) => this.#board.jobsOf(name).some(({ id }) => id === node.id));
    return group && groups[group];
  }

  getTreeItem(node: JobsNode): TreeItem {
    switch (node.kind) {
      case 'notice':
        return noticeItem(
          node.notice,
          node.notice === 'noFfmpeg' ? missingFfmpeg(this.#board.workers) : this.#session.error,
        );
      case 'group':
        this.#shownCounts.set(node.group, this.#countOf(node.group));
        return groupItem(node.group, this.#countOf(node.group));
      case 'older':
        return olderItem();
      case 'more':
        return moreItem(this.#unknown('waiting'));
      case 'job':
        return jobItem(node.id, this.#board.job(node.id), this.#board.progress(node.id));
    }
  }

  resolveTreeItem(item: TreeItem, node: JobsNode): TreeItem {
    const job = node.kind === 'job' ? this.#board.job(node.id) : undefined;
    return job ? resolveJobTooltip(item, job) : item;
  }

  /** The one element that stands for a job. */
  node(id: string): JobNode {
    const known = this.#nodes.get(id);
    if (known) return known;
    const node: JobNode = { kind: 'job', id };
    this.#nodes.set(id, node);
    return node;
  }

  async showOlder(): Promise<void> {
    this.#shownFinished += pageSize;
    while (this.#board.jobsOf('finished').length < this.#shownFinished && this.#unknown('finished') > 0) {
      const page = await this.#session.request('jobs.list', {
        states: [...endStates],
        limit: 100,
        ...(this.#after === undefined ? {} : { after: this.#after }),
      });
      this.#board.applyJobs(page.jobs);
      this.#after = page.next;
      if (page.next === undefined) break;
    }
    this.#coalescer.add(groups.finished);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#coalescer.dispose();
    this.#changes.dispose();
  }

  #onBoardChange(change: BoardChange): void {
    switch (change.kind) {
      case 'reset':
        for (const id of this.#nodes.keys()) if (!this.#board.job(id)) this.#nodes.delete(id);
        this.#after = undefined;
        this.#coalescer.add('root');
        return;
      case 'job':
        if (change.from === change.to) {
          this.#coalescer.add(this.node(change.id));
          return;
        }
        this.#checkRoot();
        if (change.from) this.#coalescer.add(groups[change.from]);
        this.#coalescer.add(groups[change.to]);
        return;
      case 'forecasts':
        // Their tooltips are made anew.
        for (const id of change.ids) this.#coalescer.add(this.node(id));
        return;
      case 'progress':
        this.#coalescer.add(this.node(change.id));
        return;
      case 'workers':
        this.#checkRoot();
        // Its words may have changed.
        if (this.#root().includes(notices.noFfmpeg)) this.#coalescer.add(notices.noFfmpeg);
        return;
      case 'counts':
        // The number of a group that the board does not hold whole.
        for (const group of jobGroups)
          if (this.#countOf(group) !== (this.#shownCounts.get(group) ?? 0))
            this.#coalescer.add(groups[group]);
    }
  }

  #redraw(changed: ReadonlySet<JobsNode | 'root'>): void {
    if (changed.has('root')) this.#changes.fire(undefined);
    else this.#changes.fire([...changed].filter((node) => node !== 'root'));
  }

  #root(): JobsNode[] {
    const { link } = this.#session;
    // The view's message says why and hides the welcome content: the row is what is left to click.
    if (this.#board.size === 0)
      return link.kind === 'failed' && link.code !== 'node-missing' ? [notices.disconnected] : [];
    const notice =
      link.kind === 'failed'
        ? [notices.disconnected]
        : isFfmpegMissing(this.#board.workers)
          ? [notices.noFfmpeg]
          : [];
    return [
      ...notice,
      ...jobGroups.filter((group) => this.#countOf(group) > 0).map((group) => groups[group]),
    ];
  }

  #checkRoot(): void {
    if (this.#root().map(keyOf).join() !== this.#rootKey) this.#coalescer.add('root');
  }

  /** Of all the queue's jobs, also those that are not on the board. */
  #countOf(group: JobGroup): number {
    const known = this.#board.jobsOf(group).length;
    // A window that has just begun may have heard of the jobs and not of their number, or the other way round.
    if (known === 0) return 0;
    const { running, waiting, paused, done, failed, cancelled } = this.#board.counts;
    const told = { running, waiting: waiting + paused, finished: done + failed + cancelled };
    return Math.max(known, told[group]);
  }

  /** How many of a group are not on the board. */
  #unknown(group: JobGroup): number {
    return this.#countOf(group) - this.#board.jobsOf(group).length;
  }

  #hasOlder(): boolean {
    return this.#board.jobsOf('finished').length > this.#shownFinished || this.#unknown('finished') > 0;
  }
}

function keyOf(node: JobsNode): string {
  switch (node.kind) {
    case 'notice':
      return node.notice;
    case 'group':
      return node.group;
    case 'job':
      return node.id;
    case 'older':
    case 'more':
      return node.kind;
  }
}
