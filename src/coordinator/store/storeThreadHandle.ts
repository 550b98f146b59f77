import { Worker } from 'node:worker_threads';
import { DffmpegError } from '../../protocol/errors.ts';
import type { StoreOptions } from './dialects.ts';
import type { StoreFileIdentity } from './storeFile.ts';
import {
  openedId,
  type StoreAnswer,
  type StoreAnswers,
  type StoreCall,
  type StoreCalls,
  type StoreMethod,
  type StoreThreadData,
} from './threadMessages.ts';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: DffmpegError) => void;
}

/** Beside this file, in the sources as in the bundle, where it is an entry of its own. */
const ownEntry = new URL(`storeThread${import.meta.url.endsWith('.ts') ? '.ts' : '.mjs'}`, import.meta.url);

export interface StoreThreadOptions {
  readonly store: StoreOptions;
  /** The file that an earlier life had open. */
  readonly opened?: StoreFileIdentity | undefined;
  readonly entry?: URL;
}

/** One life of the store's thread, seen from the daemon's. */
export class StoreThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  /** Asked in this turn, sent at its end. */
  #asked: StoreCall[] = [];
  #lastId = openedId;
  #closing = false;
  #ended: DffmpegError | undefined;
  /** Not where it only said why it could not. */
  #hasOpened = false;
  #opened: StoreFileIdentity | undefined;
  readonly #exited: Promise<void>;

  private constructor(
    { store, opened, entry = ownEntry }: StoreThreadOptions,
    onCrash: (error: DffmpegError) => void,
  ) {
    this.#worker = new Worker(entry, {
      name: 'store',
      workerData: { store, opened } satisfies StoreThreadData,
    });
    let cause: unknown;
    this.#worker.on('message', ({ answers }: StoreAnswers) => {
      for (const answer of answers) this.#settle(answer);
    });
    this.#worker.on('error', (error) => {
      cause = error;
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#ended = crash(code, cause);
        for (const { reject } of this.#waiting.values()) reject(this.#ended);
        this.#waiting.clear();
        if (this.#hasOpened && !this.#closing) onCrash(this.#ended);
        resolve();
      });
    });
  }

  /** Resolves when its store is open, throws why it is not. `onCrash`: it ended after that, unasked. */
  static async start(
    options: StoreThreadOptions,
    onCrash: (error: DffmpegError) => void,
  ): Promise<StoreThread> {
    const thread = new StoreThread(options, onCrash);
    try {
      thread.#opened = (await new Promise<unknown>((resolve, reject) =>
        thread.#waiting.set(openedId, { resolve, reject }),
      )) as StoreFileIdentity | undefined;
    } catch (error) {
      thread.#closing = true;
      await thread.#worker.terminate();
      throw error;
    }
    return thread;
  }

  /** Which file it has open; undefined where there is none. */
  get opened(): StoreFileIdentity | undefined {
    return this.#opened;
  }

  call(method: StoreMethod, args: readonly unknown[]): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const id = (this.#lastId += 1);
      this.#waiting.set(id, { resolve, reject });
      if (this.#asked.push({ id, method, args }) === 1) queueMicrotask(() => this.#send());
    });
  }

  /** What was asked before is answered first. */
  async close(): Promise<void> {
    if (this.#ended) return;
    this.#closing = true;
    try {
      await this.call('close', []);
    } finally {
      await this.#exited;
    }
  }

  #send(): void {
    const calls = this.#asked;
    this.#asked = [];
    this.#worker.postMessage({ calls } satisfies StoreCalls);
  }

  #settle(answer: StoreAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.id === openedId) this.#hasOpened = !('error' in answer);
    if ('error' in answer) waiting?.reject(DffmpegError.from(answer.error, answer.cause));
    else waiting?.resolve(answer.value);
  }
}

function crash(code: number, cause: unknown): DffmpegError {
  return new DffmpegError(
    'store-unavailable',
    `The thread of the queue’s database has ended (code ${code}).`,
    {
      hint: 'It is started again by itself; try again in a moment.',
      cause,
    },
  );
}
