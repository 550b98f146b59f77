import {
  EventEmitter,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
} from 'vscode';
import type { TreeDataProvider } from 'vscode';
import type { MountState, WorkerInfo } from '../../protocol/model.ts';
import { workerState, workerStateTexts, type WorkerState } from '../../protocol/workerState.ts';
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

  /** The worker of a row that a command was given. */
  workerOf(row: unknown): WorkerInfo | undefined {
    const { kind, worker } = (row ?? {}) as Partial<WorkersNode>;
    return kind === 'worker' && worker !== undefined ? this.#find({ kind, worker }) : undefined;
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
  const state = workerState(worker);
  item.description = [
    worker.local ? 'this machine' : undefined,
    worker.members === undefined ? undefined : `fleet of ${worker.members}`,
    state === undefined ? undefined : workerStateTexts[state],
    running > 0 ? `${running} running` : state === undefined ? 'idle' : undefined,
    ...worker.labels,
  ]
    .filter(Boolean)
    .join(' · ');
  item.iconPath = workerIcon(worker, state);
  item.contextValue = `worker${worker.drained ? '+drained' : '+open'}${worker.local ? '' : '+remote'}`;
  if (!worker.connected) item.collapsibleState = TreeItemCollapsibleState.None;
  const machine = [
    worker.cpuModel,
    worker.cores === 1 ? '1 core' : `${worker.cores} cores`,
    worker.platform,
    worker.arch,
  ];
  const parts = [
    `**${escapeMarkdown(worker.name)}**`,
    machine
      .filter((text) => text !== undefined)
      .map(escapeMarkdown)
      .join(' · '),
    ...(worker.setAside ? [escapeMarkdown(errorText(worker.setAside.reason))] : []),
    ...worker.mounts.map(mountText),
  ];
  item.tooltip = new MarkdownString(parts.join('\n\n'));
  return item;
}

function mountText({ name, path, trouble }: MountState): string {
  const mount = escapeMarkdown(`$${name} is ${path}`);
  return trouble ? `${mount}  \n${escapeMarkdown(errorText(trouble))}` : mount;
}

function workerIcon({ local }: WorkerInfo, state: WorkerState | undefined): ThemeIcon {
  switch (state) {
    case 'set aside':
      return new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
    case 'away':
      return new ThemeIcon('debug-disconnect', new ThemeColor('disabledForeground'));
    case 'draining':
    case 'drained':
      return new ThemeIcon('debug-pause');
    case undefined:
      return new ThemeIcon(local ? 'device-desktop' : 'server');
  }
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
