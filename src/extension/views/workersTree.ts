import {
  EventEmitter,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
} from 'vscode';
import type { TreeDataProvider } from 'vscode';
import type { WorkerInfo } from '../../protocol/model.ts';
import { Coalescer } from '../model/coalescer.ts';
import type { Disposable } from '../model/emitter.ts';
import { errorText } from '../model/errorText.ts';
import type { JobBoard } from '../model/jobBoard.ts';
import { describeJob, jobLabel } from '../model/jobPresentation.ts';
import { codeBlock, escapeMarkdown } from '../model/markdown.ts';

const interval = 500;

export type WorkersNode =
  | { readonly kind: 'worker'; readonly worker: string }
  | { readonly kind: 'ffmpeg' | 'encoders' | 'slots'; readonly worker: string }
  | { readonly kind: 'encoder'; readonly worker: string; readonly encoder: string }
  | { readonly kind: 'running'; readonly worker: string; readonly job: string };

/** Each worker: its ffmpeg, the encoders that trial runs proved or refused, its slots, what it runs. */
export class WorkersTree implements TreeDataProvider<WorkersNode>, Disposable {
  readonly #board: JobBoard;
  readonly #changes = new EventEmitter<undefined>();
  readonly #coalescer = new Coalescer<'all'>(interval, () => {
    this.#changes.fire(undefined);
  });
  readonly #subscription: Disposable;

  readonly onDidChangeTreeData = this.#changes.event;

  constructor(board: JobBoard) {
    this.#board = board;
    this.#subscription = board.onDidChange(({ kind }) => {
      // Few rows, and only while they are seen: drawn anew as a whole.
      if (kind === 'workers' || kind === 'reset' || kind === 'progress') this.#coalescer.add('all');
    });
  }

  getChildren(node?: WorkersNode): WorkersNode[] {
    if (!node) return this.#board.workers.map(({ id }) => ({ kind: 'worker', worker: id }));
    const worker = this.#find(node);
    if (!worker) return [];
    if (node.kind === 'encoders')
      return encodersOf(worker).map((encoder) => ({ kind: 'encoder', worker: worker.id, encoder }));
    if (node.kind !== 'worker') return [];
    return [
      ...worker.running.map((job): WorkersNode => ({ kind: 'running', worker: worker.id, job })),
      { kind: 'ffmpeg', worker: worker.id },
      ...(encodersOf(worker).length > 0 ? [{ kind: 'encoders', worker: worker.id } as const] : []),
      { kind: 'slots', worker: worker.id },
    ];
  }

  getTreeItem(node: WorkersNode): TreeItem {
    const worker = this.#find(node);
    if (!worker) return new TreeItem(node.worker);
    switch (node.kind) {
      case 'worker':
        return workerItem(worker);
      case 'ffmpeg':
        return ffmpegItem(worker);
      case 'encoders':
        return encodersItem(worker);
      case 'encoder':
        return encoderItem(worker, node.encoder);
      case 'slots':
        return slotsItem(worker);
      case 'running':
        return this.#runningItem(worker, node.job);
    }
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#coalescer.dispose();
    this.#changes.dispose();
  }

  #find({ worker: id }: WorkersNode): WorkerInfo | undefined {
    return this.#board.workers.find((worker) => worker.id === id);
  }

  #runningItem(worker: WorkerInfo, id: string): TreeItem {
    const job = this.#board.job(id);
    const item = row(worker, `job:${id}`, job ? jobLabel(job) : id, 'sync~spin', 'progressBar.background');
    if (job) item.description = describeJob(job, this.#board.progress(id));
    return item;
  }
}

