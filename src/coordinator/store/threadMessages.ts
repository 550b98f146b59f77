import type { ErrorData } from '../../protocol/errors.ts';
import type { Store } from '../store.ts';
import type { StoreOptions } from './dialects.ts';
import type { StoreFileIdentity } from './storeFile.ts';

/**
 * What the daemon's thread and the store's say to each other: plain data, many calls in one message. Both are of one
 * program and one process, so that the types are the check; rows are checked where they are read.
 */
export type StoreMethod = keyof Store;

/** The table makes the compiler ask for a method that is new. */
const methods: Readonly<Record<StoreMethod, true>> = {
  submit: true,
  submitted: true,
  write: true,
  explain: true,
  job: true,
  idsWithPrefix: true,
  jobs: true,
  changesSince: true,
  revision: true,
  counts: true,
  queuePaused: true,
  pauseQueue: true,
  clockSeen: true,
  keepClockSeen: true,
  queue: true,
  countAhead: true,
  rank: true,
  speeds: true,
  keepSpeeds: true,
  nextDue: true,
  underWay: true,
  attached: true,
  owedTo: true,
  ended: true,
  remove: true,
  reserved: true,
  replacementsDue: true,
  nextReplacement: true,
  replacedPaths: true,
  jobsOfSource: true,
  hooksDue: true,
  nextHook: true,
  madeAmong: true,
  madeContents: true,
  addMade: true,
  forgetMade: true,
  watchFolders: true,
  saveWatchFolder: true,
  removeWatchFolder: true,
  addWatchedFiles: true,
  watchedAmong: true,
  watchedContent: true,
  watchedFiles: true,
  watchSummary: true,
  identities: true,
  identity: true,
  addIdentity: true,
  changeIdentity: true,
  removeIdentity: true,
  sawIdentity: true,
  resealIdentities: true,
  knownWorkers: true,
  keepWorker: true,
  forgetWorker: true,
  saveTo: true,
  close: true,
};
export const storeMethods = Object.keys(methods) as StoreMethod[];

export interface StoreCall {
  readonly id: number;
  readonly method: StoreMethod;
  readonly args: readonly unknown[];
}

/** `cause`: what the database itself said, for the log. */
export type StoreAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: ErrorData; readonly cause: string | undefined };

/** What the thread begins with. `opened`: what an earlier one had open; nothing else is opened. */
export interface StoreThreadData {
  readonly store: StoreOptions;
  readonly opened: StoreFileIdentity | undefined;
}

/** To the store's thread. */
export interface StoreCalls {
  readonly calls: readonly StoreCall[];
}

/** From the store's thread; an answer with this id says whether the store could be opened, and which file it is. */
export interface StoreAnswers {
  readonly answers: readonly StoreAnswer[];
}
export const openedId = 0;
