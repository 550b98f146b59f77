import type { Capabilities } from '../../../src/encoding/dialect.ts';
import type { Probe, ProbeStream } from '../../../src/encoding/probe.ts';
import { audioEncoders, videoEncoders } from '../../../src/encoding/presetNames.ts';
import { videoEncoderTable } from '../../../src/encoding/videoEncoders.ts';

export { dialects } from './dialects.ts';

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
      videoStream({
        ...{ index: 1, codec: 'mjpeg', attachedPicture: true, width: 600, height: 600 },
        frames: undefined,
      }),
    ],
    { formatName: 'mp3' },
  ),
  'hdr10-2160p': probeOf(
    [
      videoStream({
        codec: 'hevc',
        profile: 'Main 10',
        width: 3840,
        height: 2160,
        frameRate: 24_000 / 1001,
        frames: 240,
        pixelFormat: 'yuv420p10le',
        colorRange: 'tv',
        colorSpace: 'bt2020nc',
        colorPrimaries: 'bt2020',
        colorTransfer: 'smpte2084',
        masteringDisplay: {
          red: [34_000, 16_000],
          green: [13_250, 34_500],
          blue: [7_500, 3_000],
          whitePoint: [15_635, 16_450],
          minLuminance: 1,
          maxLuminance: 10_000_000,
        },
        contentLight: { maxContent: 1000, maxAverage: 400 },
        dolbyVisionProfile: 8,
        language: 'eng',
      }),
      audioStream({ codec: 'truehd', channels: 8, channelLayout: '7.1', language: 'eng' }),
      audioStream({
        index: 2,
        codec: 'aac',
        language: 'eng',
        default: false,
        commentary: true,
        title: 'Commentary',
      }),
      {
        ...{ index: 3, type: 'subtitle', codec: 'hdmv_pgs_subtitle', attachedPicture: false, default: false },
        ...{ language: 'eng', forced: true },
      },
      {
        ...{ index: 4, type: 'subtitle', codec: 'ass', attachedPicture: false, default: true },
        ...{ language: 'deu', title: 'Alles' },
      },
      {
        ...{ index: 5, type: 'attachment', codec: 'ttf', attachedPicture: false, default: false },
        ...{ fileName: 'font.ttf', mimeType: 'application/x-truetype-font' },
      },
    ],
    { formatName: 'matroska,webm', chapters: 4, bytes: 60_000_000, bitRate: 48_000_000 },
  ),
  'interlaced-dvd': probeOf(
    [
      videoStream({
        codec: 'mpeg2video',
        width: 720,
        height: 576,
        sampleAspectRatio: 64 / 45,
        frameRate: 25,
        fieldOrder: 'tt',
        interlacedFrames: true,
        colorSpace: 'bt470bg',
        colorPrimaries: 'bt470bg',
        colorTransfer: 'bt470bg',
        closedCaptions: true,
      }),
      audioStream({ codec: 'ac3', channels: 6, channelLayout: '5.1(side)' }),
      { index: 2, type: 'subtitle', codec: 'dvd_subtitle', attachedPicture: false, default: false },
      audioStream({ index: 3, codec: 'mp2', default: false }),
      audioStream({ index: 4, codec: 'mp2', default: true, forced: true }),
      audioStream({ index: 5, codec: 'mp2', default: false }),
    ],
    { formatName: 'mpeg', startTime: 0.28 },
  ),
  'many-subtitles': probeOf(
    [
      videoStream(),
      ...[{ commentary: true }, { default: true }, {}, { forced: true }].map((marks, index) => ({
        ...{ index: index + 1, type: 'subtitle' as const, codec: 'subrip', attachedPicture: false },
        ...{ default: false, forced: false, ...marks },
      })),
    ],
    { formatName: 'matroska,webm' },
  ),
  'variable-rate': probeOf([
    videoStream({ frameRate: 31.6, variableFrameRate: true, frames: 316 }),
    audioStream(),
  ]),
} as const satisfies Record<string, Probe>;

/** A machine on which every encoder works in every way. */
export const everything: Capabilities = {
  ...Object.fromEntries(
    videoEncoders.map((name) => [
      name,
      { usable: true, pixelFormats: Object.keys(videoEncoderTable[name].pixelFormats), bFrames: true },
    ]),
  ),
  ...Object.fromEntries(audioEncoders.map((name) => [name, { usable: true, pixelFormats: [] }])),
};
