import path from 'node:path';
import { assetNamed } from '../encoding/assetNames.ts';
import type { Asset } from '../encoding/presetAssets.ts';
import { lookAtAsset } from '../files/assetFile.ts';
import type { Mounts } from '../files/mounts.ts';
import type { OfferedFiles } from '../files/offeredFiles.ts';
import { checkSource, replacedState, stateOf } from '../files/sourceFile.ts';
import type { ReceivedParams, Result } from '../protocol/contract.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { OfferedAsset, OfferedSource } from '../protocol/offers.ts';
import type { WorkerMethods } from '../protocol/workerContract.ts';

/** Lets one worker on another machine fetch what one task needs, each file in the state that it is in now. */
export async function offerSources(
  { offered, mounts }: { readonly offered: OfferedFiles; readonly mounts: Pick<Mounts, 'describe'> },
  { sources, assets, taker, replaces }: ReceivedParams<WorkerMethods['source.offer']>,
  signal: AbortSignal,
): Promise<Result<WorkerMethods['source.offer']>> {
  const all: OfferedSource[] = [];
  for (const file of sources) {
    const checked = await checkSource(file);
    const state = replaces ? await replacedState(checked, signal) : stateOf(checked);
    const mounted = await mounts.describe(file, signal, state.content);
    const ticket = offered.offer({ path: file, ...state }, taker);
    all.push({ path: file, ...state, ticket, ...(mounted ? { mounted } : {}) });
  }
  const [leading] = all;
  if (!leading) return { sources: [], assets: [] };
  const offerBeside = (asset: Asset) => offerAsset(asset, leading, { offered, taker });
  return { sources: all, assets: await Promise.all(assets.map(offerBeside)) };
}

/** By the rules of an encode on this machine; whether it is needed shows in the encode. */
async function offerAsset(
  { asset, maxBytes }: Asset,
  source: OfferedSource,
  { offered, taker }: { offered: OfferedFiles; taker: string },
): Promise<OfferedAsset> {
  try {
    const named = assetNamed(asset, source.path);
    const { file, state } = await lookAtAsset({ asset: named, folder: path.dirname(source.path), maxBytes });
    const ticket = offered.offer({ path: file, ...state }, taker, { beside: source.ticket });
    return { asset, ...state, ticket };
  } catch (error) {
    if (error instanceof DffmpegError) return { asset, error: error.toData() };
    throw error;
  }
}
