import { isHdr } from './colorTags.ts';
import { decimal, globalArguments } from './commandParts.ts';
import { fileUrl, inputWhitelists } from './demuxers.ts';
import type { Dialect } from './dialect.ts';
import { rational } from './frameRate.ts';
import type { Rectangle } from './geometry.ts';
import { languageCode } from './languages.ts';
import { filter } from './pictureGraph.ts';
import type { Filter, Node } from './pictureGraph.ts';
import { layerFilters, overlay } from './pictureLayer.ts';
import type { Canvas } from './pictureLayer.ts';
import type { WorkFile } from './plan.ts';
import type { Span } from './planInput.ts';
import type { Probe, ProbeStream } from './probe.ts';
import { assetLimits } from './presetAssets.ts';
import type { BurnSubtitles } from './presetPicture.ts';
import { refuse } from './problem.ts';
import type { Outcome, Refusal } from './problem.ts';
import type { Finding } from './verdict.ts';

export interface BurnInput {
  readonly burn: BurnSubtitles;
  readonly probe: Probe;
  readonly span: Span;
  /** Seconds before the span at which the frames’ times begin. */
  readonly lead?: number | undefined;
  /** The source’s arguments up to its name. */
  readonly input: readonly string[];
  readonly canvas: Canvas;
  /** Where the whole source lies in the result. */
  readonly frame?: Rectangle | undefined;
  readonly dialect: Dialect;
}

export interface BurnPlan {
  /** Index of the stream that is burnt in; missing where it is a file, or nothing. */
  readonly stream?: number | undefined;
  /** For text. */
  readonly nodes: readonly Node[];
  readonly files: readonly WorkFile[];
  /** For tracks of pictures: the stream, what is done to it, and how it is laid over the main picture. */
  readonly overlay?: { readonly stream: number; readonly prepare: readonly Filter[]; readonly join: Filter };
  readonly notes: readonly Finding[];
}

const textCodecs = ['subrip', 'ass', 'ssa', 'webvtt', 'mov_text', 'text', 'srt'];
const pictureCodecs = ['hdmv_pgs_subtitle', 'dvd_subtitle', 'dvb_subtitle', 'xsub'];
/** Extension of a file → the only demuxer that may open it. */
const fileKinds: Readonly<Record<string, string>> = { srt: 'srt', ass: 'ass', ssa: 'ass', vtt: 'webvtt' };

/** What letters are drawn from: always of this one kind, which libass reads by itself, without opening anything else. */
const drawn = 'subtitles.ass';
/** Of their own folder: libass takes every file of it into memory. */
const fontFolder = 'fonts';

export function planBurn(input: BurnInput): Outcome<{ burnt: BurnPlan }> {
  const { burn, probe } = input;
  if (burn.file !== undefined) return burnFile(input, burn.file);
  const track = findTrack(burn, probe);
  if (track === undefined) {
    const notes: Finding[] = [
      { level: 'note', message: 'No subtitle track is marked as forced: none is burnt in.' },
    ];
    if (burn.forced === true && burn.track === undefined)
      return { ok: true, burnt: { nodes: [], files: [], notes } };
    return missing(burn, probe);
  }
  if (textCodecs.includes(track.codec))
    return letters(
      input,
      [{ name: drawn, extract: extractTrack(input, track) }, ...fonts(input)],
      track.index,
    );
  if (pictureCodecs.includes(track.codec)) return pictures(input, track);
  return refuse(
    'preset-invalid',
    `The source’s subtitle track ${track.index} is of the kind ${track.codec}, which ffmpeg cannot draw.`,
    'Choose another track, or take burnSubtitles out of the preset.',
    ['burnSubtitles'],
  );
}

function findTrack(burn: BurnSubtitles, probe: Probe): ProbeStream | undefined {
  const tracks = probe.streams.filter((stream) => stream.type === 'subtitle');
  const numbered = burn.track === undefined ? tracks : tracks.slice(burn.track - 1, burn.track);
  return numbered.find(
    (track) =>
      (burn.language === undefined || languageCode(track.language ?? '') === languageCode(burn.language)) &&
      (burn.forced !== true || track.forced === true),
  );
}

function missing({ track, language, forced }: BurnSubtitles, probe: Probe): Refusal {
  const count = probe.streams.filter((stream) => stream.type === 'subtitle').length;
  const wanted =
    track !== undefined
      ? `number ${track}${forced === true ? ', marked as forced' : ''}`
      : language === undefined
        ? 'any'
        : `of the language ${language}`;
  return refuse(
    'source-no-stream',
    `The preset burns in a subtitle track (${wanted}), and the source has ${count === 0 ? 'none' : `no such one among its ${count}`}.`,
    'Choose another track, or take burnSubtitles out of the preset.',
    ['burnSubtitles', ...(track === undefined ? (language === undefined ? [] : ['language']) : ['track'])],
  );
}

const toDrawn = ['-c:s', 'ass', '-f', 'ass', fileUrl(drawn)];

