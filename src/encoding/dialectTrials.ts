import type { Dialect } from './dialect.ts';
import { tagFilter } from './colorTags.ts';
import { graphText } from './pictureGraph.ts';
import type { ProbeStream } from './probe.ts';
import { toneMap } from './toneMap.ts';
import type { TrialOutcome } from './trialOutcome.ts';

/** What one ffmpeg understands, found by letting it do it. */

/** Names of filters or muxers that must be listed before a run is worth its time. */
type Listed = Partial<Pick<Dialect, 'filters' | 'muxers'>>;

export interface DialectTrial {
  readonly feature: string;
  /** Who asks, and what for. */
  readonly decides: string;
  readonly needs?: Listed;
  /** Text that lies in the folder of the run. */
  readonly files?: Readonly<Record<string, string>>;
  /** One that works is enough. The current folder is one that goes away afterwards. */
  readonly runs: readonly (readonly string[])[];
}

// At this level ffmpeg says what it passes over.
const quiet = ['-hide_banner', '-nostdin', '-loglevel', 'warning'];
const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=128x96:rate=25', '-frames:v', '1'];
const nowhere = ['-f', 'null', '-'];

/** These two have a field of their own in the dialect: every encode asks for them. */
export const frameRateModeTrial: readonly string[] = [...quiet, ...picture, '-fps_mode', 'cfr', ...nowhere];
export const sourceTimeBaseTrial: readonly string[] = [
  ...[...quiet, ...picture, '-enc_time_base', 'demux'],
  ...nowhere,
];

const svtav1 = [...quiet, ...picture, '-c:v', 'libsvtav1', '-preset', '8'];

const hdr10: ProbeStream = {
  ...{ index: 0, type: 'video', codec: 'hevc', attachedPicture: false, default: true },
};
const pq = { primaries: 'bt2020', transfer: 'smpte2084', space: 'bt2020nc', range: 'tv' } as const;
/** The filters of a real encode. */
const pqToSdr = graphText([...tagFilter(pq), ...toneMap(hdr10, pq, 'yuv420p')]);

const words = `[Script Info]
ScriptType: v4.00+

[Events]
Format: Start, End, Text
Dialogue: 0:00:00.00,0:00:01.00,Words
`;

/** A bitstream filter that lets nothing through from before zero: since ffmpeg 5. */
export const droppingEarlier = String.raw`noise=drop=lt(pts\,0)`;

/** A new fact is one entry here; who plans by it asks for its name in `dialect.features`. */
export const dialectTrials = [
  {
    feature: 'svtav1-crf',
    decides: 'how libsvtav1 is told a quality: by crf, or by qp as before ffmpeg 5.1',
    runs: [[...svtav1, '-crf', '40', ...nowhere]],
  },
  {
    feature: 'svtav1-params',
    decides: 'whether libsvtav1 takes parameters of its library: its tune, film grain, HDR10 metadata',
    runs: [[...svtav1, '-svtav1-params', 'tune=0', ...nowhere]],
  },
  {
    feature: 'tonemap',
    decides: 'whether HDR can be made SDR',
    needs: { filters: ['zscale', 'tonemap'] },
    runs: [[...quiet, ...picture, '-vf', pqToSdr, ...nowhere]],
  },
  {
    feature: 'libass',
    decides: 'whether subtitles can be burnt in',
    needs: { filters: ['ass'] },
    files: { 'words.ass': words },
    runs: [[...quiet, ...picture, '-vf', 'ass=filename=words.ass', ...nowhere]],
  },
  {
    feature: 'libvmaf',
    decides: 'whether VMAF can be measured: the filter may be there without a model',
    needs: { filters: ['libvmaf'] },
    runs: [
      [
        ...quiet,
        ...picture.slice(0, 4),
        ...picture.slice(0, 4),
        '-lavfi',
        'libvmaf',
        '-frames:v',
        '2',
        ...nowhere,
      ],
    ],
  },
  {
    feature: 'drop-packets',
    decides: 'whether subtitles of a part can be converted: those from before it have to be dropped',
    runs: [[...quiet, ...picture, '-c:v', 'mpeg4', '-bsf:v:0', droppingEarlier, ...nowhere]],
  },
  {
    feature: 'overlay-yuv444p10',
    decides: 'whether a layer is blended into 4:4:4 of 10 bits without a detour',
    needs: { filters: ['overlay'] },
    runs: [[...quiet, ...picture, '-vf', 'split[a][b];[a][b]overlay=format=yuv444p10', ...nowhere]],
  },
  {
    feature: 'avif',
    decides: 'whether a still can be an AVIF',
    needs: { muxers: ['avif'] },
    runs: [
      [
        ...quiet,
        ...picture,
        '-c:v',
        'libaom-av1',
        '-still-picture',
        '1',
        '-cpu-used',
        '8',
        '-f',
        'avif',
        'still.avif',
      ],
      [...svtav1, '-f', 'avif', 'still.avif'],
    ],
  },
] as const satisfies readonly DialectTrial[];

export type Feature = (typeof dialectTrials)[number]['feature'];

/** Why a run is not worth its time: ffmpeg itself lists no such thing. */
export function notListed(trial: DialectTrial, dialect: Listed): TrialOutcome | undefined {
  const filter = trial.needs?.filters?.find((name) => dialect.filters?.includes(name) !== true);
  if (filter !== undefined)
    return { worked: false, refusal: `This ffmpeg has no filter ${filter}.`, holds: 'binary' };
  const muxer = trial.needs?.muxers?.find((name) => dialect.muxers?.includes(name) !== true);
  return muxer === undefined
    ? undefined
    : { worked: false, refusal: `This ffmpeg has no muxer ${muxer}.`, holds: 'binary' };
}
