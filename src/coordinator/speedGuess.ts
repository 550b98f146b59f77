import { videoEncoderTable } from '../encoding/videoEncoders.ts';
import type { Speed, VideoEncoder } from '../encoding/presetNames.ts';

/**
 * How fast a machine may be of which nothing is known yet: megapixels a second, for encoders of the processor by one core
 * of it. Orders of magnitude, from encodes of 1080p on a machine of 2 cores; what is learnt soon counts for more.
 */
const pictureSpeeds: Readonly<Record<VideoEncoder, number>> = {
  libx264: 45,
  libx265: 12,
  libsvtav1: 20,
  'libaom-av1': 3,
  'libvpx-vp9': 8,
  h264_nvenc: 600,
  hevc_nvenc: 450,
  av1_nvenc: 400,
  h264_qsv: 400,
  hevc_qsv: 300,
  av1_qsv: 250,
  h264_videotoolbox: 300,
  hevc_videotoolbox: 200,
  prores_ks: 50,
  dnxhd: 100,
  ffv1: 50,
  gif: 20,
  mjpeg: 100,
  png: 30,
  libwebp: 10,
};

/** Against `medium`. */
const speedFactors: Readonly<Record<Speed, number>> = {
  fastest: 4,
  fast: 1.8,
  medium: 1,
  slow: 0.45,
  slowest: 0.15,
};

/** Seconds of sound a second: encoders of sound use one core. */
const soundSpeed = 60;
/** Megabytes, pictures a second. */
const others: Readonly<Record<string, number>> = { copy: 150, still: 1 };
/** So much less does a core bring the more there are. */
const coreExponent = 0.8;

/** Amount of `Work` a second. */
export function guessSpeed(key: string, worker: { readonly cores: number }): number {
  const [encoder = '', speed = ''] = key.split(' ');
  const other = Object.hasOwn(others, key) ? others[key] : undefined;
  if (other !== undefined) return other;
  if (!Object.hasOwn(pictureSpeeds, encoder)) return soundSpeed;
  const name = encoder as VideoEncoder;
  const factor = Object.hasOwn(speedFactors, speed) ? speedFactors[speed as Speed] : 1;
  const cores = videoEncoderTable[name].slot === 'cpu' ? Math.max(1, worker.cores) ** coreExponent : 1;
  return pictureSpeeds[name] * factor * cores;
}
