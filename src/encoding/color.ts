import type { VideoCodec } from './containers.ts';
import { bt709, guessedPrimaries, guessedSpace, scaleMatrix, sourceTags, tagFilter } from './colorTags.ts';
import type { ColorTags } from './colorTags.ts';
import type { ColorPlan } from './colorPlan.ts';
import type { Dialect } from './dialect.ts';
import { hasFilter } from './filterTable.ts';
import type { Size } from './geometry.ts';
import { filter } from './pictureGraph.ts';
import type { Filter } from './pictureGraph.ts';
import { pixelLayout } from './picturePixels.ts';
import type { PixelLayout } from './picturePixels.ts';
import type { PixelFormat } from './presetNames.ts';
import type { ProbeStream } from './probe.ts';
import { toneMap } from './toneMap.ts';

export interface ColorInput {
  readonly stream: ProbeStream;
  /** Both as seen; missing where unknown. */
  readonly sourceSize?: Size | undefined;
  readonly resultSize?: Size | undefined;
  readonly grows: boolean;
  readonly toSdr: boolean;
  readonly codec: VideoCodec;
  readonly pixelFormat: PixelFormat;
  readonly encoderPixelFormat: string;
  readonly dialect: Dialect;
}

export interface ColorSteps {
  /** While the picture still has its transparency. */
  readonly first: readonly Filter[];
  /** Conversions, and the tags after them. On whichever is smaller of source and result. */
  readonly convert: readonly Filter[];
  /** What the encoder needs last. */
  readonly last: readonly Filter[];
  /** What the frames say between `convert` and `last`. */
  readonly tags: ColorTags;
  /** Their matrix, where they do not say one the one that they are taken to have. */
  readonly matrix: string;
  /** They are YUV. */
  readonly yuv: boolean;
  /** Of the result. */
  readonly color: ColorPlan;
}

/**
 * Tags stay and are written; numbers change only where they must: JPEG and WebP have one matrix by their standards,
 * RGB has none, delivery codecs are of limited range, SD that becomes HD becomes BT.709, and HDR becomes SDR on demand.
 */
export function planColor(input: ColorInput): ColorSteps {
  const { stream, codec, encoderPixelFormat } = input;
  const source = pixelLayout(stream.pixelFormat);
  const encoded = pixelLayout(encoderPixelFormat);
  const first = source?.alpha === true && encoded?.alpha !== true ? [ontoBlack] : [];
  const isRgb = source !== undefined && source.family !== 'yuv';
  const toRgb = encoded?.family === 'rgb';
  const said = sourceTags(stream);
  if (isRgb && toRgb) {
    const tags = { ...said, space: undefined, range: undefined };
    return { first, convert: [], last: [], tags, matrix: 'bt709', yuv: false, color: tags };
  }
  const { filters, tags, matrix } = conversion(input, said, { isRgb, toRgb });
  if (!toRgb) {
    const color = { ...tags, ...hdr10(input, tags, encoded) };
    return { first, convert: [...filters, ...tagFilter(tags)], last: [], tags, matrix, yuv: true, color };
  }
  const last = [
    filter('scale', { in_color_matrix: scaleMatrix(matrix), in_range: tags.range ?? 'tv', out_range: 'pc' }),
    // What palettes are made of.
    filter('format', { pix_fmts: codec === 'gif' ? 'bgra' : encoderPixelFormat }),
  ];
  const color = { ...tags, space: undefined, range: undefined };
  return { first, convert: filters, last, tags, matrix, yuv: true, color };
}

