import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { WorkFile } from '../encoding/plan.ts';
import { assetNamed } from '../encoding/assetNames.ts';
import type { Asset } from '../encoding/presetAssets.ts';
import { copyAsset } from '../files/assetFile.ts';
import { runCommand, type RunPlace } from './runCommand.ts';

/** Puts a copy of a file that the preset names at `target`, where nothing is. Throws `asset-unusable`. */
export type BringAsset = (asset: Asset, target: string) => Promise<void>;

/** From below the folder of this source. */
export function besideSource(source: string): BringAsset {
  const folder = path.dirname(source);
  return ({ asset, maxBytes }, target) =>
    copyAsset({ asset: assetNamed(asset, source), folder, maxBytes, target });
}

/** Makes the files of a plan in the attempt's folder; those that are there already are left alone. */
export class WorkFiles {
  readonly #place: RunPlace;
  readonly #bringAsset: BringAsset;
  readonly #made = new Set<string>();

  constructor(place: RunPlace, bringAsset: BringAsset) {
    this.#place = place;
    this.#bringAsset = bringAsset;
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
    else await this.#bringAsset(file, target);
  }
}
