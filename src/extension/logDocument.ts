import {
  EventEmitter,
  languages,
  Position,
  Range,
  TextEditorRevealType,
  Uri,
  window,
  workspace,
  type TextDocumentContentProvider,
} from 'vscode';
import { toDffmpegError } from '../protocol/errors.ts';
import type { Job } from '../protocol/model.ts';
import type { DaemonSession } from './session/daemonSession.ts';
import { Coalescer } from './model/coalescer.ts';
import type { Disposable } from './model/emitter.ts';
import { Holding } from './model/holding.ts';
import type { JobBoard } from './model/jobBoard.ts';
import { errorText } from './model/errorText.ts';

export const logScheme = 'dffmpeg-log';

/** Milliseconds between two updates of a log that grows. */
const interval = 250;

interface Log {
  /** Aborted when the document is closed. */
  readonly closed: AbortController;
  text: string;
  /** Bytes of the job's log that have been read. */
  offset: number;
  following: boolean;
  /** The job was retried while an answer that says it had ended may have been on its way. */
  retried: boolean;
  /** `text` ends with why there is no more of it. */
  broken: boolean;
}

/** The path is what the editor's tab shows, the query is the job's id. */
export function logUri(job: Pick<Job, 'id' | 'sources'>): Uri {
  const name = job.sources[0]?.path.split(/[\\/]/).at(-1) ?? job.id;
  return Uri.from({ scheme: logScheme, path: `/${name}.log`, query: job.id });
}

/** A job's log as a read-only document that grows while the job runs and is dropped when its tab is closed. */
export class LogDocuments implements TextDocumentContentProvider, Disposable {
  readonly #session: DaemonSession;
  readonly #logs = new Map<string, Log>();
  readonly #changes = new EventEmitter<Uri>();
  readonly #coalescer = new Coalescer<string>(interval, (uris) => {
    for (const uri of uris) this.#changes.fire(Uri.parse(uri));
  });
  readonly #subscriptions: readonly Disposable[];
  readonly #following: Holding;

  readonly onDidChange = this.#changes.event;

  constructor(session: DaemonSession, board: JobBoard) {
    this.#session = session;
    this.#following = new Holding(() => session.followJobs());
    this.#subscriptions = [
      workspace.registerTextDocumentContentProvider(logScheme, this),
      workspace.onDidCloseTextDocument(({ uri }) => {
        this.#forget(uri.toString());
      }),
      workspace.onDidChangeTextDocument(({ document }) => {
        if (document.uri.scheme === logScheme) keepAtEnd(document.uri.toString(), document.lineCount);
      }),
      board.onDidChange((change) => {
        if (change.kind === 'job' && change.from === 'finished' && change.to !== 'finished')
          this.#onRetried(change.id);
      }),
    ];
  }

  async open(job: Pick<Job, 'id' | 'sources'>): Promise<void> {
    const uri = logUri(job);
    this.#resume(uri);
    const document = await workspace.openTextDocument(uri);
    await languages.setTextDocumentLanguage(document, 'log').then(undefined, () => undefined);
    const editor = await window.showTextDocument(document, { preview: true });
    const end = new Position(document.lineCount - 1, 0);
    editor.revealRange(new Range(end, end), TextEditorRevealType.Default);
    endSeen.set(document.uri.toString(), document.lineCount);
  }

  /** The editor asks again after each change; the first time begins to follow. */
  provideTextDocumentContent(uri: Uri): string | Promise<string> {
    const key = uri.toString();
    const known = this.#logs.get(key);
    if (known) return known.text;
    const log: Log = {
      closed: new AbortController(),
      text: '',
      offset: 0,
      following: false,
      retried: false,
      broken: false,
    };
    this.#logs.set(key, log);
    // That its job is retried is heard of.
    this.#following.hold();
    return this.#firstPart(key, uri.query, log);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    for (const key of [...this.#logs.keys()]) this.#forget(key);
    this.#coalescer.dispose();
    this.#changes.dispose();
  }

  async #firstPart(key: string, id: string, log: Log): Promise<string> {
    log.following = true;
    try {
      const ended = await this.#read(id, log, false);
      log.following = false;
      if (!ended || log.retried) void this.#follow(key, id, log);
    } catch (thrown) {
      log.following = false;
      log.broken = true;
      log.text = `${errorText(toDffmpegError(thrown))}\n`;
    }
    return log.text === '' ? 'Nothing has been written yet.\n' : log.text;
  }

  async #follow(key: string, id: string, log: Log): Promise<void> {
    log.following = true;
    try {
      for (let ended = false; !ended && !log.closed.signal.aborted;) {
        log.retried = false;
        const before = log.text;
        ended = (await this.#read(id, log, true)) && !log.retried;
        if (log.text !== before) this.#coalescer.add(key);
      }
    } catch (thrown) {
      if (log.closed.signal.aborted) return;
      log.broken = true;
      log.text += `\n${toDffmpegError(thrown).message} Open this log again to go on.\n`;
      this.#coalescer.add(key);
    } finally {
      log.following = false;
    }
  }

  /** Adds what has come since; answers whether the job has ended. */
  async #read(id: string, log: Log, wait: boolean): Promise<boolean> {
    const { signal } = log.closed;
    const part = await this.#session.request('jobs.log', { id, offset: log.offset, wait }, { signal });
    log.text += part.text;
    log.offset = part.nextOffset;
    return part.ended;
  }

  /** Goes on with a log that is open and stands still; after an error from the beginning. */
  #resume(uri: Uri): void {
    const key = uri.toString();
    const log = this.#logs.get(key);
    if (!log || log.following) return;
    if (log.broken) Object.assign(log, { text: '', offset: 0, broken: false });
    void this.#follow(key, uri.query, log);
  }

  #onRetried(id: string): void {
    for (const [key, log] of this.#logs) {
      const uri = Uri.parse(key);
      if (uri.query !== id) continue;
      log.retried = true;
      this.#resume(uri);
    }
  }

  #forget(key: string): void {
    this.#logs.get(key)?.closed.abort();
    this.#logs.delete(key);
    if (this.#logs.size === 0) this.#following.dispose();
    endSeen.delete(key);
  }
}

/** Line count when the end was last in sight, by document. */
const endSeen = new Map<string, number>();

/** Scrolls with the text, unless a person has scrolled away from the end to read. */
function keepAtEnd(key: string, lines: number): void {
  const before = endSeen.get(key) ?? 0;
  endSeen.set(key, lines);
  for (const editor of window.visibleTextEditors) {
    if (editor.document.uri.toString() !== key) continue;
    const last = editor.visibleRanges.at(-1)?.end.line ?? 0;
    if (last + 2 < before) continue;
    const end = new Position(lines - 1, 0);
    editor.revealRange(new Range(end, end), TextEditorRevealType.Default);
  }
}
