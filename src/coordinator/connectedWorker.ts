import type { SlotKind } from '../encoding/slots.ts';
import type { ErrorData } from '../protocol/errors.ts';
import type { FfmpegStatus, Load, WorkerInfo } from '../protocol/model.ts';
import type { Peer } from '../protocol/peer.ts';
import type { CoordinatorEvents, WorkerMethods } from '../protocol/workerContract.ts';
import type { QueueSettings } from './queueSettings.ts';
import type { WorkerView } from './scheduler.ts';
import type { AttemptKey } from './store/records.ts';

export type WorkerPeer = Peer<WorkerMethods, CoordinatorEvents>;
export type WorkerDescription = Omit<WorkerInfo, 'running' | 'load'>;

export interface RunningAttempt extends AttemptKey {
  readonly jobId: string;
  readonly slot: SlotKind;
}

/** A worker whose channel is open: what it says of itself, and what it was given. */
export class ConnectedWorker implements WorkerView {
  readonly peer: WorkerPeer;
  readonly untriable = new Map<string, string>();
  load: Load | undefined;
  #description: WorkerDescription;
  readonly #settings: QueueSettings;
  readonly #running = new Map<string, RunningAttempt>();
  /** Kinds of which it said that it has no slot free. */
  readonly #busy = new Set<SlotKind>();
  #ffmpegMissing: ErrorData | undefined;

  constructor(peer: WorkerPeer, description: WorkerDescription, settings: QueueSettings) {
    this.peer = peer;
    this.#description = description;
    this.#settings = settings;
  }

  get id(): string {
    return this.#description.id;
  }

  get name(): string {
    return this.#description.name;
  }

  get capabilities(): WorkerDescription['capabilities'] {
    return this.#description.capabilities;
  }

  /** What an attempt found out counts until the worker says otherwise. */
  get ffmpeg(): FfmpegStatus {
    return this.#ffmpegMissing ? { state: 'missing', error: this.#ffmpegMissing } : this.#description.ffmpeg;
  }

  set ffmpegMissing(error: ErrorData | undefined) {
    this.#ffmpegMissing = error;
  }

  get running(): readonly RunningAttempt[] {
    return [...this.#running.values()];
  }

  describe(description: WorkerDescription): void {
    this.#description = description;
    this.#ffmpegMissing = undefined;
    this.#busy.clear();
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
    if (this.#busy.has(kind)) return 0;
    return this.slots(kind) - this.running.filter(({ slot }) => slot === kind).length;
  }

  setBusy(kind: SlotKind, busy: boolean): void {
    if (busy) this.#busy.add(kind);
    else this.#busy.delete(kind);
  }

  attempt({ taskId, fence }: AttemptKey): RunningAttempt | undefined {
    return this.#running.get(`${taskId}#${fence}`);
  }

  attemptOfJob(jobId: string): RunningAttempt | undefined {
    return this.running.find((attempt) => attempt.jobId === jobId);
  }

  take(attempt: RunningAttempt): void {
    this.#running.set(`${attempt.taskId}#${attempt.fence}`, attempt);
  }

  release({ taskId, fence }: AttemptKey): void {
    const attempt = this.attempt({ taskId, fence });
    if (!attempt) return;
    this.#running.delete(`${taskId}#${fence}`);
    this.#busy.delete(attempt.slot);
  }

  info(withLoad: boolean): WorkerInfo {
    return {
      ...this.#description,
      ffmpeg: this.ffmpeg,
      running: [...new Set(this.running.map(({ jobId }) => jobId))],
      load: withLoad ? this.load : undefined,
    };
  }
}
