import { Uri, window, type DataTransfer, type TreeDragAndDropController, type TreeView } from 'vscode';
import type { Job } from '../../protocol/model.ts';
import type { DaemonSession } from '../session/daemonSession.ts';
import type { Disposable } from '../model/emitter.ts';
import { errorText } from '../model/errorText.ts';
import type { JobBoard } from '../model/jobBoard.ts';
import type { LinkState } from '../model/viewState.ts';
import type { JobsNode } from './jobNodes.ts';
import type { JobsTree } from './jobsTree.ts';
import { VisibleFollower } from './visibleFollower.ts';

export interface JobsViewServices {
  readonly session: DaemonSession;
  readonly board: JobBoard;
  readonly tree: JobsTree;
  readonly encode: (files: readonly Uri[]) => void;
}

/** The Jobs view: connects when it is seen, shows the number of running jobs, takes files that are dropped. */
export class JobsView implements Disposable {
  readonly follower: VisibleFollower;
  readonly #view: TreeView<JobsNode>;
  readonly #tree: JobsTree;
  readonly #subscriptions: Disposable[];

  constructor({ session, board, tree, encode }: JobsViewServices) {
    this.#tree = tree;
    this.#view = window.createTreeView('dffmpeg.jobs', {
      treeDataProvider: tree,
      canSelectMany: true,
      dragAndDropController: new DropFiles(encode),
    });
    this.follower = new VisibleFollower(this.#view, session);
    this.#subscriptions = [
      this.#view,
      this.follower,
      board.onDidChange(() => {
        this.#showBadge(board.counts.running);
      }),
      session.onDidChangeLink((link) => {
        this.#showFailure(link);
      }),
    ];
  }

  /** Why there is no connection, above the rows. */
  get message(): string | undefined {
    return this.#view.message;
  }

  get visible(): boolean {
    return this.#view.visible;
  }

  /** Selected jobs, for a command that came by key or palette. */
  get selection(): readonly JobsNode[] {
    return this.#view.selection;
  }

  get badge(): number {
    return this.#view.badge?.value ?? 0;
  }

  /** Brings the view up with the job in sight; the focus stays where it is. */
  async show(job: Job): Promise<void> {
    await this.#view.reveal(this.#tree.node(job.id), { select: false, focus: false });
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #showFailure(link: LinkState): void {
    // A message takes the place of the welcome content; that of a missing Node says why and has the buttons.
    const said = link.kind === 'failed' && link.code !== 'node-missing' ? errorText(link) : '';
    if ((this.#view.message ?? '') !== said) this.#view.message = said;
  }

  #showBadge(running: number): void {
    if (this.badge === running) return;
    this.#view.badge =
      running === 0
        ? undefined
        : { value: running, tooltip: `${running === 1 ? '1 encode' : `${running} encodes`} running` };
  }
}

const uriList = 'text/uri-list';

class DropFiles implements TreeDragAndDropController<JobsNode> {
  readonly dropMimeTypes = [uriList];
  readonly dragMimeTypes: readonly string[] = [];
  readonly #encode: (files: readonly Uri[]) => void;

  constructor(encode: (files: readonly Uri[]) => void) {
    this.#encode = encode;
  }

  async handleDrop(_target: JobsNode | undefined, data: DataTransfer): Promise<void> {
    const list = await data.get(uriList)?.asString();
    const files = parseUriList(list ?? '');
    if (files.length > 0) this.#encode(files);
  }
}

/** RFC 2483: one URI a line, comments begin with #. */
export function parseUriList(text: string): Uri[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => Uri.parse(line));
}
