import type { ContentLight, MasteringDisplay } from './probe.ts';

/** What the result says of its colour, in ffmpeg's names; missing: it says nothing. */
export interface ColorPlan {
  readonly primaries?: string | undefined;
  /** Transfer curve. */
  readonly transfer?: string | undefined;
  /** Matrix. */
  readonly space?: string | undefined;
  readonly range?: 'tv' | 'pc' | undefined;
  /** HDR10's static metadata, only where the result is HDR. */
  readonly masteringDisplay?: MasteringDisplay | undefined;
  readonly contentLight?: ContentLight | undefined;
}
