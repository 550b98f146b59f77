import { attemptName } from './attemptName.ts';
import { videoEncoderTable } from '../encoding/videoEncoders.ts';
import type { SlotKind } from '../encoding/slots.ts';
import type { ErrorData } from '../protocol/errors.ts';
import type { FfmpegStatus, Load, Progress, WorkerInfo } from '../protocol/model.ts';
import type { Peer } from '../protocol/peer.ts';
import type { Timers } from '../protocol/timers.ts';
import type { CoordinatorEvents, WorkerMethods } from '../protocol/workerContract.ts';
import { AttemptForecasts, type Foreseen, type Lesson } from './attemptForecasts.ts';
import { CircuitBreaker, type SetAside } from './circuitBreaker.ts';
import { ForeignLoad } from './foreignLoad.ts';
import type { Clock } from './ids.ts';
import type { QueueSettings } from './queueSettings.ts';
import type { WorkerView } from './scheduler.ts';
import { together, type Standing } from './knownWorkers.ts';
import type { AttemptKey, TaskKind } from './store/records.ts';
import type { WorkerDescription } from '../protocol/model.ts';
import type { Moment } from './timetable.ts';

export type WorkerPeer = Peer<WorkerMethods, CoordinatorEvents>;

/** Every kind that an encode may take. */
export const encodeSlots = [...new Set(Object.values(videoEncoderTable).map(({ slot }) => slot))];

export interface RunningAttempt extends AttemptKey {
  readonly jobId: string;
  readonly slot: SlotKind;
  /** What there was to be done, and when it will have ended; missing of what an earlier daemon began. */
  readonly foreseen?: Foreseen | undefined;
  /** Of its job, as it is now. */
  priority: number;
  /** By the monotonic clock, milliseconds; of what an earlier daemon began, when it was heard of. */
  readonly takenAt: number;
  /** Its job was stopped for somebody else once, or could not be: it is left alone. */
  preempted: boolean;
}

export interface WorkerContext {
  readonly settings: QueueSettings;
  readonly timers: Timers;
  /** For what people read. */
  readonly clock: Clock;
  readonly monotonic: Clock;
  /** What people have said of it by now. */
  readonly standing: () => Standing;
  /** It may take a task now that it would not have taken before. */
  readonly wake: () => void;
}

/** A worker whose channel is open: what it says of itself, and what it was given. */
export class ConnectedWorker implements WorkerView {
  readonly peer: WorkerPeer;
  readonly untriable = new Map<string, string>();
  load: Load | undefined;
  readonly foreignLoad = new ForeignLoad();
  #description: WorkerDescription;
  readonly #settings: QueueSettings;
  readonly #running = new Map<string, RunningAttempt>();
  /** Of them, those that wait for a destination, and take no slot. */
  readonly #resting = new Set<RunningAttempt>();
  readonly #forecasts = new AttemptForecasts();
  readonly #breaker: CircuitBreaker;
  /** How many of them take a slot of each kind. */
  readonly #taken = new Map<SlotKind, number>();
  /** Kinds of which it said that it has no slot free. */
  readonly #busy = new Set<SlotKind>();
  /** Of them, those that serve another coordinator. */
  readonly #servesOthers = new Set<SlotKind>();
  #ffmpegMissing: ErrorData | undefined;
  /** Ends of what was found out about it, by what it is. */
  readonly #alarms = new Map<string, () => void>();
  readonly #timers: Timers;
  readonly #clock: Clock;
  readonly #monotonic: Clock;
  readonly #standing: () => Standing;
  readonly #wake: () => void;

  constructor(peer: WorkerPeer, description: WorkerDescription, context: WorkerContext) {
    this.peer = peer;
    this.#description = description;
    this.#settings = context.settings;
    this.#breaker = new CircuitBreaker(context.settings);
    this.#timers = context.timers;
    this.#clock = context.clock;
    this.#monotonic = context.monotonic;
    this.#standing = context.standing;
    this.#wake = context.wake;
  }

  get id(): string {
    return this.#description.id;
  }

  get name(): string {
    return this.#standing().name ?? this.#description.name;
  }

