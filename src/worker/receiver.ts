import path from 'node:path';
import { briefKey } from '../files/contentKey.ts';
import { checkDestination } from '../files/destination.ts';
import { requireOwnDisk } from '../files/ownDisk.ts';
import { toDestinationError } from '../files/destinationError.ts';
import type { FileExchange } from '../files/fileExchange.ts';
import { identityOf } from '../files/fileIdentity.ts';
import { keepAccess } from '../files/keepAccess.ts';
import type { Mounts } from '../files/mounts.ts';
import type { PlacingFs } from '../files/placingFs.ts';
import { receiveResult } from '../files/receiveResult.ts';
import { checkSource, stateOf } from '../files/sourceFile.ts';
import { isStaged, removeStaging, stage, stagingName } from '../files/staging.ts';
import type { Handlers } from '../protocol/contract.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { OfferedSource } from '../protocol/offers.ts';
import type { WorkerMethods } from '../protocol/workerContract.ts';
import { nameOf } from './attempts.ts';
import { offerSources } from './offerSources.ts';
import type { AttemptKey } from './outbox.ts';
import type { Scratch } from './scratch.ts';
import type { WorkerSettings } from './workerSettings.ts';

export interface ReceivingOptions {
  /** Undefined: this machine exchanges no files with any other. */
  readonly exchange: FileExchange | undefined;
  readonly scratch: Scratch;
  readonly mounts: Pick<Mounts, 'describe'>;
  readonly fs: PlacingFs;
  readonly settings: Pick<WorkerSettings, 'rangesAtOnce'>;
  /** The worker ends. */
  readonly signal: AbortSignal;
}

/** Serves attempts on other machines with files of this one: gives them the sources, and takes their results. */
export class Receiver {
  readonly #options: ReceivingOptions;
  /** Attempt → where its result lies, once it is being fetched. */
  readonly #received = new Map<string, string | undefined>();

  constructor(options: ReceivingOptions) {
    this.#options = options;
  }

  /** Whether what lies under this key (`<task>-<fence>`) is still to be placed. */
  holds(key: string): boolean {
    return this.#received.has(key);
  }

  /** Received before a restart, and granted a name. */
  keep(results: readonly (AttemptKey & { readonly staged: string })[]): void {
    const { scratch } = this.#options;
    for (const { staged, ...key } of results) {
      if (this.holds(stagingName(key)) || !isStaged(staged)) continue;
      const folder = path.dirname(staged);
      this.#received.set(stagingName(key), folder);
      scratch.traces.hold(folder);
    }
  }

  /** It has its name, or never will. */
  settled(key: string): void {
    this.#received.delete(key);
  }

  handlers(): Pick<Handlers<WorkerMethods>, 'source.offer' | 'result.receive' | 'result.drop'> {
    return {
      'source.offer': (asked, { signal }) =>
        offerSources({ offered: this.#exchange.offered, mounts: this.#options.mounts }, asked, signal),
      'result.receive': ({ taskId, fence, ...asked }, { signal }) =>
        this.#receive({ taskId, fence }, asked, AbortSignal.any([signal, this.#options.signal])),
      'result.drop': async (key) => {
        const folder = this.#received.get(stagingName(key));
        this.#received.delete(stagingName(key));
        if (folder !== undefined) await removeStaging(folder, this.#options.scratch.traces);
        return {};
      },
    };
  }

  async #receive(
    key: AttemptKey,
    { from, result, destination, mark, sources }: Omit<Params, keyof AttemptKey>,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { scratch, fs, settings } = this.#options;
    const { traces, attempts: scratchDir } = scratch;
    const { read } = this.#exchange.with(from);
    const name = stagingName(key);
    if (this.#received.has(name))
      throw new DffmpegError('conflict', `The result of ${nameOf(key)} is being received already.`);
    this.#received.set(name, undefined);
    let folder: string | undefined;
    try {
      await scratch.requireForeign(destination);
      await requireOwnDisk(destination, mark);
      await checkDestination(destination, traces);
      folder = await stage({ scratchDir, destination, ...key, traces });
      this.#received.set(name, folder);
      const { rangesAtOnce } = settings;
      const staged = await receiveResult({ result, folder, read, rangesAtOnce, signal }).catch(
        (error: unknown) => {
          throw toDestinationError(error, destination);
        },
      );
      for (const source of sources) {
        await requireSame(source);
        // Nothing more is fetched of it: an open file keeps its disk from being unmounted, and on Windows its name.
        await this.#exchange.offered.withdrawFile(source.path, from);
      }
      await keepAccess(
        sources.map((source) => source.path),
        staged,
      );
      const content = result.isFolder ? undefined : await briefKey(staged, signal).catch(() => undefined);
      return { staged, identity: await identityOf(staged), content, bytes: await fs.bytes(staged) };
    } catch (error) {
      this.#received.delete(name);
      if (folder !== undefined) await removeStaging(folder, traces);
      throw error;
    }
  }

  get #exchange(): FileExchange {
    const { exchange } = this.#options;
    if (exchange) return exchange;
    throw new DffmpegError('request-invalid', 'This worker exchanges no files with other machines.');
  }
}

type Params = Parameters<Handlers<WorkerMethods>['result.receive']>[0];
type Answer = Awaited<ReturnType<Handlers<WorkerMethods>['result.receive']>>;

/** What was encoded elsewhere is what lies here now. */
async function requireSame({ path: file, ...fetched }: OfferedSource): Promise<void> {
  const now = stateOf(await checkSource(file));
  // What is to be replaced is named by what it holds: a write whose time was set back is told by its own time (ctime) alone.
  const { content, changed } = fetched;
  const isUntouched = content === undefined || changed === undefined || now.changed === changed;
  const same =
    isUntouched &&
    now.bytes === fetched.bytes &&
    now.modified === fetched.modified &&
    now.identity.device === fetched.identity.device &&
    now.identity.inode === fetched.identity.inode;
  if (same) return;
  throw new DffmpegError('source-changed', `${file} changed while it was encoded.`, {
    hint: 'Wait until the file is complete, then retry the job.',
  });
}
