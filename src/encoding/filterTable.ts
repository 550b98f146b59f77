import type { Dialect } from './dialect.ts';
import type { SegmentSafety } from './plan.ts';
import { refuse } from './problem.ts';
import type { Refusal } from './problem.ts';

/** What is true of one of ffmpeg's filters wherever it is used. */
export interface FilterEntry {
  /** A run that must have worked (dialect.features), where the mere name of a filter promises too much. */
  readonly feature?: string;
  /** Field of the preset that asks for it: where an editor draws its line if this ffmpeg lacks the filter. */
  readonly field?: readonly string[];
  /** What to install, or what to leave out, if it is missing. */
  readonly hint?: string;
  /**
   * Whether a film that is encoded in pieces comes out as one that is not: `preroll` filters look at earlier
   * frames, `no` ones at all of them.
   */
  readonly segmentSafe: SegmentSafety;
  /** It knows no format with transparency in 10 bits. */
  readonly opaque?: true;
}

const alone: FilterEntry = { segmentSafe: { safe: 'yes' } };

/** One that looks `seconds` back; a second is many more frames than any of them keeps. */
function remembers(seconds: number): SegmentSafety {
  return { safe: 'preroll', seconds };
}

function whole(why: string): SegmentSafety {
  return { safe: 'no', why };
}

const gpl = 'Install an ffmpeg that is built with --enable-gpl, as most are';
const libass = 'Install an ffmpeg that is built with libass';

/** Every filter that a plan may contain. A new one is its entry here; `filter()` takes no other name. */
export const filterTable = {
  // Takes frames apart or together.
  bwdif: { field: ['deinterlace'], segmentSafe: remembers(1) },
  yadif: { opaque: true, field: ['deinterlace'], segmentSafe: remembers(1) },
  fieldmatch: { opaque: true, field: ['deinterlace'], segmentSafe: remembers(1) },
  decimate: {
    field: ['deinterlace'],
    segmentSafe: whole('detelecine drops one frame in every five, counted from the beginning'),
  },
  // Rounds to a grid that is counted from time zero.
  fps: { field: ['maxFrameRate'], segmentSafe: remembers(1) },
  setpts: alone,
  // Geometry.
  crop: { ...alone, field: ['crop'] },
  cropdetect: { ...alone, field: ['crop'], hint: `${gpl}, or give the crop in pixels.` },
  transpose: { ...alone, field: ['rotate'] },
  hflip: { ...alone, field: ['flip'] },
  vflip: { ...alone, field: ['flip'] },
  scale: alone,
  pad: { ...alone, field: ['fit'] },
  setsar: alone,
  // Looks.
  hqdn3d: { opaque: true, field: ['denoise'], segmentSafe: remembers(2) },
  nlmeans: { ...alone, opaque: true, field: ['denoise'] },
  unsharp: { ...alone, opaque: true, field: ['sharpen'] },
  lutyuv: { ...alone, opaque: true, field: ['brightness'] },
  lutrgb: alone,
  lut3d: { ...alone, field: ['lut'] },
  // Colour.
  format: alone,
  setparams: alone,
  sidedata: alone,
  colorspace: { ...alone, opaque: true },
  premultiply: alone,
  zscale: {
    ...alone,
    feature: 'tonemap',
    field: ['dynamicRange'],
    hint: 'Install an ffmpeg that is built with zimg (its filter zscale), or take dynamicRange out of the preset.',
  },
  tonemap: { ...alone, feature: 'tonemap', field: ['dynamicRange'] },
  // Layers.
  movie: { ...alone, field: ['watermark'] },
  colorchannelmixer: { ...alone, field: ['watermark', 'opacity'] },
  overlay: alone,
  ass: {
    ...alone,
    feature: 'libass',
    field: ['burnSubtitles'],
    hint: `${libass}, or keep the subtitles as a track instead of burning them in.`,
  },
  color: alone,
  null: alone,
  // One palette for all frames.
  split: alone,
  palettegen: { segmentSafe: whole('a gif has one palette for all its frames') },
  paletteuse: alone,
  // Stills.
  thumbnail: { segmentSafe: whole('a typical frame is looked for among many') },
  tile: { segmentSafe: whole('many frames become one picture') },
} satisfies Readonly<Record<string, FilterEntry>>;

export type FilterName = keyof typeof filterTable;

export function filterEntry(name: FilterName): FilterEntry {
  return filterTable[name];
}

/** Whether this ffmpeg has the filter and, where a trial is needed, the trial worked. */
export function hasFilter(dialect: Pick<Dialect, 'filters' | 'features'>, name: FilterName): boolean {
  const { feature } = filterEntry(name);
  return dialect.filters.includes(name) && (feature === undefined || dialect.features.includes(feature));
}

/** The refusal for the first filter that this ffmpeg lacks; undefined if it has all. */
export function lackingFilter(dialect: Dialect, names: readonly FilterName[]): Refusal | undefined {
  const name = names.find((each) => !hasFilter(dialect, each));
  if (name === undefined) return undefined;
  const { field, hint, feature } = filterEntry(name);
  const reason = feature === undefined ? undefined : dialect.refusals[feature];
  const what = field === undefined ? 'This output' : `The preset’s ${field.join('.')}`;
  return refuse(
    'ffmpeg-lacks',
    `${what} needs ffmpeg’s filter ${name}, which the ffmpeg of this worker ${
      dialect.filters.includes(name) ? 'has but cannot run' : 'does not have'
    }${reason === undefined ? '' : ` (${reason})`}.`,
    hint ??
      (field === undefined
        ? 'Install a complete ffmpeg.'
        : `Install a complete ffmpeg, or take ${field.join('.')} out of the preset.`),
    field,
  );
}