  /** By its id, by what people call it, or by what it calls itself: a job may have asked for it before it was renamed. */
  isCalled(name: string): boolean {
    return [this.id, this.name, this.#description.name].includes(name);
  }

  get local(): boolean {
    return this.#description.local;
  }

  get isFleet(): boolean {
    return this.#description.members !== undefined;
  }

  /** A person wants it to be given nothing more. */
  get drained(): boolean {
    return this.#standing().drained;
  }

  /** Its own, and those that it was given here. */
  get labels(): readonly string[] {
    return together(this.#description.labels, this.#standing().labels);
  }

  /** As `labels`, without making a list: it is asked for each job that wants one. */
  hasLabel(label: string): boolean {
    return this.#description.labels.includes(label) || this.#standing().labels.includes(label);
  }

  get description(): WorkerDescription {
    return this.#description;
  }

  /** Node's name of its system. */
  get platform(): string {
    return this.#description.platform;
  }

  get mounts(): WorkerDescription['mounts'] {
    return this.#description.mounts;
  }

  get cores(): number {
    return this.#description.cores;
  }

  get capabilities(): WorkerDescription['capabilities'] {
    return this.#description.capabilities;
  }

  /** What an attempt found out counts until the worker says otherwise. */
  get ffmpeg(): FfmpegStatus {
    return this.#ffmpegMissing ? { state: 'missing', error: this.#ffmpegMissing } : this.#description.ffmpeg;
  }

  /** It gets nothing for a while, unless it says sooner that things have changed. */
  ffmpegIsMissing(error: ErrorData): void {
    this.#ffmpegMissing = error;
    this.#after('ffmpeg', this.#settings.ffmpegMissingMs, () => {
      this.#ffmpegMissing = undefined;
    });
  }

  /** Why it gets nothing for a while. */
  get setAside(): SetAside | undefined {
    return this.#breaker.setAside;
  }

  /** A result of it is done with. */
  succeeded(): void {
    this.#breaker.succeeded();
    this.#forget('set aside');
  }

