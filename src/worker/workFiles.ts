import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { WorkFile } from '../encoding/plan.ts';
import { copyAsset } from '../files/assetFile.ts';
import { runCommand, type RunPlace } from './runCommand.ts';

/** Makes the files of a plan in the attempt's folder; those that are there already are left alone. */
export class WorkFiles {
  readonly #place: RunPlace;
  /** Below it lie the files that a preset may name. */
  readonly #sourceFolder: string;
  readonly #made = new Set<string>();

  constructor(place: RunPlace, sourceFolder: string) {
    this.#place = place;
    this.#sourceFolder = sourceFolder;
  }

  async make(files: readonly WorkFile[]): Promise<void> {
    for (const file of files) {
      if (this.#made.has(file.name)) continue;
      await this.#make(file);
      this.#made.add(file.name);
    }
  }

  async #make(file: WorkFile): Promise<void> {
    const target = path.join(this.#place.directory, file.name);
    await mkdir(path.dirname(target), { recursive: true });
    if ('extract' in file) {
      await runCommand(this.#place, { purpose: 'extract', argv: file.extract });
      return;
    }
    if ('text' in file) await writeFile(target, file.text, { flag: 'wx' });
    else await copyAsset({ ...file, folder: this.#sourceFolder, target });
  }
}
