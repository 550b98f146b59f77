import { planBurn } from './burnSubtitles.ts';
import type { BurnPlan } from './burnSubtitles.ts';
import { planColor, rangeArguments } from './color.ts';
import { isHdr } from './colorTags.ts';
import { cropPlaces, planCrop } from './cropDetect.ts';
import { planDeinterlace } from './deinterlace.ts';
import { lackingFilter } from './filterTable.ts';
import { planFrameRate, rateArguments } from './frameRate.ts';
import { asSeen, planGeometry } from './geometry.ts';
import type { Geometry, Rectangle } from './geometry.ts';
import { lookUpColors } from './lut.ts';
import { paletteNode } from './palette.ts';
import { loss } from './findings.ts';
import { filterNames, graphSafety, graphText } from './pictureGraph.ts';
import type { Node } from './pictureGraph.ts';
import type { PictureInput, PictureOverlay, PicturePlan } from './pictureInput.ts';
import type { Canvas } from './pictureLayer.ts';
import { denoise, equalize, sharpen } from './pictureLook.ts';
import { pictureNotes, sizeNotes } from './pictureNotes.ts';
import { pixelLayout } from './picturePixels.ts';
import type { WorkFile } from './plan.ts';
import type { VideoPreset } from './presetVideo.ts';
import type { Outcome } from './problem.ts';
import { wantsSdr } from './toneMap.ts';
import type { Finding } from './verdict.ts';
import { planWatermark } from './watermark.ts';

/** Of a gif without a wish of its own, in pixels. */
const animationWidth = 480;

/**
 * The picture’s way from the decoder to the encoder. The order is this, and each step has its reason:
 *
 * 1. deinterlace, detelecine: everything after wants whole frames
 * 2. frame rate: frames that are dropped need no further work
 * 3. crop: bars need none either, and would bleed into the picture when it is scaled
 * 4. denoise: before scaling spreads the noise over several pixels
 * 5. rotation and size; colour before or after, on whichever picture is smaller
 * 6. sharpen, brightness, contrast, saturation, LUT: at the size and in the colours that are seen
 * 7. subtitles, watermark: sharp, and not graded
 *
 * ffmpeg turns the picture by its display matrix before all of this. Paths of problems begin in the video part.
 */
export function planPicture(input: PictureInput): Outcome<{ picture: PicturePlan }> {
  const { stream, dialect, kind, span, codec, pixelFormat, encoderPixelFormat } = input;
  const video = withDefaults(input);
  const duration = span.duration ?? rest(stream.duration ?? input.probe.duration, span.start);
  const { bars, analyses } = planCrop(input, duration);

  const fields = planDeinterlace(stream, video.deinterlace, dialect);
  const rate = planFrameRate(stream, fields.rateFactor, video, kind);
  const layouts = { source: pixelLayout(stream.pixelFormat), result: pixelLayout(encoderPixelFormat) };
  const shaped = planGeometry(stream, video, bars, layouts);
  if (!shaped.ok) return shaped;
  const { geometry } = shaped;
  const { width, height } = geometry;
  const size = width === undefined || height === undefined ? undefined : { width, height };
  const color = planColor({
    stream,
    sourceSize: asSeen(stream),
    resultSize: size,
    grows: geometry.grows,
    toSdr: wantsSdr(stream, video.dynamicRange, codec, dialect),
    ...{ codec, pixelFormat, encoderPixelFormat, dialect },
  });
  const canvas: Canvas = {
    ...size,
    sampleAspectRatio: geometry.sampleAspectRatio,
    frameRate: rate.variable ? undefined : rate.frameRate,
    tags: color.tags,
    matrix: color.matrix,
    yuv: color.yuv,
    pixelFormat,
  };
  const layers = planLayers(input, canvas, geometry.frame);
  if (!layers.ok) return layers;
  const lut = lookUpColors(video.lut, canvas);
  if (!lut.ok) return lut;

  const { burnt } = layers;
  const before: Node[] = [
    ...fields.filters,
    ...rate.filters,
    ...geometry.crop,
    ...color.first,
    ...denoise(video.denoise, dialect),
    ...(geometry.grows ? [...color.convert, ...geometry.shape] : [...geometry.shape, ...color.convert]),
    ...sharpen(video.sharpen),
    ...equalize(video),
    ...lut.filters,
    ...(burnt?.nodes ?? []),
  ];
  const after: Node[] = [
    ...layers.watermark,
    ...color.last,
    ...(codec === 'gif' ? [paletteNode(size, rate.frameRate, duration)] : []),
  ];
  const overlay = burnt?.overlay;
  const all = [...before, ...(overlay ? [...overlay.prepare, overlay.join] : []), ...after];
  const names = filterNames(all);
  const lacking = lackingFilter(dialect, names);
  if (lacking) return lacking;
  return {
    ok: true,
    picture: {
      filters: graphText(overlay ? before : [...before, ...after]),
      overlay: overlay && overlaid(overlay, after),
      detached: mustDetach(stream, color.color),
      burnt: burnt?.stream,
      files: [...lut.files, ...layers.files],
      analyses,
      ...size,
      frameRate: rate.frameRate,
      variable: rate.variable,
      frames: countFrames(input, rate, duration),
      keepsFrames: rate.keepsFrames,
      argv: [...rateArguments(rate, kind, dialect), ...rangeArguments(codec, color.color)],
      color: color.color,
      notes: [
        ...fields.notes,
        ...sizeNotes(video, size),
        ...edgeNotes(video, geometry),
        ...(burnt?.notes ?? []),
        ...pictureNotes(stream, {
          ...{ codec, encoderPixelFormat, color: color.color, filters: names },
          keepsFrames: rate.keepsFrames,
        }),
      ],
      segmentSafe: overlay
        ? { safe: 'no', why: 'subtitles that are pictures may have come up long before' }
        : graphSafety(all),
    },
  };
}

