import { isHdr, sourceTags } from './colorTags.ts';
import type { ColorPlan } from './colorPlan.ts';
import type { VideoCodec } from './containers.ts';
import { filterEntry } from './filterTable.ts';
import type { FilterName } from './filterTable.ts';
import { pixelLayout } from './picturePixels.ts';
import type { PixelLayout } from './picturePixels.ts';
import { withoutHdr } from './toneMap.ts';
import type { VideoPreset } from './presetVideo.ts';
import type { ProbeStream } from './probe.ts';
import { loss, note, warn } from './findings.ts';
import type { Finding } from './verdict.ts';

/** Each frame has some letters of what is said in a second. */
export const captionsCut =
  'The captions inside the source’s picture are cut to pieces: frames are left out or repeated, and letters with them.';

function captions(codec: VideoCodec, keepsFrames: boolean): Finding | undefined {
  if (!keepsFrames) return loss('subtitles', captionsCut);
  if (codec === 'h264') return undefined;
  const sentence = 'The captions inside the source’s picture may be lost: only H.264 is sure to keep them.';
  return loss('subtitles', sentence);
}

/** What of the picture cannot be kept, said before the run. */
export function pictureNotes(
  stream: ProbeStream,
  result: {
    readonly codec: VideoCodec;
    readonly encoderPixelFormat: string;
    readonly color: ColorPlan;
    readonly filters: readonly FilterName[];
    readonly keepsFrames: boolean;
  },
): Finding[] {
  const { codec, color } = result;
  const encoded = pixelLayout(result.encoderPixelFormat);
  const hdr = isHdr(sourceTags(stream)) && isHdr(color);
  const notes: (Finding | undefined)[] = [
    dolbyVision(stream),
    stream.hdr10Plus === true
      ? loss('dynamic-range', 'The source’s HDR10+ data, which change from scene to scene, are left out.')
      : undefined,
    isHdr(sourceTags(stream)) && !isHdr(color)
      ? loss('dynamic-range', 'The source is HDR, the result is not.')
      : undefined,
    hdr && withoutHdr.includes(codec)
      ? loss(
          'dynamic-range',
          'The source is HDR and the result cannot say so: it looks pale. Set dynamicRange to “sdr”.',
        )
      : hdr && (encoded?.bits ?? 8) < 10
        ? note(
            'The source is HDR and the result 8-bit: expect banding. Use the pixelFormat yuv420p10le, or set dynamicRange to “sdr”.',
          )
        : undefined,
    hdr && !withoutHdr.includes(codec) && losesHdr10(stream, color)
      ? note('The brightness data of HDR10 (mastering display, content light) may be lost.')
      : undefined,
    stream.closedCaptions === true ? captions(codec, result.keepsFrames) : undefined,
    stream.codec === 'dvvideo'
      ? loss('tags', 'When each scene was recorded, which DV keeps in its frames, is not in the result.')
      : undefined,
    pixelLayout(stream.pixelFormat)?.alpha === true ? transparency(encoded, result.filters) : undefined,
    stream.alphaBeside === true
      ? loss(
          'transparency',
          'The source’s transparency is left out: it lies beside its picture, where ffmpeg does not look.',
        )
      : undefined,
  ];
  return notes.filter((each) => each !== undefined);
}

/** An exact size that is not reached is worth a word: nothing else says why. */
export function sizeNotes(
  { width, height, enlarge }: Pick<VideoPreset, 'width' | 'height' | 'enlarge'>,
  size: { readonly width: number; readonly height: number } | undefined,
): Finding[] {
  const wanted = [width, height].filter((side) => side !== undefined);
  if (enlarge === true || size === undefined || wanted.length === 0) return [];
  const reached =
    (width !== undefined && size.width >= width - 2) || (height !== undefined && size.height >= height - 2);
  if (reached) return [];
  return [
    note(
      `The picture is smaller than the preset’s ${wanted.join(' × ')} and stays so: ${size.width} × ${size.height}. Set enlarge to true to make it larger.`,
    ),
  ];
}

function transparency(encoded: PixelLayout | undefined, filters: readonly FilterName[]): Finding | undefined {
  if (encoded?.alpha !== true)
    return loss('transparency', 'The source’s transparency is left out: what is transparent becomes black.');
  const opaque = filters.find((name) => filterEntry(name).opaque === true);
  if (opaque === undefined) return undefined;
  const field = filterEntry(opaque).field?.join('.') ?? 'size';
  return loss(
    'transparency',
    `The source’s transparency is lost, since ffmpeg cannot keep it with the preset’s ${field}.`,
  );
}

function dolbyVision({ dolbyVisionProfile: profile }: ProbeStream): Finding | undefined {
  if (profile === undefined) return undefined;
  // Profile 5 has no picture that is right without its data; the others have HDR10, HLG or SDR below.
  return profile === 5
    ? warn(
        'The source is Dolby Vision of profile 5, whose colours are wrong without the data that are left out.',
      )
    : loss(
        'dynamic-range',
        `The source’s Dolby Vision (profile ${profile}) is left out; the picture below it is kept.`,
      );
}

function losesHdr10({ masteringDisplay, contentLight }: ProbeStream, color: ColorPlan): boolean {
  return (
    (masteringDisplay !== undefined && color.masteringDisplay === undefined) ||
    (contentLight !== undefined && color.contentLight === undefined)
  );
}
