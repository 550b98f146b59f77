import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { BlobCache, type Copy } from '../files/blobCache.ts';
import type { FileExchange } from '../files/fileExchange.ts';
import { freeBytes } from '../files/freeSpace.ts';
import type { Mounts } from '../files/mounts.ts';
import type { ReadRange } from '../files/neighbourFiles.ts';
import type { Fetching } from '../files/sharedRead.ts';
import { offerResult, withdrawResult } from '../files/offerResult.ts';
import type { Params, Result } from '../protocol/contract.ts';
import { toDffmpegError, type DffmpegError } from '../protocol/errors.ts';
import type { MountedFile } from '../protocol/mounts.ts';
import type { CoordinatorMethods } from '../protocol/workerContract.ts';
import type { EncodePayload } from '../protocol/tasks.ts';
import type { OfferedSource } from '../protocol/offers.ts';
import { asAsset, bringFetched, chooseAssets } from './fetchedAssets.ts';
import { RenewedOffer } from './renewedOffer.ts';
import { RightOfWay } from './rightOfWay.ts';
import { SourceStream } from './sourceStream.ts';
import type { CommitRequest } from './task.ts';
import type { BringAsset } from './workFiles.ts';
import type { WorkerSettings } from './workerSettings.ts';

/** The neighbour over whose connection all files come and go: there is one coordinator. */
export const coordinatorName = 'coordinator';

export interface RemoteFilesOptions {
  readonly stateDir: string;
  readonly exchange: FileExchange;
  readonly settings: WorkerSettings;
  readonly mounts: Pick<Mounts, 'locate' | 'distrust'>;
  readonly onError: (error: DffmpegError) => void;
}

/** Sources of an attempt that lie here by now. */
export interface FetchedSources {
  /** The attempt as it is run here: sources are copies, results go to scratch. */
  readonly payload: EncodePayload;
  /** As they were fetched. */
  readonly sources: readonly OfferedSource[];
  /** Of them, those that were not fetched: they lie in folders that both machines see. */
  readonly mounted: readonly MountedFile[];
  /** Their encode has failed: the next one fetches them. */
  distrustMounted(): void;
  /** For the job's log: which those are, and why others of such folders are not. */
  readonly notes: readonly string[];
  /** Files that the preset names. */
  readonly bringAsset: BringAsset;
  /** Where the source is read while it comes: what of it is not there is not to be read of its copy. */
  readonly stream?: SourceStream | undefined;
  release(): void;
}

interface Opened {
  readonly opened: (Copy | undefined)[];
  readonly mounted: MountedFile[];
  readonly notes: string[];
}

type Ask = () => Promise<Result<CoordinatorMethods['task.sources']>>;

export interface FetchOptions {
  readonly signal: AbortSignal;
  /** Bytes that are here, of all. */
  readonly onProgress: (present: number, total: number) => void;
  /** The one source may be read while it comes, where more ranges of it than that are missing. */
  readonly streamsFrom?: number | undefined;
}

/** Of a worker that does not see the files it encodes: fetches the sources, keeps them for a while, and offers the results. */
export class RemoteFiles {
  readonly #options: RemoteFilesOptions;
  readonly #cache: BlobCache;
  readonly #folder: string;
  /** What an attempt waits for comes before what is fetched ahead. */
  readonly #way = new RightOfWay();