/** To YUV with the tags that the result has, or, on the way to RGB, nearly. */
function conversion(
  input: ColorInput,
  said: ColorTags,
  { isRgb, toRgb }: { readonly isRgb: boolean; readonly toRgb: boolean },
): { filters: readonly Filter[]; tags: ColorTags; matrix: string } {
  const { stream, codec, pixelFormat, encoderPixelFormat, sourceSize } = input;
  const filters: Filter[] = [];
  let now = said;
  if (isRgb) {
    // RGB’s colours are nearly always those of BT.709; its matrix is ours to choose.
    now = { primaries: 'bt709', transfer: 'bt709', ...defined(said), space: 'bt709', range: 'tv' };
    filters.push(filter('scale', { out_color_matrix: 'bt709', out_range: 'tv' }), planar(pixelFormat));
  }
  if (input.toSdr) {
    filters.push(...toneMap(stream, now, pixelFormat));
    now = bt709;
  }
  const guess = isRgb ? 'bt709' : guessedSpace(sourceSize);
  const has = { range: now.range ?? 'tv', space: now.space ?? guess };
  const range = toRgb ? has.range : targetRange(codec, has.range);
  const space = toRgb ? has.space : targetSpace(codec, has.space);
  // ffmpeg would take JPEG’s formats for a wish to limit the range.
  const renamed = range === 'pc' && filters.length === 0 && pixelLayout(stream.pixelFormat)?.full === true;
  if (range !== has.range || space !== has.space || (renamed && !toRgb)) {
    filters.push(
      ...(space === has.space
        ? [filter('scale', { in_range: has.range, out_range: range })]
        : // By way of RGB: at one step, ffmpeg 4.4 forgets the range and 7.0 the matrix.
          [
            filter('scale', {
              in_color_matrix: scaleMatrix(has.space),
              ...{ in_range: has.range, out_range: 'pc' },
            }),
            planar('gbrp12le'),
            filter('scale', { out_color_matrix: scaleMatrix(space), out_range: range }),
          ]),
      planar(codec === 'mjpeg' ? encoderPixelFormat : pixelFormat),
    );
    now = { ...now, range, space: space === has.space ? now.space : space };
  }
  if (needsBt709(input, space)) {
    filters.push(...toBt709(input, { ...now, space, range }));
    now = { ...bt709, range };
  } else if (now.space === undefined && guessedSpace(input.resultSize ?? sourceSize) !== guess) {
    // Nothing said, and at the new size players would guess otherwise.
    now = { primaries: guess, transfer: guess, ...defined(now), space: guess };
  }
  return { filters, tags: now, matrix: now.space ?? guess };
}

/** What is transparent shows the black below, not whatever colour it was given. */
const ontoBlack = filter('premultiply', { inplace: 1 });

function planar(pixelFormat: string): Filter {
  return filter('format', { pix_fmts: pixelFormat });
}

function defined(tags: ColorTags): ColorTags {
  return Object.fromEntries(Object.entries(tags).filter(([, value]) => value !== undefined));
}

/** JPEG is of full range. FFV1 is for keeping. Everything else is played by devices that expect the limited one. */
function targetRange(codec: VideoCodec, range: 'tv' | 'pc'): 'tv' | 'pc' {
  if (codec === 'mjpeg') return 'pc';
  return codec === 'ffv1' ? range : 'tv';
}

/**
 * Since 7.1 ffmpeg limits the range for FFV1 unless it is told; no other encoder is given the full one under a name that
 * does not say so.
 */
export function rangeArguments(codec: VideoCodec, { range }: ColorTags): string[] {
  return codec === 'ffv1' && range === 'pc' ? ['-color_range:v:0', 'pc'] : [];
}

/** JPEG and WebP cannot say their matrix: by their standards it is that of BT.601. */
function targetSpace(codec: VideoCodec, space: string): string {
  const fixed = codec === 'mjpeg' || codec === 'webp';
  return fixed && space !== 'bt470bg' ? 'smpte170m' : space;
}

/** SD in BT.601, said or by its size, that becomes as large as HD: players would take it for BT.709. */
function needsBt709({ sourceSize, resultSize, grows, codec }: ColorInput, space: string): boolean {
  if (!grows || sourceSize === undefined || resultSize === undefined) return false;
  if (codec === 'mjpeg' || codec === 'webp') return false;
  const standard = ['bt470bg', 'smpte170m'].includes(space);
  return standard && sourceSize.height <= 576 && resultSize.height >= 720;
}

/**
 * Matrix and primaries; the curves of both are as good as the same. The colorspace filter calculates in linear light;
 * where it cannot be used, the matrix alone, which is most of the difference, is changed.
 */
function toBt709(
  { sourceSize, pixelFormat, dialect }: ColorInput,
  now: ColorTags,
  encoded?: PixelLayout,
): Filter[] {
  const space = now.space ?? 'smpte170m';
  if (!hasFilter(dialect, 'colorspace') || encoded?.alpha === true)
    return [
      filter('scale', { in_color_matrix: scaleMatrix(space), out_color_matrix: 'bt709' }),
      planar(pixelFormat),
    ];
  return [
    planar(pixelFormat),
    filter('colorspace', {
      ispace: space,
      iprimaries: now.primaries ?? guessedPrimaries(sourceSize),
      itrc: 'bt709',
      irange: now.range,
      space: 'bt709',
      primaries: 'bt709',
      trc: 'bt709',
      range: now.range,
    }),
  ];
}

/** Only beside a picture of 10 bits in PQ, and where the codec has a place for it. */
function hdr10({ stream, codec }: ColorInput, now: ColorTags, encoded?: PixelLayout): Partial<ColorPlan> {
  const carries = codec === 'hevc' || codec === 'av1';
  if (!carries || now.transfer !== 'smpte2084' || (encoded?.bits ?? 8) < 10) return {};
  const { masteringDisplay, contentLight } = stream;
  return {
    ...(masteringDisplay === undefined ? {} : { masteringDisplay }),
    ...(contentLight === undefined ? {} : { contentLight }),
  };
}