function workerItem(worker: WorkerInfo): TreeItem {
  const item = new TreeItem(worker.name, TreeItemCollapsibleState.Expanded);
  const running = worker.running.length;
  item.id = `worker:${worker.id}`;
  item.description = [
    worker.local ? 'this machine' : undefined,
    worker.setAside ? 'set aside' : running > 0 ? `${running} running` : 'idle',
  ]
    .filter(Boolean)
    .join(' · ');
  item.iconPath = worker.setAside
    ? new ThemeIcon('warning', new ThemeColor('list.warningForeground'))
    : new ThemeIcon(worker.local ? 'device-desktop' : 'server');
  item.contextValue = 'worker';
  const machine = [
    worker.cpuModel,
    worker.cores === 1 ? '1 core' : `${worker.cores} cores`,
    worker.platform,
    worker.arch,
  ];
  item.tooltip = new MarkdownString(
    `**${escapeMarkdown(worker.name)}**\n\n${machine
      .filter((text) => text !== undefined)
      .map(escapeMarkdown)
      .join(' · ')}${worker.setAside ? `\n\n${escapeMarkdown(errorText(worker.setAside.reason))}` : ''}`,
  );
  return item;
}

function ffmpegItem(worker: WorkerInfo): TreeItem {
  const { ffmpeg } = worker;
  switch (ffmpeg.state) {
    case 'ready': {
      const item = row(worker, 'ffmpeg', `ffmpeg ${ffmpeg.version}`, 'terminal');
      item.tooltip = new MarkdownString(
        `${escapeMarkdown(ffmpeg.path)}  \n${escapeMarkdown(ffmpeg.ffprobePath)}`,
      );
      return item;
    }
    case 'checking':
      return row(worker, 'ffmpeg', 'Looking for ffmpeg…', 'sync~spin');
    case 'missing': {
      const item = row(worker, 'ffmpeg', ffmpeg.error.message, 'warning', 'list.warningForeground');
      item.tooltip = errorText(ffmpeg.error);
      item.contextValue = 'noFfmpeg';
      return item;
    }
  }
}

function encodersItem(worker: WorkerInfo): TreeItem {
  const all = Object.values(worker.capabilities);
  const proven = all.filter(({ usable }) => usable).length;
  const item = row(worker, 'encoders', 'Encoders', 'symbol-misc');
  item.collapsibleState = TreeItemCollapsibleState.Collapsed;
  item.description = `${proven} of ${all.length} work here`;
  item.tooltip = 'Each was tried on a short picture: only what worked is used.';
  return item;
}

function encoderItem(worker: WorkerInfo, name: string): TreeItem {
  const capability = worker.capabilities[name];
  if (capability?.usable) {
    const item = row(worker, `encoder:${name}`, name, 'pass', 'testing.iconPassed');
    item.description = capability.pixelFormats.join(', ');
    item.tooltip = 'A trial run on this machine worked.';
    return item;
  }
  const item = row(worker, `encoder:${name}`, name, 'circle-slash', 'disabledForeground');
  item.description = 'not on this machine';
  item.tooltip = new MarkdownString(
    `The trial run was refused. ffmpeg said:\n\n${codeBlock(capability?.refusal ?? '', 'text')}`,
  );
  return item;
}

function slotsItem(worker: WorkerInfo): TreeItem {
  // Looking at files is no work that people wait for.
  const slots = Object.entries(worker.slots).filter(([kind, count]) => count > 0 && kind !== 'probe');
  const item = row(worker, 'slots', 'Slots', 'layers');
  item.description = slots.map(([kind, count]) => `${kind} ${count}`).join(', ');
  item.tooltip = 'How many encodes run at once, by kind.';
  return item;
}

/** What works first, each part by name. */
function encodersOf({ capabilities }: WorkerInfo): string[] {
  return Object.entries(capabilities)
    .sort(
      ([a, { usable: first }], [b, { usable: second }]) => Number(second) - Number(first) || (a < b ? -1 : 1),
    )
    .map(([name]) => name);
}

function row(worker: WorkerInfo, part: string, label: string, icon: string, color?: string): TreeItem {
  const item = new TreeItem(label);
  item.id = `worker:${worker.id}:${part}`;
  item.iconPath = new ThemeIcon(icon, color === undefined ? undefined : new ThemeColor(color));
  return item;
}
