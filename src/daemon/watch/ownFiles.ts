import path from 'node:path';
import { normalisePath } from '../../coordinator/outputNames.ts';
import type { Store } from '../../coordinator/store.ts';
import { builtinPresets } from '../../encoding/builtinPresets.ts';
import { ownOutputs } from '../../encoding/ownOutput.ts';
import type { Preset } from '../../encoding/preset.ts';
import { briefKey } from '../../files/contentKey.ts';

/** `result`: a job made it. `named`: it is called like one. `reserved`: a job that has not ended may be about to, or a hook be changing it. */
export type Ownership = 'result' | 'named' | 'reserved';

export interface OwnFilesOptions {
  readonly store: Pick<Store, 'reserved' | 'madeAmong' | 'madeContents' | 'job'>;
  readonly presets: () => Readonly<Record<string, Preset>>;
  readonly platform: string;
}

/** No job has this id: the reserved names of all jobs are asked for. */
const nobody = '-';

/** Tells results of our own from sources. */
export class OwnFiles {
  readonly #options: OwnFilesOptions;

  constructor(options: OwnFilesOptions) {
    this.#options = options;
  }

  files(
    files: readonly { readonly path: string; readonly bytes: number }[],
  ): Promise<Map<string, Ownership>> {
    const own = ownOutputs({ ...builtinPresets, ...this.#options.presets() });
    const sizes = new Map(files.map((file) => [file.path, file.bytes]));
    return this.#among([...sizes.keys()], {
      isNamed: (file) => own.isFile(path.basename(file)),
      // Another file under the name of a result that is gone has another size.
      isResult: (file, bytes) => bytes === undefined || bytes === sizes.get(file),
    });
  }

  /** Folders that are results, made to stream from: their files are no sources. */
  folders(folders: readonly string[]): Promise<Map<string, Ownership>> {
    const own = ownOutputs({ ...builtinPresets, ...this.#options.presets() });
    return this.#among(folders, {
      isNamed: (folder) => own.isFolder(path.basename(folder)),
      isResult: () => true,
    });
  }

  /**
   * Whether it has the content of a result, under any name. Reads the file only where a result has as many bytes, and
   * then 96 MiB at most. Throws what keeps it from being read.
   */
  async hasContentOfResult(file: string, bytes: number, signal?: AbortSignal): Promise<boolean> {
    const contents = await this.#options.store.madeContents(bytes);
    return contents.length > 0 && contents.includes(await briefKey(file, signal));
  }

  async #among(
    paths: readonly string[],
    tell: { isNamed(path: string): boolean; isResult(path: string, bytes: number | undefined): boolean },
  ): Promise<Map<string, Ownership>> {
    const own = new Map<string, Ownership>();
    if (paths.length === 0) return own;
    const { store, platform } = this.#options;
    const byName = new Map(paths.map((each) => [normalisePath(each, platform), each]));
    const names = [...byName.keys()];
    // In this order: a job gives its names back in the transaction that records them as results.
    const reserved = await store.reserved(names, nobody);
    const made = await store.madeAmong(names);
    for (const each of paths) if (tell.isNamed(each)) own.set(each, 'named');
    for (const name of reserved) own.set(byName.get(name) ?? '', 'reserved');
    const changed: { path: string; jobId: string }[] = [];
    for (const { normalised, bytes, jobId } of made) {
      const each = byName.get(normalised) ?? '';
      if (tell.isResult(each, bytes)) own.set(each, 'result');
      else changed.push({ path: each, jobId });
    }
    // What it holds is noted when the hook has run.
    for (const { path: each, jobId } of changed)
      if (!own.has(each) && (await this.#hasHooks(jobId))) own.set(each, 'reserved');
    return own;
  }

  /** A command of the operator may be changing its results. */
  async #hasHooks(jobId: string): Promise<boolean> {
    const stored = await this.#options.store.job(jobId);
    return stored?.job.hooks?.some(({ state }) => state === 'waiting') ?? false;
  }
}
