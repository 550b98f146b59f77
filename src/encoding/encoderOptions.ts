import type { VideoSettings } from './videoEncoders.ts';

/** Shared by the encoders' entries: how settings become ffmpeg's options. */

type Value = string | number | undefined;

/** `-name:v:0 value` for each; what is undefined is left out. */
export function optionsOf(values: Readonly<Record<string, Value>>): string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`-${name}:v:0`, String(value)],
  );
}

/** `a=1:b=2`, what encoder libraries take through one option of ffmpeg; undefined where there is nothing to say. */
export function parametersOf(values: Readonly<Record<string, Value>>): string | undefined {
  const parameters = Object.entries(values).filter(([, value]) => value !== undefined);
  return parameters.length === 0
    ? undefined
    : parameters.map(([name, value]) => `${name}=${String(value)}`).join(':');
}

/** A buffer of two seconds at the greatest rate: what players and the encoders' guides take as usual. */
export function maxBitrateOptions({ maxBitrate }: VideoSettings): Record<string, Value> {
  return maxBitrate === undefined
    ? {}
    : { maxrate: Math.round(maxBitrate), bufsize: Math.round(2 * maxBitrate) };
}

/** The file between two passes, in the attempt's folder. */
export const passLog = 'passlog';

export function passOptions({ pass }: VideoSettings): Record<string, Value> {
  return pass === undefined ? {} : { pass, passlogfile: passLog };
}

/** Ten seconds between keyframes, for encoders whose guides say so and whose own default is another. */
export function tenSeconds({ keyframeInterval, frameRate }: VideoSettings): number {
  return keyframeInterval ?? Math.min(300, Math.max(1, Math.round(10 * (frameRate ?? 24))));
}

/** `4.1` → 41: how AV1 and QuickSync count levels. */
export function levelTimesTen(level: string | undefined): number | undefined {
  return level === undefined ? undefined : Math.round(Number(level) * 10);
}