  /** An attempt of this job failed there, by its own word: enough of that sets it aside for a while. */
  failed(jobId: string, error: ErrorData): void {
    if (!this.#breaker.failed(jobId, error, this.#clock())) return;
    this.#after('set aside', this.#settings.setAsideMs, () => {
      this.#breaker.tryAgain();
    });
  }

  get running(): readonly RunningAttempt[] {
    return [...this.#running.values()];
  }

  /** Other programs use most of its machine: where another is free, that is taken. */
  get isLoaded(): boolean {
    const { preemptLoadedWorkers, preemptLoad } = this.#settings;
    return preemptLoadedWorkers && this.foreignLoad.isOver(this.#monotonic(), preemptLoad);
  }

  /** What may be stopped for somebody else. */
  get preemptable(): RunningAttempt[] {
    return this.running.filter(
      (attempt) =>
        attempt.slot !== 'probe' &&
        !attempt.preempted &&
        !this.#resting.has(attempt) &&
        !this.#forecasts.isSuspended(attempt),
    );
  }

  describe(description: WorkerDescription): void {
    this.#description = description;
    this.#ffmpegMissing = undefined;
    this.#busy.clear();
    this.#servesOthers.clear();
    this.untriable.clear();
  }

  addCapabilities(capabilities: WorkerDescription['capabilities']): void {
    this.#description = {
      ...this.#description,
      capabilities: { ...this.#description.capabilities, ...capabilities },
    };
  }

  slots(kind: SlotKind): number {
    return this.#description.slots[kind] ?? (kind === 'probe' ? this.#settings.probeSlots : 0);
  }

  freeSlots(kind: SlotKind): number {
    if (this.#busy.has(kind) || this.setAside) return 0;
    if (this.#breaker.onTrial && kind !== 'probe')
      return this.#isEncoding() ? 0 : Math.min(1, this.slots(kind));
    return this.slots(kind) - (this.#taken.get(kind) ?? 0);
  }

  endings(kind: SlotKind): Moment[] {
    return this.running
      .filter((attempt) => attempt.slot === kind && !this.#resting.has(attempt))
      .map((attempt) => this.#forecasts.ending(attempt, this.#monotonic()));
  }

  /** What it tells of an attempt. */
  heard(attempt: AttemptKey, { eta }: Pick<Progress, 'eta'>): void {
    this.#forecasts.heard(attempt, eta, this.#monotonic());
  }

  /** A command of it runs. */
  started(attempt: AttemptKey): void {
    this.#forecasts.started(attempt, this.#monotonic());
  }

  /** It stands still, or goes on. */
  suspended(attempt: AttemptKey, suspended: boolean): void {
    this.#forecasts.suspended(attempt, suspended);
  }

  /** Seconds that an attempt has taken for what it was to do; undefined where that teaches nothing. */
  lesson(attempt: RunningAttempt): Lesson | undefined {
    return this.#forecasts.lesson(attempt, this.#monotonic());
  }

  /** It will take no encode, however long that waits, unless something else happens to it. */
  get takesNothing(): boolean {
    return (
      this.ffmpeg.state !== 'ready' ||
      this.setAside !== undefined ||
      this.drained ||
      encodeSlots.every((slot) => this.slots(slot) === 0)
    );
  }

  /** Whether it takes any task of this kind now, whatever slot that needs. */
  takes(kind: TaskKind): boolean {
    if (this.ffmpeg.state !== 'ready' || (this.drained && kind === 'encode')) return false;
    const kinds = kind === 'probe' ? (['probe'] as const) : encodeSlots;
    return kinds.some((slot) => this.freeSlots(slot) > 0);
  }

  /**
   * It has no room, whatever was counted here: asked again after a while, when one of its tasks has ended, or when it says so.
   * `servesOthers`: another coordinator has it, and it always says when that is over; with the connection all of it is forgotten.
   */
  isBusy(kind: SlotKind, servesOthers = false): void {
    this.#busy.add(kind);
    if (servesOthers) this.#servesOthers.add(kind);
    else
      this.#after(kind, this.#settings.busyRetryMs, () => {
        this.#isBusyNoMore(kind);
      });
  }

  /** It keeps a slot for a task from here. */
  slotIsFree(kind: string): void {
    const told = [...this.#busy].find((each) => each === kind);
    if (told) this.#isBusyNoMore(told);
  }

  servesOthers(kind: SlotKind): boolean {
    return this.#servesOthers.has(kind);
  }

  #isBusyNoMore(kind: SlotKind): void {
    this.#busy.delete(kind);
    this.#servesOthers.delete(kind);
  }

  attempt(key: AttemptKey): RunningAttempt | undefined {
    return this.#running.get(attemptName(key));
  }

  attemptOfJob(jobId: string): RunningAttempt | undefined {
    return this.running.find((attempt) => attempt.jobId === jobId);
  }

  take(attempt: RunningAttempt): void {
    this.release(attempt);
    this.#running.set(attemptName(attempt), attempt);
    this.#count(attempt.slot, 1);
  }

  release(key: AttemptKey): void {
    const attempt = this.attempt(key);
    if (!attempt) return;
    this.#running.delete(attemptName(key));
    this.#forecasts.forget(attempt);
    if (!this.#resting.delete(attempt)) this.#count(attempt.slot, -1);
    this.#isBusyNoMore(attempt.slot);
  }

  /** Its result is verified and waits for its destination: another may have the slot. */
  rests(key: AttemptKey): void {
    const attempt = this.attempt(key);
    if (!attempt || this.#resting.has(attempt)) return;
    this.#resting.add(attempt);
    this.#count(attempt.slot, -1);
    this.#isBusyNoMore(attempt.slot);
  }

  #isEncoding(): boolean {
    return this.running.some((attempt) => attempt.slot !== 'probe' && !this.#resting.has(attempt));
  }

  #count(slot: SlotKind, change: number): void {
    this.#taken.set(slot, (this.#taken.get(slot) ?? 0) + change);
  }

  /** Its channel is closed. */
  end(): void {
    for (const stop of this.#alarms.values()) stop();
    this.#alarms.clear();
  }

  #forget(what: string): void {
    this.#alarms.get(what)?.();
    this.#alarms.delete(what);
  }

  #after(what: string, milliseconds: number, change: () => void): void {
    this.#forget(what);
    const stop = this.#timers.after(milliseconds, () => {
      this.#alarms.delete(what);
      change();
      this.#wake();
    });
    this.#alarms.set(what, stop);
  }

  info(withLoad: boolean): WorkerInfo {
    return {
      ...this.#description,
      ffmpeg: this.ffmpeg,
      setAside: this.setAside,
      drained: this.drained,
      name: this.name,
      labels: [...this.labels],
      connected: true,
      running: [...new Set(this.running.map(({ jobId }) => jobId))],
      load: withLoad ? this.load : undefined,
    };
  }
}
