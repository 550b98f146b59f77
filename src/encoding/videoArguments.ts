import { containerTable } from './containers.ts';
import type { Capabilities, Dialect } from './dialect.ts';
import { videoEncoderTable } from './encoders.ts';
import type { ExpectedVideo } from './expectation.ts';
import { planFrameRate } from './frameRate.ts';
import { planGeometry } from './geometry.ts';
import type { PixelFormat, Preset, VideoEncoder, VideoPreset } from './preset.ts';
import type { Probe, ProbeStream } from './probe.ts';
import { refuse } from './problem.ts';
import type { Outcome } from './problem.ts';
import { startOffset } from './streams.ts';

export const defaultPixelFormat: PixelFormat = 'yuv420p';

/** The first encoder of the preset's list that a trial proved for its pixel format. */
export function chooseVideoEncoder(
  preset: VideoPreset,
  capabilities: Capabilities,
): Outcome<{ encoder: VideoEncoder }> {
  const pixelFormat = preset.pixelFormat ?? defaultPixelFormat;
  const encoder = preset.encoders.find((name) => {
    const capability = capabilities[name];
    return capability?.usable === true && capability.pixelFormats.includes(pixelFormat);
  });
  if (encoder !== undefined) return { ok: true, encoder };
  const reasons = preset.encoders.map((name) => `${name} ${whyNot(capabilities[name], pixelFormat)}`);
  return refuse(
    'encoder-unavailable',
    `None of the preset’s video encoders works on this worker: ${reasons.join('; ')}.`,
    'Add an encoder that works to the preset’s list (Run “dffmpeg doctor” to see which do), or install an ffmpeg that has one of these.',
  );
}

function whyNot(capability: Capabilities[string] | undefined, pixelFormat: PixelFormat): string {
  if (capability === undefined) return 'has not been tried yet';
  if (capability.usable) return `cannot do ${pixelFormat}`;
  return 'failed its trial run';
}

/** What is wrong with the video part whatever the source and the worker are. */
export function checkVideo(preset: Preset, video: VideoPreset): Outcome<object> {
  const { container } = preset;
  const held = containerTable[container].videoCodecs;
  for (const encoder of video.encoders) {
    const { codec, maxCrf, pixelFormats } = videoEncoderTable[encoder];
    if (held.length === 0)
      return refuse(
        'preset-invalid',
        `The preset’s container ${container} holds sound alone, but the preset has a video part.`,
        'Set “video” to false, or choose the container mp4 or mkv.',
      );
    if (!held.includes(codec))
      return refuse(
        'preset-invalid',
        `The preset’s container ${container} cannot hold ${codec}, which ${encoder} makes.`,
        `Choose the container mkv, or encoders of ${held.join(' or ')}.`,
      );
    if (video.crf !== undefined && video.crf > maxCrf)
      return refuse(
        'preset-invalid',
        `The preset’s crf ${video.crf} is beyond the scale of ${encoder}, which ends at ${maxCrf}.`,
        `Choose a crf from 0 to ${maxCrf}.`,
      );
    const pixelFormat = video.pixelFormat ?? defaultPixelFormat;
    if (pixelFormats[pixelFormat] === undefined)
      return refuse(
        'preset-invalid',
        `The preset’s encoder ${encoder} cannot make ${pixelFormat}.`,
        `Choose another pixelFormat, or take ${encoder} out of the preset’s encoders.`,
      );
  }
  return { ok: true };
}

export function videoArguments(input: {
  probe: Probe;
  stream: ProbeStream;
  preset: Preset;
  video: VideoPreset;
  encoder: VideoEncoder;
  dialect: Dialect;
}): { argv: string[]; expected: ExpectedVideo } {
  const { probe, stream, preset, video, encoder, dialect } = input;
  const entry = videoEncoderTable[encoder];
  const geometry = planGeometry(stream, video.maxHeight);
  const rate = planFrameRate(stream, video.maxFrameRate);
  // Rate first: frames that are dropped need no scaling.
  const filters = [...rate.filters, ...geometry.filters];
  const pixelFormat = video.pixelFormat ?? defaultPixelFormat;
  const argv = [
    ...(filters.length > 0 ? ['-filter:v:0', filters.join(',')] : []),
    // A constant rate is filled up to be exact; a variable one keeps the time of each frame, which the
    // encoder's usual clock, one tick a frame, would round.
    dialect.frameRateModeOption,
    ...(rate.variable ? ['vfr', '-enc_time_base', dialect.sourceTimeBase ?? '-1'] : ['cfr']),
    '-c:v:0',
    encoder,
    ...entry.arguments({
      crf: video.crf ?? entry.defaultCrf,
      bitrate: video.bitrate,
      speed: video.speed ?? 'medium',
    }),
    '-pix_fmt:v:0',
    entry.pixelFormats[pixelFormat] ?? pixelFormat,
    // Apple's players know HEVC in MP4 by this tag alone.
    ...(entry.codec === 'hevc' && preset.container === 'mp4' ? ['-tag:v:0', 'hvc1'] : []),
  ];
  const frames =
    rate.variable || rate.frameRate === undefined
      ? undefined
      : rate.filters.length === 0 && stream.frames !== undefined
        ? stream.frames
        : stream.duration === undefined
          ? undefined
          : Math.round(stream.duration * rate.frameRate);
  return {
    argv,
    expected: {
      codec: entry.codec,
      width: geometry.width,
      height: geometry.height,
      frameRate: rate.frameRate,
      variableFrameRate: rate.variable,
      duration: stream.duration,
      startOffset: startOffset(probe, stream),
      frames,
    },
  };
}