/**
 * The whole graph as `-filter_complex` takes it: from a stream of the first source to `[label]`.
 */
export function complexGraph(
  { filters, overlay, detached }: Pick<PicturePlan, 'filters' | 'overlay' | 'detached'>,
  stream: number,
  label = 'picture',
): string {
  const twice = detached === true ? `[0:${stream}]nullsink;` : '';
  const begin = `${twice}[0:${stream}]${filters === '' ? 'null' : filters}`;
  if (overlay === undefined) return `${begin}[${label}]`;
  const [main, layer] = [`[${label}_main]`, `[${label}_layer]`];
  return `${begin}${main};[0:${overlay.stream}]${overlay.prepare}${layer};${main}${layer}${overlay.join}[${label}]`;
}

/** Black bars that `auto` has found are nothing of the picture where it was looked at: a scene in between may fill them. */
function edgeNotes({ crop }: VideoPreset, geometry: Geometry): Finding[] {
  const isCut = geometry.crop.length > 0;
  if ((isCut && crop !== 'auto') || filterNames(geometry.shape).includes('crop'))
    return [loss('picture', 'The picture is cut at its edges, as the preset says.')];
  if (!isCut) return [];
  const where = `bars that were found at ${cropPlaces} places of the film`;
  return [loss('picture', `Black ${where} are cut off: a scene elsewhere that fills them is cut, too.`)];
}

function mustDetach(stream: PictureInput['stream'], color: PicturePlan['color']): boolean {
  const { masteringDisplay, contentLight, dolbyVisionProfile } = stream;
  const hdr10 = (masteringDisplay ?? contentLight) !== undefined;
  return dolbyVisionProfile !== undefined || (hdr10 && !isHdr(color));
}

function overlaid(overlay: NonNullable<BurnPlan['overlay']>, after: readonly Node[]): PictureOverlay {
  return {
    stream: overlay.stream,
    prepare: graphText(overlay.prepare),
    join: graphText([overlay.join, ...after], 'q'),
  };
}

function withDefaults({ video, kind }: PictureInput): VideoPreset {
  const sized = (video.width ?? video.height ?? video.maxWidth ?? video.maxHeight) !== undefined;
  return kind === 'animation' && !sized ? { ...video, maxWidth: animationWidth } : video;
}

function planLayers(
  { video, probe, span, lead, input, dialect }: PictureInput,
  canvas: Canvas,
  frame: Rectangle | undefined,
): Outcome<{ burnt?: BurnPlan; watermark: readonly Node[]; files: readonly WorkFile[] }> {
  const burn = video.burnSubtitles;
  const burnt =
    burn === undefined ? undefined : planBurn({ burn, probe, span, lead, input, canvas, frame, dialect });
  if (burnt?.ok === false) return burnt;
  const mark = video.watermark === undefined ? undefined : planWatermark(video.watermark, canvas, dialect);
  if (mark?.ok === false) return mark;
  return {
    ok: true,
    burnt: burnt?.burnt,
    watermark: mark === undefined ? [] : [mark.node],
    files: [...(burnt?.burnt.files ?? []), ...(mark?.files ?? [])],
  };
}

function countFrames(
  { stream, kind, span }: PictureInput,
  rate: ReturnType<typeof planFrameRate>,
  duration: number | undefined,
): number | undefined {
  if (kind === 'still') return 1;
  if (rate.variable || rate.frameRate === undefined) return undefined;
  const whole = span.start === 0 && span.duration === undefined;
  if (whole && rate.keepsFrames && stream.frames !== undefined) return stream.frames;
  return duration === undefined ? undefined : Math.round(duration * rate.frameRate);
}

/** Seconds from `start` on. */
function rest(duration: number | undefined, start: number): number | undefined {
  return duration === undefined ? undefined : Math.max(0, duration - start);
}
