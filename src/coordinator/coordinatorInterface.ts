import type { Channel } from '../protocol/channel.ts';
import type { Submission } from '../protocol/clientContract.ts';
import type { DffmpegError } from '../protocol/errors.ts';
import type { Counts, JobHook, WorkerInfo } from '../protocol/model.ts';
import type { Timers } from '../protocol/timers.ts';
import type { ClientRole, DaemonHandlers } from './clientLink.ts';
import type { Clock, Random } from './ids.ts';
import type { DialledWorker } from './knownWorkers.ts';
import type { FileRelay } from './passedFiles.ts';
import type { QueueSettings, RetentionLimits } from './queueSettings.ts';
import type { Store } from './store.ts';
import type { StoredJob } from './store/records.ts';
import type { WatchBoard } from './watchBoard.ts';

export interface CoordinatorOptions {
  /** Closed with the coordinator. */
  readonly store: Store;
  /** Holds one log for each job. */
  readonly logsDir: string;
  readonly settings: QueueSettings;
  readonly clock: Clock;
  /** Milliseconds that go on evenly, whatever the clock is set to. */
  readonly monotonic: Clock;
  readonly random: Random;
  /** Node's name of the system on which the paths lie. */
  readonly platform: string;
  /** The disk of the logs is nearly full: no lines are written for jobs. */
  readonly logIsLow?: () => boolean;
  readonly log: (error: DffmpegError) => void;
  readonly timers?: Timers;
  /** What the operator wants to happen when a job has ended like this. */
  readonly hooks?: (event: 'done' | 'failed') => readonly Pick<JobHook, 'key' | 'kind' | 'name'>[];
  /** Why no new job is taken now. */
  readonly refuses?: () => Promise<DffmpegError | undefined>;
  /** Last of all: what is stored then stays so. */
  readonly beforeStoreCloses?: () => Promise<void>;
  /** What is told of watched folders; whoever watches them posts it there. */
  readonly watchBoard?: WatchBoard;
  /** For files that lie with clients and are encoded by workers of this machine. */
  readonly relay?: FileRelay;
  /** What clients see this machine called. */
  readonly machine?: string;
}

export interface Coordinator {
  /**
   * A worker's channel, authenticated; it is served until it closes. `identity`: who it is, when it comes from outside of
   * this process; it cannot register as anybody else. `isFleet`: it stands for other workers, whatever it calls itself. Resolves
   * when it is over.
   */
  attachWorker(channel: Channel, identity?: string, isFleet?: boolean): Promise<void>;
  /** The channel of another person’s daemon, authenticated, which gives encodes to this one’s workers. */
  attachAgent(channel: Channel, client: string): void;
  /** A client's channel, authenticated; it is served until it closes. */
  attachClient(channel: Channel, daemon: DaemonHandlers, role: ClientRole): void;
  /** As `jobs.submit`, for the daemon itself: a repeat with the same submission id returns the same job. */
  submit(submission: Submission): Promise<StoredJob>;
  /** What has come of a hook of a job. */
  settleHook(jobId: string, hook: JobHook): Promise<void>;
  /** Text of whole lines for the log of a job. */
  appendLog(jobId: string, text: string): void;
  counts(): Promise<Counts>;
  /** Paths of results that have taken the place of their source. */
  replacedPaths(): Promise<string[]>;
  /** Every worker as it is now, without its load. */
  workers(): WorkerInfo[];
  /** It is no client any more: what was encoded for it is cancelled. */
  forgetClient(client: string): Promise<void>;
  /** A person is about to remove it. */
  dismissWorker(name: string): void;
  /** By its id or name, see `WorkerControl`. */
  findWorker(name: string): WorkerInfo;
  forgetWorker(name: string): Promise<WorkerInfo>;
  /** Workers that listen: whoever has the network dials them. */
  dialledWorkers(): DialledWorker[];
  /** One more of them, kept from now on. */
  addDialledWorker(worker: DialledWorker): Promise<void>;
  /** The same of a fleet, and what people call it. */
  addFleet(fleet: DialledWorker, name: string): Promise<void>;
  activity(): Promise<Activity>;
  /** Nothing more is begun; what runs goes on. For good. */
  giveNothingMore(): void;
  /** Which finished jobs stay, from now on. */
  keepJobs(limits: RetentionLimits): void;
  /** A value of the settings that it was opened with is another one now. */
  settingsChanged(): void;
  /** Clients came or went, jobs began or ended: `activity` may say something else now. */
  onActivity(listener: () => void): () => void;
  /** Nothing more is offered, channels are closed, what ran is queued again, everything is stored. */
  close(): Promise<void>;
}

export interface Activity {
  readonly unfinishedJobs: number;
  readonly clients: number;
  /** Workers on other machines that are connected, and could not come back without a daemon. Those that are dialled wait. */
  readonly remoteWorkers: number;
}
