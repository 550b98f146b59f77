import {
  decimal,
  globalArguments,
  inputArguments,
  leadOf,
  leadOptions,
  openable,
  resultName,
  spanDuration,
  spanOf,
  withLead,
} from './commandParts.ts';
import { fileUrl } from './demuxers.ts';
import { withExtraArguments } from './extraArgumentsOf.ts';
import type { OutputPreset } from './output.ts';
import type { Plan } from './plan.ts';
import { weightOf } from './planFilm.ts';
import type { PlanInput } from './planInput.ts';
import type { Ladder } from './presetKinds.ts';
import type { ProbeStream } from './probe.ts';
import { refuse } from './problem.ts';
import type { Outcome } from './problem.ts';
import { complexGraph } from './picture.ts';
import type { PicturePlan } from './pictureInput.ts';
import { planSound } from './sound.ts';
import { relabel } from './graphLabels.ts';
import { loss } from './findings.ts';
import { otherPictures, pickVideo } from './streams.ts';
import { strictest } from './segmentSafety.ts';
import { planVideo } from './videoPart.ts';
import type { VideoPart } from './videoPart.ts';

/**
 * A folder to stream from: one decode, every size of the ladder, the sound once beside them. Names inside are
 * `master.m3u8` for HLS (RFC 8216) and `manifest.mpd` for DASH (ISO/IEC 23009-1).
 */

const defaultRungs: NonNullable<Ladder['rungs']> = [
  { height: 1080, bitrate: '5M' },
  { height: 720, bitrate: '3M' },
  { height: 480, bitrate: '1400k' },
  { height: 360, bitrate: '800k' },
];
const defaultSegmentSeconds = 6;

export function planLadder(input: PlanInput): Outcome<{ plan: Plan }> {
  const { output, dialect, capabilities, measured = {} } = input;
  const [source] = input.sources;
  const { probe } = source;
  const opened = openable(probe, dialect);
  if (!opened.ok) return opened;
  const stream = pickVideo(probe);
  const trimmed = spanOf(output.trim, probe, stream);
  if (!trimmed.ok) return trimmed;
  const { span } = trimmed;
  const lead = leadOf(opened.family, span);
  const inputArgv = inputArguments(source, opened.family, withLead(span, lead));
  if (!stream || !output.video)
    return refuse(
      'source-no-stream',
      'The source has no picture to encode, but the preset asks for one.',
      'Choose a preset for sound, such as “audio”.',
    );

  // One rendition of the sound: the one that plays by default.
  const soundPlanned = output.audio
    ? planSound({
        probe,
        audio: { ...output.audio, tracks: output.audio.tracks ?? 'default' },
        container: output.container,
        span,
        dialect,
        capabilities,
        measured,
        inputArgv: inputArguments(source, opened.family, span),
      })
    : undefined;
  if (soundPlanned?.ok === false) return soundPlanned;
  const sound = soundPlanned?.sound;

  const segmentSeconds = output.ladder?.segmentSeconds ?? defaultSegmentSeconds;
  const parts: VideoPart[] = [];
  for (const [index, rung] of rungsFor(output, stream).entries()) {
    const video = { ...output.video, ...noSize, height: rung.height, bitrate: rung.bitrate, crf: undefined };
    const planned = planVideo({
      output,
      video: { ...video, keyframeInterval: segmentSeconds },
      source,
      stream,
      span,
      lead,
      inputArgv: inputArguments(source, opened.family),
      dialect,
      capabilities,
      measured,
      otherBitsPerSecond: 0,
      specifier: `v:${index}`,
    });
    if (!planned.ok) return planned;
    parts.push(planned.video);
  }
  const [tallest] = parts;
  if (!tallest?.picture) throw new Error('A ladder has rungs, and each is encoded.');

  const duration = spanDuration(span, stream.duration ?? probe.duration);
  const analyses = [...tallest.analyses, ...(sound?.analyses ?? [])];
  const folder = resultName(output);
  return {
    ok: true,
    plan: {
      files: tallest.picture.files,
      analyses,
      commands:
        analyses.length > 0
          ? []
          : [
              {
                purpose: 'encode',
                argv: [
                  ...globalArguments,
                  ...inputArgv,
                  ...['-filter_complex', ladderGraph(parts, stream.index)],
                  ...parts.flatMap((_, index) => ['-map', `[v${index}]`]),
                  ...(sound?.maps ?? []).flatMap((map) => ['-map', map]),
                  ...['-map_metadata', '-1', '-map_chapters', '-1'],
                  ...withExtraArguments(
                    [
                      ...sharedOnce(parts.map((part) => part.argv())),
                      // A piece begins with a keyframe in every size at the same moment, or players cannot switch.
                      ...['-force_key_frames:v', `expr:gte(t,n_forced*${decimal(segmentSeconds)})`],
                      ...(sound?.argv ?? []),
                    ],
                    output,
                  ),
                  ...leadOptions(lead),
                  ...muxerArguments(output, folder, parts, sound?.maps.length ?? 0, segmentSeconds),
                ],
                weight: weightOf(duration) * parts.length,
                duration,
                frames: tallest.expected.frames,
              },
            ],
      result: folder,
      encoders: { video: tallest.encoder, audio: sound?.encoders ?? [] },
      slot: tallest.slot,
      expected: {
        kind: 'ladder',
        video: tallest.expected,
        audio: sound?.expected ?? [],
        subtitles: [],
        coverArt: false,
        duration,
        durationEstimated: opened.family.durationEstimated ?? false,
        rungs: parts.length,
        notes: [
          ...tallest.picture.notes,
          ...otherPictures(probe, stream),
          ...(sound?.notes ?? []),
          ...(probe.streams.some(({ type }) => type === 'subtitle')
            ? [loss('subtitles', 'Subtitles are left out of a folder to stream from.')]
            : []),
        ],
      },
      segmentSafe: strictest(parts.map((part) => part.segmentSafe)),
    },
  };
}

