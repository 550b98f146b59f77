import type { ColorPlan } from './colorPlan.ts';
import type { Size } from './geometry.ts';
import { filter } from './pictureGraph.ts';
import type { Filter } from './pictureGraph.ts';
import { pixelLayout } from './picturePixels.ts';
import type { ProbeStream } from './probe.ts';

/** What the numbers of a picture mean, in ffprobe’s words; what is missing is not said, and players guess. */
export type ColorTags = Pick<ColorPlan, 'primaries' | 'transfer' | 'space' | 'range'>;

export const bt709: ColorTags = { primaries: 'bt709', transfer: 'bt709', space: 'bt709', range: 'tv' };

const unsaid: readonly (string | undefined)[] = ['', 'unknown', 'unspecified', 'reserved', undefined];

/** As the source says. Formats of JPEG say by their name that their range is full. */
export function sourceTags(stream: ProbeStream): ColorTags {
  const said = (word: string | undefined) => (unsaid.includes(word) ? undefined : word);
  const full = pixelLayout(stream.pixelFormat)?.full === true;
  const range = full ? 'pc' : said(stream.colorRange);
  return {
    primaries: said(stream.colorPrimaries),
    transfer: said(stream.colorTransfer),
    space: said(stream.colorSpace),
    range: range === 'pc' || range === 'tv' ? range : undefined,
  };
}

/** What a curve is of: `sdr` where it is none of HDR. The curves of ordinary film are alike. */
export function hdrCurve(transfer: string): string {
  return isHdr({ transfer }) ? transfer : 'sdr';
}

export function isHdr({ transfer }: Pick<ColorTags, 'transfer'>): boolean {
  return transfer === 'smpte2084' || transfer === 'arib-std-b67';
}

/** What players take for the matrix of a picture that does not say: the one of its size’s television. */
export function guessedSpace(size: Size | undefined): 'bt709' | 'smpte170m' {
  const high = size !== undefined && (size.height >= 720 || size.width >= 1280);
  return high ? 'bt709' : 'smpte170m';
}

/** PAL’s phosphors where the picture has its lines, else NTSC’s. */
export function guessedPrimaries(size: Size | undefined): 'bt470bg' | 'smpte170m' {
  return size !== undefined && [288, 576].includes(size.height) ? 'bt470bg' : 'smpte170m';
}

/**
 * Writes the tags onto the frames, from where every ffmpeg gives them to the encoder. Not by output options such as
 * `-colorspace`: since ffmpeg 7.1 those convert frames that say otherwise, or nothing.
 */
export function tagFilter({ primaries, transfer, space, range }: ColorTags): Filter[] {
  if ((primaries ?? transfer ?? space ?? range) === undefined) return [];
  return [filter('setparams', { range, color_primaries: primaries, color_trc: transfer, colorspace: space })];
}

/** The same where filters may have written others: what is not said is taken back. */
export function exactTags({ primaries, transfer, space, range }: ColorTags): Filter {
  return filter('setparams', {
    range: range ?? 'unknown',
    color_primaries: primaries ?? 'unknown',
    color_trc: transfer ?? 'unknown',
    colorspace: space ?? 'unknown',
  });
}

/** The scale filter’s own names of matrices; undefined for those that it does not know. */
export function scaleMatrix(space: string | undefined): string | undefined {
  if (space === undefined) return undefined;
  const renamed: Readonly<Record<string, string>> = {
    bt470bg: 'bt470',
    bt2020nc: 'bt2020',
    bt2020c: 'bt2020',
  };
  const known = ['bt709', 'smpte170m', 'fcc', 'smpte240m'];
  return renamed[space] ?? (known.includes(space) ? space : undefined);
}