function burnFile(input: BurnInput, file: string): Outcome<{ burnt: BurnPlan }> {
  const extension = /\.(\w+)$/.exec(file)?.[1]?.toLowerCase() ?? '';
  const demuxer = fileKinds[extension];
  if (demuxer === undefined)
    return refuse(
      'preset-invalid',
      `The preset’s burnSubtitles name the file “${file}”, which is not of the kind srt, ass or vtt by its name.`,
      'Name a file that ends in .srt, .ass or .vtt.',
      ['burnSubtitles', 'file'],
    );
  const copy = `given.${extension}`;
  return letters(input, [
    { name: copy, asset: file, maxBytes: assetLimits.subtitles },
    {
      name: drawn,
      extract: [
        // Words that are not UTF-8 would be passed over in silence.
        ...[...globalArguments, '-xerror'],
        ...['-f', demuxer, ...inputWhitelists([demuxer]), '-i', fileUrl(copy), '-map', '0:s:0', ...toDrawn],
      ],
    },
  ]);
}

/** From the film’s beginning, so that what is on screen where the span begins is there too; not beyond its end. */
function extractTrack({ input, span }: BurnInput, track: ProbeStream): string[] {
  const end = span.duration === undefined ? [] : ['-t', decimal(span.start + span.duration)];
  return [...globalArguments, ...input, '-map', `0:${track.index}`, ...end, ...toDrawn];
}

const fontTypes = /^(?:font\/|application\/(?:x-(?:truetype-)?font|vnd\.ms-opentype|font))/;
const fontNames = /\.(?:ttf|otf|ttc)$/i;
/** A file with more is not one for reading. */
const mostFonts = 64;

function fonts({ probe, input }: BurnInput): WorkFile[] {
  return probe.streams
    .filter(
      ({ type, mimeType, fileName }) =>
        type === 'attachment' && (fontTypes.test(mimeType ?? '') || fontNames.test(fileName ?? '')),
    )
    .slice(0, mostFonts)
    .map((stream, index) => {
      const name = `${fontFolder}/font-${index + 1}`;
      const dump = [`-dump_attachment:${stream.index}`, name];
      // ffmpeg wants an output: nothing of the film, to nowhere.
      return { name, extract: [...globalArguments, ...dump, ...input, '-map', '0:v:0', '-c', 'copy', '-t', '0', '-f', 'null', '-'] };
    }); // prettier-ignore
}

function letters(
  input: BurnInput,
  files: readonly WorkFile[],
  stream?: number,
): Outcome<{ burnt: BurnPlan }> {
  const { canvas, span, lead = 0, dialect } = input;
  const begins = span.start - lead;
  const { width, height, sampleAspectRatio = 1 } = canvas;
  const wide = Math.abs(sampleAspectRatio - 1) > 0.001 && width !== undefined && height !== undefined;
  const ass = (alpha: boolean) =>
    filter('ass', {
      filename: drawn,
      fontsdir: files.some((file) => file.name.startsWith(fontFolder)) ? fontFolder : undefined,
      // Letters are narrower where pixels are wide.
      original_size: wide ? `${Math.round(width * sampleAspectRatio)}x${height}` : undefined,
      alpha: alpha ? 1 : undefined,
    });
  if (isHdr(canvas.tags) && width !== undefined && height !== undefined) {
    const rate = rational(canvas.frameRate ?? 60);
    const side = [
      filter('color', { color: '0x00000000', size: `${width}x${height}`, rate }),
      filter('format', { pix_fmts: 'rgba' }),
      ...shifted([ass(true)], begins),
      ...layerFilters(canvas, dialect),
    ];
    const join = overlay(canvas, dialect, { x: 0, y: 0, shortest: 1 });
    return { ok: true, burnt: { stream, nodes: [{ side, join }], files, notes: [] } };
  }
  const nodes = [...shifted([ass(false)], begins)];
  // setpts forgets the rate, which a constant one needs further on.
  if (begins > 0 && canvas.frameRate !== undefined)
    nodes.push(filter('fps', { fps: rational(canvas.frameRate) }));
  return { ok: true, burnt: { stream, nodes, files, notes: [] } };
}

/** The span’s frames begin at 0; the letters’ times are the film’s. Rounded, so that both steps cancel to the tick. */
function shifted(filters: readonly Filter[], start: number): Filter[] {
  if (start === 0) return [...filters];
  const ticks = `round(${decimal(start)}/TB)`;
  return [filter('setpts', { expr: `PTS+${ticks}` }), ...filters, filter('setpts', { expr: `PTS-${ticks}` })];
}

function pictures({ canvas, frame, dialect }: BurnInput, track: ProbeStream): Outcome<{ burnt: BurnPlan }> {
  if (frame === undefined || canvas.height === undefined)
    return refuse(
      'preset-invalid',
      'The preset burns in subtitles that are pictures, and the source does not say how large its own picture is.',
      'Choose a track of text, or take burnSubtitles out of the preset.',
      ['burnSubtitles'],
    );
  const [width, height] = [Math.round(frame.width), Math.round(frame.height)];
  // Letters that stood in a bar that is cut off move up into the picture.
  const y = Math.min(Math.round(frame.y), canvas.height - height);
  return {
    ok: true,
    burnt: {
      stream: track.index,
      nodes: [],
      files: [],
      overlay: {
        stream: track.index,
        prepare: [filter('scale', { w: width, h: height }), ...layerFilters(canvas, dialect)],
        join: overlay(canvas, dialect, { x: Math.round(frame.x), y, eof_action: 'pass' }),
      },
      notes: [],
    },
  };
}
