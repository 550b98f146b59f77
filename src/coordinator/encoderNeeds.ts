import type { Capabilities } from '../encoding/dialect.ts';
import type { OutputPreset } from '../encoding/output.ts';
import type { VideoEncoder } from '../encoding/presetNames.ts';
import type { VideoPreset } from '../encoding/presetVideo.ts';
import { refusalReason } from '../encoding/refusal.ts';
import { whyNotEncoder } from '../encoding/videoEncoderChoice.ts';

/** Encoders of which one is needed, in order of preference. */
export interface EncoderNeed {
  readonly encoders: readonly string[];
  /** Without any the output cannot be made. Rules for tracks may turn out to need none. */
  readonly required: boolean;
  readonly video?: VideoPreset;
}

export interface EncoderPick {
  readonly encoder?: string;
  /** Encoders that come before any that is known to work. */
  readonly untried: readonly string[];
  /** Encoder → why not. */
  readonly refusals: ReadonlyMap<string, string>;
}

/** What is known of a worker's encoders. */
export interface KnownEncoders {
  readonly capabilities: Capabilities;
  /** Encoders that it was asked to try and did not answer for: encoder → why. */
  readonly untriable: ReadonlyMap<string, string>;
}

export function encoderNeeds({ video, audio }: OutputPreset): EncoderNeed[] {
  const needs: EncoderNeed[] = [];
  if (video && video.copy !== true) needs.push({ encoders: video.encoders ?? [], required: true, video });
  if (!audio) return needs;
  const { tracks, encoder } = audio;
  const rules = typeof tracks === 'object' ? tracks : [];
  if (encoder !== undefined) needs.push({ encoders: [encoder], required: rules.length === 0 });
  for (const rule of rules)
    if (rule.encoder !== undefined) needs.push({ encoders: [rule.encoder], required: false });
  return needs;
}

/** The same choice that the worker makes when it plans: the first that a trial proved. */
export function pickEncoder(need: EncoderNeed, { capabilities, untriable }: KnownEncoders): EncoderPick {
  const untried: string[] = [];
  const refusals = new Map<string, string>();
  for (const encoder of need.encoders) {
    const capability = capabilities[encoder];
    const silent = untriable.get(encoder);
    const reason =
      capability?.usable === false
        ? refusalReason(capability.refusal)
        : need.video && whyNotEncoder(need.video, encoder as VideoEncoder, capability);
    if (!capability && silent === undefined) untried.push(encoder);
    else if (!capability) refusals.set(encoder, silent ?? '');
    else if (reason === undefined) return { encoder, untried, refusals };
    else refusals.set(encoder, reason);
  }
  return { untried, refusals };
}
