import { constants } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { assetsOf, type Asset } from '../encoding/presetAssets.ts';
import { tooLarge } from '../files/assetFile.ts';
import { DffmpegError, type ErrorData } from '../protocol/errors.ts';
import type { OfferedAsset, OfferedSource } from '../protocol/offers.ts';
import type { EncodePayload } from '../protocol/tasks.ts';
import type { BringAsset } from './workFiles.ts';

/** Files that a preset names, of a machine that offers them: which are fetched, and why others are not. */
export interface ChosenAssets {
  /** As sources are, each under the name that the preset has for it. */
  readonly wanted: readonly OfferedSource[];
  readonly refused: ReadonlyMap<string, ErrorData>;
}

/** Nothing that the preset does not name, and none that is larger than it may be: whatever is offered. */
export function chooseAssets(
  { preset, outputs }: Pick<EncodePayload, 'preset' | 'outputs'>,
  offered: readonly OfferedAsset[],
): ChosenAssets {
  const wanted: OfferedSource[] = [];
  const refused = new Map<string, ErrorData>();
  const named = assetsOf(
    preset,
    outputs.map(({ index }) => index),
  );
  for (const { asset, maxBytes } of named) {
    const offer = offered.find((each) => each.asset === asset);
    if (!offer) refused.set(asset, notOffered(asset));
    else if ('error' in offer) refused.set(asset, offer.error);
    else if (offer.bytes > maxBytes) refused.set(asset, tooLarge(asset, maxBytes).toData());
    else {
      const { asset: path, ...blob } = offer;
      wanted.push({ path, ...blob });
    }
  }
  return { wanted, refused };
}

/** `copies`: where they lie here, by the names that the preset has for them. */
export function bringFetched(
  copies: ReadonlyMap<string, string>,
  { refused }: Pick<ChosenAssets, 'refused'>,
): BringAsset {
  return async ({ asset }: Asset, target) => {
    const copy = copies.get(asset);
    if (copy === undefined) throw DffmpegError.from(refused.get(asset) ?? notOffered(asset));
    await copyFile(copy, target, constants.COPYFILE_EXCL);
  };
}

/** One of these files that changes while it is fetched is no source that does. */
export async function asAsset<T>(asset: string, fetching: Promise<T>): Promise<T> {
  return fetching.catch((error: unknown) => {
    if (!(error instanceof DffmpegError) || error.code !== 'source-changed') throw error;
    throw new DffmpegError('asset-unusable', `${asset} changed while it was fetched.`, {
      hint: 'Retry the job.',
      cause: error,
    });
  });
}

function notOffered(asset: string): ErrorData {
  return {
    code: 'asset-unusable',
    message: `The machine that has the source does not offer ${asset}.`,
    hint: 'Update DFFmpeg there, then retry the job.',
  };
}
