import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { outputsOf } from '../encoding/presetOutputs.ts';
import { checkDestination } from '../files/destination.ts';
import { DiskRoom, realFacts, type Room } from '../files/diskRoom.ts';
import { isQuotaUsedUp } from '../files/errnoCode.ts';
import { takesBytes } from '../files/quotaTrial.ts';
import type { Traces } from '../files/traces.ts';
import type { Payload, Result } from '../protocol/contract.ts';
import { DffmpegError } from '../protocol/errors.ts';
import { systemTimers } from '../protocol/timers.ts';
import type { TaskPayload } from '../protocol/tasks.ts';
import type { WorkerEvents, WorkerMethods } from '../protocol/workerContract.ts';
import { nameOf, type Attempts } from './attempts.ts';
import type { CapabilityProver } from './capabilities.ts';
import type { AttemptKey } from './outbox.ts';
import { proveFor, slotKindFor } from './proveFor.ts';
import { roomNeeded } from './roomNeeded.ts';
import { RoomWatch } from './roomWatch.ts';
import type { SlotTaker, Slots } from './slots.ts';
import { TaskFailure } from './task.ts';
import type { WorkerSettings } from './workerSettings.ts';

export interface OffersOptions {
  readonly attempts: Attempts;
  /** Undefined while there is no ffmpeg. */
  readonly prover: () => Promise<CapabilityProver | undefined>;
  /** Slot kind → how many at once. */
  readonly slotTable: () => Readonly<Record<string, number>>;
  /** Of this machine, in use for whomever. */
  readonly slots: Slots;
  readonly scratchDir: string;
  /** What it puts into other people’s folders. */
  readonly traces: Traces;
  readonly settings: WorkerSettings;
  /** The worker ends. */
  readonly signal: AbortSignal;
  /** A task that had no room on a disk has it now. */
  readonly tellRoom: (task: Payload<WorkerEvents['room.free']>) => void;
  /** A slot that others had is kept for what comes from here. */
  readonly tellSlot: (slot: Payload<WorkerEvents['slot.free']>) => void;
}

/** What is offered is taken where there is an ffmpeg, a slot, and room on the disks; both are given back at its end. */
export class Offers {
  readonly #options: OffersOptions;
  readonly #taker: SlotTaker;
  readonly #room: DiskRoom;
  /** Of attempts that run. */
  readonly #rooms = new Map<string, Room>();
  readonly #roomWatch: RoomWatch;

  constructor(options: OffersOptions) {
    this.#options = options;
    this.#taker = {
      tell: (kind) => {
        options.tellSlot({ kind });
      },
    };
    this.#room = new DiskRoom({
      ...realFacts,
      takes: (folder, bytes) => takesBytes(folder, bytes, options.traces),
      trouble: (folder) => checkDestination(folder, options.traces).catch((error: unknown) => error),
    });
    this.#roomWatch = new RoomWatch({
      everyMs: () => options.settings.diskLookSeconds * 1000,
      timers: systemTimers,
      hasRoom: async (needs) => (await this.#room.lacks(needs)) === undefined,
    });
  }

  /** So many bytes of an attempt are in that folder by now. */
  wrote(key: AttemptKey, folder: string, bytes: number): void {
    this.#rooms.get(nameOf(key))?.wrote(folder, bytes);
  }

  /** Why an attempt failed: where a quota is used up, or the disk is away, nothing more is begun until it is not. */
  failed(payload: TaskPayload, error: unknown): void {
    if (payload.kind !== 'encode') return;
    const folders = payload.outputs.map(({ path: target }) => path.dirname(target));
    if (isQuotaUsedUp(error)) for (const folder of folders) this.#room.quotaUsedUp(folder);
    if (isAway(error)) for (const folder of folders) this.#room.diskAway(folder);
  }

  close(): void {
    this.#roomWatch.close();
    this.#options.slots.leave(this.#taker);
  }

  /** Taken, or why not now. */
  async answer(key: AttemptKey, payload: TaskPayload): Promise<Result<WorkerMethods['task.offer']>> {
    const { attempts, signal, slots, slotTable } = this.#options;
    const prover = await this.#options.prover();
    if (!prover) return { accepted: false };
    const kind = payload.kind === 'probe' ? 'probe' : await this.#slotFor(payload, prover);
    const room = await this.#takeRoom(key, payload);
    if (room instanceof DffmpegError) return { accepted: false, waitsFor: room.toData() };
    // From here to the start nothing waits: an offer that is repeated meanwhile is not begun twice.
    // Offered again because the answer was lost.
    const isBegun = attempts.has(key);
    const slot =
      isBegun || signal.aborted
        ? { servesOthers: false }
        : slots.take(kind, slotTable()[kind] ?? 0, this.#taker);
    if (!('release' in slot)) {
      room?.release();
      return isBegun || !slot.servesOthers ? { accepted: isBegun } : { accepted: false, servesOthers: true };
    }
    const name = nameOf(key);
    if (room) this.#rooms.set(name, room);
    attempts.start(key, payload, prover, () => {
      slot.release();
      room?.release();
      this.#rooms.delete(name);
    });
    return { accepted: true };
  }

  /** Where there is none, the coordinator is told as soon as there is. */
  async #takeRoom({ taskId }: AttemptKey, payload: TaskPayload): Promise<Room | DffmpegError | undefined> {
    if (payload.kind !== 'encode') return undefined;
    const { scratchDir, settings, tellRoom } = this.#options;
    await mkdir(scratchDir, { recursive: true }).catch(() => undefined);
    const needs = roomNeeded(payload, scratchDir, settings);
    const room = await this.#room.take(needs);
    if (!(room instanceof DffmpegError)) this.#roomWatch.forget(taskId);
    else
      this.#roomWatch.expect(taskId, needs, () => {
        tellRoom({ jobId: payload.jobId, taskId });
      });
    return room;
  }

  async #slotFor(
    { preset, outputs }: Extract<TaskPayload, { kind: 'encode' }>,
    prover: CapabilityProver,
  ): Promise<string> {
    const all = outputsOf(preset);
    const wanted = outputs.flatMap(({ index }) => all[index] ?? []);
    return slotKindFor(wanted, (await proveFor(wanted, prover)).capabilities);
  }
}

function isAway(thrown: unknown): boolean {
  const error = thrown instanceof TaskFailure ? thrown.error : thrown;
  return error instanceof DffmpegError && error.code === 'destination-away';
}
