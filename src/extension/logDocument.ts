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
import { errorText } from './model/errorText.ts';

export const logScheme = 'dffmpeg-log';

/** Milliseconds between two updates of a log that grows. */
const interval = 250;

interface Log {
  readonly following: AbortController;
  text: string;
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

  readonly onDidChange = this.#changes.event;

  constructor(session: DaemonSession) {
    this.#session = session;
    this.#subscriptions = [
      workspace.registerTextDocumentContentProvider(logScheme, this),
      workspace.onDidCloseTextDocument(({ uri }) => {
        this.#forget(uri.toString());
      }),
      workspace.onDidChangeTextDocument(({ document }) => {
        if (document.uri.scheme === logScheme) keepAtEnd(document.uri.toString(), document.lineCount);
      }),
    ];
  }

  async open(job: Pick<Job, 'id' | 'sources'>): Promise<void> {
    const document = await workspace.openTextDocument(logUri(job));
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
    const log: Log = { following: new AbortController(), text: '' };
    this.#logs.set(key, log);
    return this.#firstPart(key, uri.query, log);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    for (const key of [...this.#logs.keys()]) this.#forget(key);
    this.#coalescer.dispose();
    this.#changes.dispose();
  }

  async #firstPart(key: string, id: string, log: Log): Promise<string> {
    try {
      const { signal } = log.following;
      const { text, nextOffset, ended } = await this.#session.request('jobs.log', { id }, { signal });
      log.text = text;
      if (!ended) void this.#follow(key, id, log, nextOffset);
    } catch (thrown) {
      const error = toDffmpegError(thrown);
      log.text = `${errorText(error)}\n`;
    }
    return log.text === '' ? 'Nothing has been written yet.\n' : log.text;
  }

  async #follow(key: string, id: string, log: Log, from: number): Promise<void> {
    const { signal } = log.following;
    try {
      for (let offset = from, ended = false; !ended && !signal.aborted;) {
        const part = await this.#session.request('jobs.log', { id, offset, wait: true }, { signal });
        if (part.text !== '') {
          log.text += part.text;
          this.#coalescer.add(key);
        }
        offset = part.nextOffset;
        ended = part.ended;
      }
    } catch (thrown) {
      if (signal.aborted) return;
      log.text += `\n${toDffmpegError(thrown).message} Close this log and open it again to go on.\n`;
      this.#coalescer.add(key);
    }
  }

  #forget(key: string): void {
    this.#logs.get(key)?.following.abort();
    this.#logs.delete(key);
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
