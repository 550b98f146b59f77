import { stat } from 'node:fs/promises';
import path from 'node:path';
import type {
  connectToDaemon,
  ConnectionState,
  DaemonConnection,
  Subscription,
  Topic,
} from '../../client/connection.ts';
import { readClientSettings } from '../../client/clientSettings.ts';
import { isProcessAlive, readDiscovery } from '../../client/discovery.ts';
import { untilGone } from '../../client/handOver.ts';
import type { ClientMethods } from '../../protocol/clientContract.ts';
import type { Params, Result } from '../../protocol/contract.ts';
import { toDffmpegError, type DffmpegError } from '../../protocol/errors.ts';
import type { WatchFolder } from '../../protocol/watchFolder.ts';
import { Emitter, type Disposable, type Event } from '../model/emitter.ts';
import type { JobBoard } from '../model/jobBoard.ts';
import type { LinkState } from '../model/viewState.ts';

export interface SessionOptions {
  readonly stateDir: string;
  /** Folder of the bundled program, from which the daemon is started. */
  readonly programDir: string;
  readonly version: string;
  /** Asked each time that a daemon may be started. */
  readonly nodePath: () => string | undefined;
  /** Done before a daemon may be started. */
  readonly prepare: () => Promise<void>;
  readonly connect: typeof connectToDaemon;
}

/** A status bar needs no more than counts. */
const countTopics: readonly Topic[] = ['counts'];
const jobTopics: readonly Topic[] = ['jobs', 'progress', 'workers', 'counts', 'watch'];

/** A link that came back within so many attempts is not worth a word. */
const patience = 3;

/** The window's one link to the daemon: made when first needed, fed into the board, said in the views. */
export class DaemonSession implements Disposable {
  readonly #options: SessionOptions;
  readonly #board: JobBoard;
  readonly #linkChanges = new Emitter<LinkState>();
  #link: LinkState = { kind: 'idle' };
  #error: DffmpegError | undefined;
  #connection: DaemonConnection | undefined;
  /** Whether `#connection` may start a daemon by itself. */
  #mayStart = false;
  #starting: Promise<DaemonConnection> | undefined;
  #subscription: Subscription | undefined;
  /** Who looks at jobs now, and who at the workers' load: telling costs, and measuring. */
  readonly #followers = { jobs: 0, load: 0 };
  #disposed = false;

  readonly #watchChanges = new Emitter<readonly WatchFolder[]>();

  /** Watched folders as the daemon tells of them. */
  readonly onDidChangeWatch: Event<readonly WatchFolder[]> = this.#watchChanges.event;
  readonly onDidChangeLink: Event<LinkState> = this.#linkChanges.event;

  constructor(options: SessionOptions, board: JobBoard) {
    this.#options = options;
    this.#board = board;
  }

  get link(): LinkState {
    return this.#link;
  }

  /** Why the link is `failed`. */
  get error(): DffmpegError | undefined {
    return this.#error;
  }

  get stateDir(): string {
    return this.#options.stateDir;
  }

