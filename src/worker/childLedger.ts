import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { markedOrphans } from './childMark.ts';
import { isGone, linuxStartNow, processStart, reapProcess, type ReapTimes } from './processTable.ts';

const processSchema = z.object({
  pid: z.int().positive(),
  /** When it began, as `processStart` has it. */
  start: z.string().min(1),
});
const entrySchema = processSchema.extend({ owner: processSchema });

/** Those that are open in this process: one, but in tests. */
const ledgers = new Set<ChildLedger>();

const alive = new Set<number>();

/** Ids of what this process has started and has not ended. */
export function liveChildren(): ReadonlySet<number> {
  return alive;
}

/** Every child of this process is told of here when it has begun. */
export function noteChild(pid: number | undefined, ended: PromiseLike<unknown>): void {
  if (pid === undefined) return;
  alive.add(pid);
  const isGone = (): void => {
    alive.delete(pid);
  };
  ended.then(isGone, isGone);
  for (const ledger of ledgers) {
    ledger.note(pid);
    const forget = (): void => {
      ledger.forget(pid);
    };
    ended.then(forget, forget);
  }
}

/**
 * Finds again what this program had started when it was killed: each child is noted with its start time in a folder
 * that outlives it. What is noted there at the next start, and whose owner is gone, is ended. Where the system tells
 * (Linux), children are found by the mark in their environment, too: those that were not noted yet. On Windows
 * nothing is noted: there children are in a job object that ends with their process.
 */
export class ChildLedger {
  readonly #folder: string;
  /** Start of this process; without it nothing is noted, since nobody could tell later whose it was. */
  readonly #ownStart: string | undefined;

  private constructor(folder: string, ownStart: string | undefined) {
    this.#folder = folder;
    this.#ownStart = ownStart;
  }

  /** Ends what an earlier process left running, and notes from now on. */
  static async open(folder: string, times: ReapTimes): Promise<ChildLedger> {
    const start = await processStart(process.pid);
    const ledger = new ChildLedger(folder, start);
    if (process.platform === 'win32') return ledger;
    await mkdir(folder, { recursive: true });
    ledgers.add(ledger);
    await ledger.#endLeft(times);
    return ledger;
  }

  note(pid: number): void {
    if (process.platform === 'linux') this.#write(pid, linuxStartNow(pid));
    else
      void processStart(pid).then((start) => {
        this.#write(pid, start);
      });
  }

  forget(pid: number): void {
    rmSync(this.#fileOf(pid), { force: true });
  }

  close(): void {
    ledgers.delete(this);
  }

  /** Synchronous: between the start of a child and its note nothing else happens here. */
  #write(pid: number, start: string | undefined): void {
    if (start === undefined || this.#ownStart === undefined) return;
    const owner = { pid: process.pid, start: this.#ownStart };
    try {
      mkdirSync(this.#folder, { recursive: true });
      writeFileSync(this.#fileOf(pid), JSON.stringify({ pid, start, owner }));
    } catch {
      // A full disk must not keep a child from running: it is found by its mark.
    }
  }

  async #endLeft(times: ReapTimes): Promise<void> {
    // The folder may be a link to one of a person's: nothing else is read, or removed.
    const notes = (await readdir(this.#folder)).filter((name) => notePattern.test(name));
    await Promise.all(notes.map((name) => this.#endNoted(name, times)));
    await Promise.all(
      (await markedOrphans()).map(({ pid, start }) => reapProcess(pid, start, times).catch(() => false)),
    );
  }

  async #endNoted(name: string, times: ReapTimes): Promise<void> {
    const file = path.join(this.#folder, name);
    const entry = entrySchema.safeParse(parseJson(await readFile(file, 'utf8').catch(() => '')));
    if (entry.success) {
      const { pid, start, owner } = entry.data;
      if (!(await isGone(owner.pid, owner.start))) return;
      // One that may not be ended must not keep the others from it.
      await reapProcess(pid, start, times).catch(() => false);
    }
    await rm(file, { force: true });
  }

  #fileOf(pid: number): string {
    return path.join(this.#folder, `${pid}.json`);
  }
}

/** See `#fileOf`. */
const notePattern = /^\d+\.json$/;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
