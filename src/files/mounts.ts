import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { unlessAborted } from '../protocol/aborting.ts';
import { DffmpegError, toDffmpegError, type ErrorData } from '../protocol/errors.ts';
import type { MountState } from '../protocol/model.ts';
import { areNames, formatMounted, namesBelow, parseMounted, type MountedFile } from '../protocol/mounts.ts';
import type { SourceState } from '../protocol/fileState.ts';
import type { Timers } from '../protocol/timers.ts';
import { Turns } from '../protocol/turns.ts';
import { briefKey } from './contentKey.ts';
import { checkMount, unavailable } from './mountCheck.ts';
import { checkSource, isAboutTheSameTime } from './sourceFile.ts';

export interface MountSettings {
  /** Name → folder of this machine. */
  readonly mount: Readonly<Record<string, string>>;
  readonly mountLookSeconds: number;
  readonly mountTimeoutSeconds: number;
  readonly mountReadSeconds: number;
  readonly mountDistrustMinutes: number;
}

export interface MountsOptions {
  /** Read at each look: they may change meanwhile. */
  readonly settings: MountSettings;
  readonly timers: Timers;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Something is there that was not, or the other way round. */
  readonly onChange: () => void;
}

interface Mount {
  readonly folder: string;
  /** Links resolved; missing while it cannot be read. */
  real?: string;
  trouble?: ErrorData;
  /** A look that has not ended: a network drive that is gone may not answer for minutes, and is asked once. */
  looking?: Promise<string>;
  /** Aborted, with why, when it is seen to be away: nobody waits for what is asked of it. */
  away: AbortController;
}

const looksAtOnce = 2;
const readsAtOnce = 1;

/**
 * The folders of this machine that others see, too, looked at again and again. A file in one is opened where it lies, if it is the very
 * file that is meant; whatever speaks against that, it is fetched.
 */
export class Mounts {
  readonly #options: MountsOptions;
  readonly #mounts = new Map<string, Mount>();
  /** By its content: a file whose encode has failed → until when it is not opened; monotonic, milliseconds. */
  readonly #distrusted = new Map<string, number>();
  readonly #closed = new AbortController();
  // What hangs in a drive that does not answer keeps a thread of the few that the process has for all its files: these are bounds.
  readonly #looks = new Turns(looksAtOnce);
  readonly #reads = new Turns(readsAtOnce);
  /** As others were told of it. */
  #told: string | undefined;
  #stop: (() => void) | undefined;

  constructor(options: MountsOptions) {
    this.#options = options;
  }