  /** Joins a daemon that runs already. Starts nothing; opens no socket unless one runs. */
  async attach(): Promise<void> {
    const discovery = await readDiscovery(this.stateDir).catch(() => undefined);
    if (!discovery || !isProcessAlive(discovery.pid) || this.#connection || this.#starting) return;
    try {
      this.#adopt(await this.#connect(false), false);
    } catch {
      // A stale file, or a daemon of another protocol: said when somebody needs it.
    }
  }

  /** Has a link from now on; starts a daemon only where there are jobs to show. */
  async watch(): Promise<void> {
    if (this.#connection || this.#starting) return;
    if (await this.#hasStore()) await this.connection().catch(() => undefined);
  }

  /** Jobs, workers and watched folders are told of, while there is a link, until the handle is disposed of. */
  followJobs(): Disposable {
    return this.#follower('jobs');
  }

  /** The workers' load is measured, while there is a link, until the handle is disposed of. */
  watchLoad(): Disposable {
    return this.#follower('load');
  }

  get isFollowed(): boolean {
    return this.#followers.jobs > 0 || this.#followers.load > 0;
  }

  /** A connection that works, with a daemon started if need be. Rejects with a `DffmpegError`. */
  async connection(): Promise<DaemonConnection> {
    if (this.#starting) return this.#starting;
    const connection = this.#connection;
    if (connection?.state.name === 'connected') return connection;
    if (connection && this.#mayStart) {
      // A request is what makes it connect again, with a daemon started if need be.
      await connection.request('daemon.status', {});
      return connection;
    }
    this.#starting = this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async request<K extends keyof ClientMethods>(
    method: K,
    params: Params<ClientMethods[K]>,
    options?: { signal?: AbortSignal },
  ): Promise<Result<ClientMethods[K]>> {
    const connection = await this.connection();
    return connection.request(method, params, options);
  }

  /** For the settings to count while no daemon is started. */
  async writeSettings(): Promise<void> {
    await this.#options.prepare();
  }

  /** Ends the daemon and starts it with its settings of now. Running encodes begin anew. */
  async restart(): Promise<void> {
    const connection = await this.connection();
    const leaving = await readDiscovery(this.stateDir);
    await connection.request('daemon.stop', {});
    this.#drop();
    // One that is just leaving answers still, and would be taken for the next one.
    if (leaving) await untilGone(leaving, await readClientSettings(this.stateDir, process.env));
    await this.connection();
  }

  dispose(): void {
    this.#disposed = true;
    this.#drop();
    this.#linkChanges.dispose();
    this.#watchChanges.dispose();
  }

  async #start(): Promise<DaemonConnection> {
    this.#drop();
    this.#setLink({ kind: 'connecting' });
    try {
      await this.#options.prepare();
      const connection = await this.#connect(true);
      this.#adopt(connection, true);
      return connection;
    } catch (thrown) {
      const error = toDffmpegError(thrown, 'daemon-unavailable');
      this.#fail(error);
      throw error;
    }
  }

  #connect(start: boolean): Promise<DaemonConnection> {
    const { stateDir, programDir, version, nodePath } = this.#options;
    return this.#options.connect({
      stateDir,
      start,
      programDir,
      nodePath: nodePath(),
      client: 'vscode',
      version,
    });
  }

  #adopt(connection: DaemonConnection, mayStart: boolean): void {
    if (this.#disposed) {
      connection.close();
      return;
    }
    this.#connection = connection;
    this.#mayStart = mayStart;
    connection.onState((state) => {
      if (this.#connection === connection) this.#follow(state);
    });
    this.#follow(connection.state);
    this.#subscribe();
  }

  #follow(state: ConnectionState): void {
    switch (state.name) {
      case 'connected':
        this.#setLink({ kind: 'ready' });
        return;
      case 'connecting':
        if (state.attempt < patience) this.#setLink({ kind: 'connecting' });
        return;
      case 'waiting':
        if (state.attempt < patience) this.#setLink({ kind: 'connecting' });
        else this.#fail(state.error);
        return;
      case 'closed':
        this.#drop();
        this.#setLink({ kind: 'idle' });
    }
  }

  #follower(what: 'jobs' | 'load'): Disposable {
    const change = (by: 1 | -1): void => {
      const before = this.#followers[what];
      this.#followers[what] += by;
      if (before === 0 || this.#followers[what] === 0) this.#subscribe();
    };
    change(1);
    let held = true;
    return {
      dispose: () => {
        if (held) change(-1);
        held = false;
      },
    };
  }

  #subscribe(): void {
    this.#subscription?.close();
    const board = this.#board;
    const { jobs, load } = this.#followers;
    const topics = jobs > 0 ? jobTopics : countTopics;
    this.#subscription = this.#connection?.subscribe(
      { topics: load > 0 ? [...topics, 'load'] : topics },
      {
        onSnapshot: (state) => {
          if (jobs > 0) board.applySnapshot(state);
          else board.applyOutline(state);
        },
        onJobs: (jobs) => {
          board.applyJobs(jobs);
        },
        onRemoved: (ids) => {
          board.removeJobs(ids);
        },
        onProgress: (progress) => {
          board.applyProgress(progress);
        },
        onForecasts: (forecasts) => {
          board.applyForecasts(forecasts);
        },
        onWorkers: (workers) => {
          board.applyWorkers(workers);
        },
        onWatch: (folders) => {
          this.#watchChanges.fire(folders);
        },
        onCounts: (counts) => {
          board.applyCounts(counts);
        },
      },
    );
  }

  #drop(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#subscription?.close();
    this.#subscription = undefined;
    connection?.close();
  }

  #fail(error: DffmpegError): void {
    this.#error = error;
    this.#setLink({ kind: 'failed', ...error.toData() });
  }

  #setLink(link: LinkState): void {
    if (link.kind !== 'failed') this.#error = undefined;
    if (link.kind === this.#link.kind && link.kind !== 'failed') return;
    this.#link = link;
    this.#linkChanges.fire(link);
  }

  async #hasStore(): Promise<boolean> {
    return stat(path.join(this.stateDir, 'store.sqlite')).then(
      (entry) => entry.isFile(),
      () => false,
    );
  }
}
