import type { ExpectedVideo } from './expectation.ts';
import { fail, loss, warn } from './findings.ts';
import { plural } from './formatting.ts';
import type { JudgeInput } from './judge.ts';
import { pictures } from './judgeTracks.ts';
import type { Probe, ProbeStream } from './probe.ts';
import { pickVideo } from './streams.ts';
import type { Finding } from './verdict.ts';

/** Whether the picture has the size, the rate and the colours of the plan, and moves as the source does. */
export function judgePicture(input: JudgeInput, result: Probe): Finding[] {
  const expected = input.expected.video;
  const [video] = pictures(result);
  if (!expected || !video) return [];
  return [
    ...judgeGeometry(expected, video),
    ...judgeRate(expected, video),
    ...judgePixelFormat(expected, video),
    ...judgeColor(expected, video),
    ...judgeMovement(input, expected, video),
    ...judgeDropped(input, expected, video),
    ...judgeMarks(input.source, video),
    ...judgeDolbyVision(expected, video),
  ];
}

/** Players go by what the container says; inside the picture H.264 alone may say it, too. */
function judgeMarks(source: Probe, video: ProbeStream): Finding[] {
  const { stereo3d, spherical, otherSideData = [] } = pickVideo(source) ?? {};
  const missing = otherSideData.filter((type) => video.otherSideData?.includes(type) !== true);
  return [
    ...missing.map((type) =>
      loss('data', `The source’s picture has “${type}”, which the result does not have.`),
    ),
    ...(stereo3d !== undefined && video.stereo3d === undefined
      ? [loss('stereo-3d', `The source is marked as 3D (${stereo3d}), and the result is not.`)]
      : []),
    ...(spherical !== undefined && video.spherical === undefined
      ? [loss('spherical', `The source is marked as 360° (${spherical}), and the result is not.`)]
      : []),
  ];
}

/** Without its record players show profile 5 in wrong colours, and of the others what lies below it. */
function judgeDolbyVision({ dolbyVision: profile }: ExpectedVideo, video: ProbeStream): Finding[] {
  if (profile === undefined || video.dolbyVisionProfile !== undefined) return [];
  const message = `The source is Dolby Vision (profile ${profile}), and the result does not say so.`;
  return [profile === 5 ? { ...warn(message), loses: 'dynamic-range' } : loss('dynamic-range', message)];
}

/** A copied picture keeps its rotation as a mark; an encoded one is turned. */
function judgeGeometry(expected: ExpectedVideo, video: ProbeStream): Finding[] {
  const { width, height } = asSeen(video);
  if (expected.width === undefined || expected.height === undefined) return [];
  if (width === expected.width && height === expected.height) return [];
  return [
    fail(
      `The result’s picture is ${width ?? '?'}×${height ?? '?'} instead of ${expected.width}×${expected.height}.`,
    ),
  ];
}

function asSeen({ width, height, rotation }: ProbeStream): { width?: number; height?: number } {
  return rotation === 90 || rotation === 270 ? { width: height, height: width } : { width, height };
}

function judgeRate(expected: ExpectedVideo, video: ProbeStream): Finding[] {
  if (expected.variableFrameRate || expected.frameRate === undefined || video.frameRate === undefined)
    return [];
  // A single frame has no rate to measure.
  const enough = (expected.frames ?? 2) > 1 && (video.frames ?? 2) > 1;
  if (!enough || Math.abs(video.frameRate / expected.frameRate - 1) <= 0.02) return [];
  return [warn(`The result has ${round(video.frameRate)} fps instead of ${round(expected.frameRate)} fps.`)];
}

/** What an encoder was asked to write: the same planes, and no fewer bits. ProRes 4444 is decoded to more. */
function judgePixelFormat(expected: ExpectedVideo, video: ProbeStream): Finding[] {
  const wanted = planesOf(expected.pixelFormat);
  const found = planesOf(video.pixelFormat);
  if (!wanted || !found || (wanted.planes === found.planes && found.bits >= wanted.bits)) return [];
  return [warn(`The result’s pixel format is ${video.pixelFormat} instead of ${expected.pixelFormat}.`)];
}

/** Of ffmpeg's names of YUV alone, such as `yuv420p10le`; `yuvj` is the full range of JPEG by another name. */
function planesOf(pixelFormat: string | undefined): { planes: string; bits: number } | undefined {
  const parts = /^yuv([aj]?)(\d{3})p(\d+)?/u.exec(pixelFormat ?? '');
  if (!parts) return undefined;
  return { planes: `${parts[1] === 'a' ? 'a' : ''}${parts[2]}`, bits: Number(parts[3] ?? 8) };
}

/** HDR that does not say so looks grey, and SDR that says HDR looks wrong, on every screen. */
function judgeColor(expected: ExpectedVideo, video: ProbeStream): Finding[] {
  const hdr = (transfer: string | undefined) => ['smpte2084', 'arib-std-b67'].includes(transfer ?? '');
  const wanted = expected.colorTransfer;
  if (hdr(wanted) && video.colorTransfer !== wanted)
    return [warn('The result does not say that it is HDR: players will show it pale.')];
  if (!hdr(wanted) && wanted !== undefined && hdr(video.colorTransfer))
    return [fail('The result says that it is HDR, which it is not.')];
  return [];
}

/** Repeated frames beyond this part of the film (and half a second) mean that the picture stood still. */
const repeatedPart = 0.02;

/**
 * A picture that ends early is filled up with its last frame, and the result has its full length all the same.
 * Where the rate is raised, or evened out, repeating is what was asked for.
 */
function judgeMovement({ source, read }: JudgeInput, expected: ExpectedVideo, video: ProbeStream): Finding[] {
  const repeated = read.duplicatedFrames ?? 0;
  const [original] = pictures(source);
  const frameRate = expected.frameRate ?? video.frameRate;
  if (expected.variableFrameRate || frameRate === undefined || original?.frameRate === undefined) return [];
  if (original.variableFrameRate === true || frameRate > original.frameRate * 1.01) return [];
  // A picture that begins late is preceded by its first frame.
  const filled = expected.startOffset * frameRate;
  const frames = expected.frames ?? (expected.duration ?? 0) * frameRate;
  if (repeated - filled <= Math.max(frameRate / 2, frames * repeatedPart)) return [];
  const sentence = `${repeated} of ${Math.round(frames)} frames are repetitions: the picture stands still for ${round(repeated / frameRate)} s`;
  return read.damage > 0 || read.truncated
    ? [warn(`${sentence}, because the source is damaged.`)]
    : [warn(`${sentence}, because the source has none for those times.`)];
}

/** Frames are dropped whose time was there before; a lower rate is made by a filter, whose frames are not counted. */
function judgeDropped(
  { expected: { kind }, read }: JudgeInput,
  expected: ExpectedVideo,
  video: ProbeStream,
): Finding[] {
  // Of a still there is one frame, whatever is read.
  if (kind === 'still') return [];
  const dropped = read.droppedFrames ?? 0;
  const frameRate = expected.frameRate ?? video.frameRate ?? 25;
  const frames = expected.frames ?? (expected.duration ?? 0) * frameRate;
  if (dropped <= Math.max(frameRate / 2, frames * repeatedPart)) return [];
  return [warn(`${plural(dropped, 'frame')} of the source are left out: their times were there before.`)];
}

function round(value: number): string {
  return String(Number(value.toFixed(2)));
}