  constructor(options: RemoteFilesOptions) {
    const { stateDir, settings, onError } = options;
    this.#options = options;
    this.#folder = path.join(stateDir, 'cache', 'sources');
    this.#cache = new BlobCache({
      folder: this.#folder,
      maxBytes: () => settings.cacheMegabytes * 1e6,
      rangesAtOnce: () => settings.rangesAtOnce,
      onError,
    });
  }

  /** `ask`: where the files are offered; again where an offer has ended. */
  fetch(payload: EncodePayload, ask: Ask, how: FetchOptions): Promise<FetchedSources> {
    const { read } = this.#options.exchange.with(coordinatorName);
    return this.#way.urgent(async () => {
      const fetched = await this.#fetch(payload, ask, { ...how, read, yields: false });
      const { stream } = fetched;
      // Until all of it is there.
      if (stream) void this.#way.urgent(() => stream.over);
      return fetched;
    });
  }

  /** The same before there is an attempt: it goes on while no attempt waits for its own files. */
  async fetchAhead(payload: EncodePayload, ask: Ask, signal: AbortSignal): Promise<FetchedSources> {
    const { read } = this.#options.exchange.with(coordinatorName);
    await this.#way.given(signal);
    return this.#fetch(payload, ask, {
      signal,
      onProgress: () => undefined,
      read: async (ticket, range, until) => {
        await this.#way.given(until);
        return read(ticket, range, until);
      },
      yields: true,
    });
  }

  /** Whether so much may be fetched ahead, beside what is: no more than is kept of sources that nobody needs. */
  async hasRoom(bytes: number, ahead: number): Promise<boolean> {
    const { cacheMegabytes, scratchLowMegabytes } = this.#options.settings;
    if (ahead + bytes > cacheMegabytes * 1e6) return false;
    await mkdir(this.#folder, { recursive: true });
    // A file system that does not tell is believed to have room.
    const free = await freeBytes(this.#folder).catch(() => Infinity);
    return free - bytes >= scratchLowMegabytes * 1e6;
  }

  async #fetch(
    payload: EncodePayload,
    ask: Ask,
    { signal, onProgress, streamsFrom, read, yields }: FetchOptions & { read: ReadRange; yields: boolean },
  ): Promise<FetchedSources> {
    const { holder, sources, assets } = await ask();
    const chosen = chooseAssets(payload, assets);
    const askAgain = async (): Promise<(OfferedSource | undefined)[]> => {
      const again = await ask();
      const { wanted } = chooseAssets(payload, again.assets);
      const now = chosen.wanted.map((before) => wanted.find((each) => each.path === before.path));
      return [...sources.map((_, index) => again.sources[index]), ...now];
    };
    const offer = new RenewedOffer([...sources, ...chosen.wanted], { read, ask: askAgain });
    const { opened, mounted, notes } = await this.#openMounted(sources, signal);
    const total = offer.sources.reduce((sum, { bytes }, index) => sum + (opened[index] ? 0 : bytes), 0);
    const copies: Pick<Copy, 'path' | 'release'>[] = [];
    let stream: SourceStream | undefined;
    const release = (): void => {
      stream?.close();
      for (const copy of Object.values(copies)) copy.release();
    };
    try {
      let before = 0;
      // What can be read while it comes is begun with when all else is there.
      const streams = streamsFrom !== undefined && sources.length === 1;
      const inOrder = [...offer.sources.entries()];
      if (streams) inOrder.push(...inOrder.splice(0, 1));
      for (const [index, source] of inOrder) {
        const there = opened[index];
        if (there) {
          copies[index] = there;
          continue;
        }
        const blob = { ...source, holder };
        const fetching: Fetching = {
          read: (range, until) => offer.read(index, range, until),
          ...{ signal, yields },
          onProgress: (present) => {
            onProgress(before + present, total);
          },
        };
        if (index === 0 && streams) {
          const copy = await this.#cache.open(blob, fetching);
          copies[index] = copy;
          if (copy.missing > streamsFrom) stream = await SourceStream.open(copy);
          else await copy.whole();
        } else {
          const taken = this.#cache.take(blob, fetching);
          copies[index] = await (index < sources.length ? taken : asAsset(source.path, taken));
          before += source.bytes;
        }
      }
    } catch (error) {
      release();
      throw error;
    }
    const here = payload.sources.map(({ probe }, index) => ({ probe, path: copies[index]?.path ?? '' }));
    const beside = chosen.wanted.map(
      ({ path: asset }, index) => [asset, copies[sources.length + index]?.path ?? ''] as const,
    );
    return {
      payload: { ...payload, sources: here },
      get sources() {
        return offer.sources.slice(0, sources.length);
      },
      mounted,
      distrustMounted: () => {
        for (const file of mounted) this.#options.mounts.distrust(file);
      },
      notes,
      bringAsset: bringFetched(new Map(beside), chosen),
      stream,
      release,
    };
  }

  /** Those of the sources that this machine sees as well; in their order. */
  async #openMounted(sources: readonly OfferedSource[], signal: AbortSignal): Promise<Opened> {
    const opened: Opened = { opened: [], mounted: [], notes: [] };
    for (const { mounted, ...state } of sources) {
      let there: Copy | undefined;
      if (mounted) {
        try {
          const file = await this.#options.mounts.locate(mounted, state, signal);
          there = { path: file, digest: '', release: () => undefined };
          opened.mounted.push(mounted);
          opened.notes.push(`Opened where it lies: ${mounted.path}`);
        } catch (error) {
          signal.throwIfAborted();
          opened.notes.push(`Fetched: ${toDffmpegError(error).message}`);
        }
      }
      opened.opened.push(there);
    }
    return opened;
  }

  /** Whoever holds the sources may fetch the result, until `handOver` has ended. */
  async offering<T>(
    { output, verdict, staged }: Pick<CommitRequest, 'output' | 'verdict' | 'staged'>,
    sources: readonly OfferedSource[],
    handOver: (request: HandOver) => Promise<T>,
  ): Promise<T> {
    const { exchange } = this.#options;
    const result = await offerResult(staged, coordinatorName, exchange.offered);
    try {
      return await handOver({ output, verdict, result, sources: [...sources] });
    } finally {
      await withdrawResult(result, exchange.offered);
    }
  }
}

export type HandOver = Omit<Params<CoordinatorMethods['task.handOver']>, 'taskId' | 'fence'>;

/** Results are made in scratch, wherever they are to go: the machine that asked for them gives them their place. */
export function inScratch(payload: EncodePayload, scratchDir: string): EncodePayload {
  const outputs = payload.outputs.map(({ index, path: target }) => ({
    index,
    path: path.join(scratchDir, path.posix.basename(target.replaceAll('\\', '/'))),
  }));
  // What becomes of the source is the other machine's: here nothing is replaced.
  return { ...payload, outputs, destinations: undefined };
}