/** A rung says the size; what the preset inherited of sizes does not count. */
const noSize = {
  width: undefined,
  maxWidth: undefined,
  maxHeight: undefined,
  targetSize: undefined,
  targetQuality: undefined,
  maxBitrate: undefined,
  enlarge: undefined,
} as const;

/** Those that are no taller than the source; where all are, the lowest at the source's height. */
/** Those that are made of this picture: none taller than it, where there are such. */
export function rungsFor(
  output: Pick<OutputPreset, 'ladder'>,
  stream: ProbeStream,
): NonNullable<Ladder['rungs']> {
  const rungs = (output.ladder?.rungs ?? defaultRungs).toSorted((a, b) => b.height - a.height);
  const turned = stream.rotation === 90 || stream.rotation === 270;
  const height = turned ? stream.width : stream.height;
  if (height === undefined) return rungs;
  const fitting = rungs.filter((rung) => rung.height <= height);
  return fitting.length > 0 ? fitting : rungs.slice(-1);
}

function ladderGraph(parts: readonly VideoPart[], stream: number): string {
  return parts
    .flatMap(({ picture }, index) => (picture ? [rungGraph(picture, stream, index)] : []))
    .join(';');
}

/** Each rung has the filters of its own size; ffmpeg decodes the stream once for all of them. */
function rungGraph(picture: PicturePlan, stream: number, index: number): string {
  const filters = relabel(picture.filters, `r${index}`);
  const overlay = picture.overlay && {
    ...picture.overlay,
    join: relabel(picture.overlay.join, `r${index}`),
  };
  return complexGraph({ filters, overlay }, stream, `v${index}`);
}

/** Options with a value each: what is not a rung's own, such as the frame rate mode, is said by the first alone. */
function sharedOnce(rungs: readonly (readonly string[])[]): string[] {
  return rungs.flatMap((argv, rung) =>
    argv.filter((_, index) => rung === 0 || /:v:\d+$/u.test(argv[index - (index % 2)] ?? '')),
  );
}

function muxerArguments(
  output: OutputPreset,
  folder: string,
  parts: readonly VideoPart[],
  tracks: number,
  segmentSeconds: number,
): string[] {
  if (output.container === 'dash')
    return [
      ...['-seg_duration', decimal(segmentSeconds), '-use_template', '1', '-use_timeline', '1'],
      ...['-adaptation_sets', tracks > 0 ? 'id=0,streams=v id=1,streams=a' : 'id=0,streams=v'],
      ...['-init_seg_name', 'init-$RepresentationID$.m4s'],
      ...['-media_seg_name', 'chunk-$RepresentationID$-$Number%05d$.m4s'],
      ...['-f', 'dash', fileUrl(`${folder}/manifest.mpd`)],
    ];
  // MPEG-TS pieces play on the oldest players; codecs later than H.264 are specified for fragmented MP4 alone.
  const fragmented = parts[0]?.expected.codec !== 'h264';
  const sound = tracks > 0 ? ',agroup:sound' : '';
  const map = [
    ...parts.map((_, index) => `v:${index}${sound},name:${rungName(parts, index)}`),
    ...Array.from(
      { length: tracks },
      (_, index) => `a:${index}${sound},name:sound${index || ''}${index === 0 ? ',default:yes' : ''}`,
    ),
  ];
  return [
    ...['-hls_time', decimal(segmentSeconds), '-hls_playlist_type', 'vod', '-hls_list_size', '0'],
    ...['-hls_flags', 'independent_segments'],
    ...(fragmented ? ['-hls_segment_type', 'fmp4', '-hls_fmp4_init_filename', 'init-%v.mp4'] : []),
    ...['-hls_segment_filename', `${folder}/%v-%05d.${fragmented ? 'm4s' : 'ts'}`],
    ...['-master_pl_name', 'master.m3u8', '-var_stream_map', map.join(' ')],
    ...['-f', 'hls', `${folder}/%v.m3u8`],
  ];
}

/** `1080p`; two rungs of one height are told apart by their number. */
function rungName(parts: readonly VideoPart[], index: number): string {
  const height = parts[index]?.expected.height;
  const same = parts.filter((part) => part.expected.height === height).length > 1;
  return `${height ?? index}p${same ? `-${index + 1}` : ''}`;
}
