import type { Capabilities, Dialect } from '../../../src/encoding/dialect.ts';
import type { Probe, ProbeStream } from '../../../src/encoding/probe.ts';
import { encoderTrials } from '../../../src/encoding/trial.ts';

/** Sources as ffprobe describes them, and machines to encode them on. */

export function videoStream(fields: Partial<ProbeStream> = {}): ProbeStream {
  return {
    index: 0,
    type: 'video',
    codec: 'h264',
    duration: 10,
    startTime: 0,
    width: 1280,
    height: 720,
    frameRate: 25,
    variableFrameRate: false,
    frames: 250,
    pixelFormat: 'yuv420p',
    attachedPicture: false,
    default: true,
    ...fields,
  };
}

export function audioStream(fields: Partial<ProbeStream> = {}): ProbeStream {
  return {
    index: 1,
    type: 'audio',
    codec: 'aac',
    duration: 10,
    startTime: 0,
    channels: 2,
    channelLayout: 'stereo',
    sampleRate: 48_000,
    attachedPicture: false,
    default: true,
    ...fields,
  };
}

export function probeOf(streams: ProbeStream[], fields: Partial<Probe> = {}): Probe {
  return {
    formatName: 'mov,mp4,m4a,3gp,3g2,mj2',
    duration: 10,
    startTime: 0,
    bytes: 1_000_000,
    bitRate: 800_000,
    streams,
    ...fields,
  };
}

export const probes = {
  'surround-720p': probeOf([
    videoStream({ duration: 5.28, frames: 132 }),
    audioStream({ duration: 5.312, channels: 6, channelLayout: '5.1' }),
  ]),
  'silent-640x272': probeOf([videoStream({ width: 640, height: 272 })]),
  'uhd-60fps-10bit': probeOf(
    [
      videoStream({
        codec: 'hevc',
        width: 3840,
        height: 2160,
        frameRate: 60_000 / 1001,
        frames: 599,
        pixelFormat: 'yuv420p10le',
        colorTransfer: 'smpte2084',
      }),
      audioStream({ codec: 'eac3', channels: 6, channelLayout: '5.1(side)', language: 'eng' }),
      audioStream({ index: 2, codec: 'ac3', language: 'deu', default: false }),
      { index: 3, type: 'subtitle', codec: 'subrip', attachedPicture: false, default: false },
    ],
    { formatName: 'matroska,webm' },
  ),
  'portrait-rotated': probeOf([
    videoStream({ width: 1920, height: 1080, rotation: 90, frameRate: 30, frames: 300 }),
    audioStream({ channels: 1, channelLayout: 'mono' }),
    { index: 2, type: 'data', codec: 'unknown', attachedPicture: false, default: false },
  ]),
  'mp3-with-cover': probeOf(
    [
      audioStream({ index: 0, codec: 'mp3', sampleRate: 44_100 }),
      videoStream({ index: 1, codec: 'mjpeg', attachedPicture: true, width: 600, height: 600 }),
    ],
    { formatName: 'mp3' },
  ),
  'variable-rate': probeOf([
    videoStream({ frameRate: 31.6, variableFrameRate: true, frames: 316 }),
    audioStream(),
  ]),
} as const satisfies Record<string, Probe>;

const demuxers = ['mov', 'mp4', 'm4a', '3gp', '3g2', 'mj2', 'matroska', 'webm', 'mp3'];

export const dialects = {
  'ffmpeg-4.4': { version: '4.4', frameRateModeOption: '-vsync', sourceTimeBase: '-1', demuxers },
  'ffmpeg-8': { version: '8.0', frameRateModeOption: '-fps_mode', sourceTimeBase: 'demux', demuxers },
} as const satisfies Record<string, Dialect & { readonly demuxers: string[] }>;

export const everything: Capabilities = Object.fromEntries(
  encoderTrials.map((trial) => [trial.encoder, { usable: true, pixelFormats: [...trial.pixelFormats] }]),
);