  /** As they were last seen. */
  get states(): MountState[] {
    return [...this.#mounts].map(([name, { folder, trouble }]) => ({
      name,
      path: folder,
      ...(trouble ? { trouble } : {}),
    }));
  }

  /** Looks now, and then again and again. Never rejects. */
  async watch(): Promise<void> {
    await this.#lookAtAll();
    if (this.#closed.signal.aborted) return;
    this.#stop = this.#options.timers.after(this.#options.settings.mountLookSeconds * 1000, () => {
      void this.watch();
    });
  }

  close(): void {
    this.#closed.abort(new DffmpegError('cancelled', 'The worker ends.'));
    this.#stop?.();
  }

  /**
   * How other machines know a file that lies in a mount, links resolved; undefined where it lies in none. `known`: what it holds, where that was
   * read already. Never rejects but for the signal.
   */
  async describe(file: string, signal: AbortSignal, known?: string): Promise<MountedFile | undefined> {
    const roots = [...this.#mounts].flatMap(([name, { real }]) =>
      real === undefined ? [] : [[name, real] as const],
    );
    if (roots.length === 0) return undefined;
    try {
      return await this.#read(signal, async (until) => {
        const real = await realpath(file);
        for (const [mount, root] of roots) {
          const names = namesBelow(root, real, path.sep);
          if (names)
            return { path: formatMounted({ mount, names }), content: known ?? (await briefKey(real, until)) };
        }
        return undefined;
      });
    } catch {
      signal.throwIfAborted();
      // That it cannot be read shows where it is offered.
      return undefined;
    }
  }

  /**
   * Where the very file lies here that another machine means. Throws `mount-unavailable` with why it is not opened here: there is no such
   * mount or it is away, the path leads out of it, what lies there is another file; and the reason of the signal.
   */
  async locate(
    { path: mounted, content }: MountedFile,
    { bytes, modified }: Pick<SourceState, 'bytes' | 'modified'>,
    signal: AbortSignal,
  ): Promise<string> {
    const parsed = parseMounted(mounted);
    const mount = parsed && this.#mounts.get(parsed.mount);
    if (!parsed || !mount) throw unavailable(`This machine has no mount for ${mounted}.`);
    if ((this.#distrusted.get(content) ?? 0) > this.#options.now())
      throw unavailable(`An encode of ${mounted} has failed here a short while ago.`);
    if (mount.trouble || mount.real === undefined)
      throw mount.trouble ? DffmpegError.from(mount.trouble) : unavailable(`${mount.folder} is not there.`);
    if (!areNames(parsed.names, path.sep === '\\' ? 'windows' : 'posix'))
      throw unavailable(`${mounted} has a name that this system does not take.`);
    const root = mount.real;
    try {
      return await this.#read(AbortSignal.any([signal, mount.away.signal]), async (until) => {
        const real = await realpath(path.join(root, ...parsed.names));
        if (!namesBelow(root, real, path.sep)) throw unavailable(`${mounted} leads out of ${mount.folder}.`);
        const found = await checkSource(real);
        // Of a large file parts alone are read: what was written to since then, as a mirror’s original was, shows in its time.
        if (found.bytes !== bytes || !isAboutTheSameTime(found.modified, BigInt(modified)))
          throw unavailable(`${mounted} is another file here.`);
        if ((await briefKey(real, until)) !== content) throw unavailable(`${mounted} is another file here.`);
        return real;
      });
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof DffmpegError && error.code === 'mount-unavailable') throw error;
      throw unavailable(`${mounted} cannot be read here: ${toDffmpegError(error).message}`, error);
    }
  }

  /** Its encode has failed after it was opened here, maybe because of that: for a while it is fetched. */
  distrust({ content }: MountedFile): void {
    const now = this.#options.now();
    for (const [other, until] of this.#distrusted) if (until <= now) this.#distrusted.delete(other);
    this.#distrusted.set(content, now + this.#options.settings.mountDistrustMinutes * 60_000);
  }

  async #lookAtAll(): Promise<void> {
    const { mount: wanted } = this.#options.settings;
    for (const [name, { folder }] of this.#mounts) if (wanted[name] !== folder) this.#mounts.delete(name);
    for (const [name, folder] of Object.entries(wanted))
      if (!this.#mounts.has(name)) this.#mounts.set(name, { folder, away: new AbortController() });
    await Promise.all([...this.#mounts.values()].map((mount) => this.#look(mount)));
    if (this.#closed.signal.aborted) return;
    const told = JSON.stringify(this.states);
    const isNews = this.#told !== undefined && this.#told !== told;
    this.#told = told;
    if (isNews) this.#options.onChange();
  }

  async #look(mount: Mount): Promise<void> {
    const closed = this.#closed.signal;
    mount.looking ??= this.#looks
      .take(closed, () => checkMount(mount.folder))
      .finally(() => {
        delete mount.looking;
      });
    const { looking } = mount;
    try {
      mount.real = await this.#inTime(this.#options.settings.mountTimeoutSeconds, closed, () => looking);
      delete mount.trouble;
      if (mount.away.signal.aborted) mount.away = new AbortController();
    } catch (error) {
      delete mount.real;
      const trouble = toDffmpegError(error);
      mount.trouble = trouble.toData();
      mount.away.abort(trouble);
    }
  }

  #read<T>(signal: AbortSignal, work: (until: AbortSignal) => Promise<T>): Promise<T> {
    const { mountReadSeconds } = this.#options.settings;
    return this.#inTime(mountReadSeconds, signal, (until) => this.#reads.take(until, () => work(until)));
  }

  /** A drive that does not answer keeps nobody waiting. */
  async #inTime<T>(
    seconds: number,
    signal: AbortSignal,
    ask: (until: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const late = new AbortController();
    const stop = this.#options.timers.after(seconds * 1000, () => {
      late.abort(unavailable(`It has not answered for ${seconds} s.`));
    });
    const until = AbortSignal.any([signal, late.signal]);
    const asked = ask(until);
    asked.catch(() => undefined);
    try {
      return await unlessAborted(asked, until);
    } finally {
      stop();
    }
  }
}
