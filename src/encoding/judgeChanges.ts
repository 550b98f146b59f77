import { captionsCut } from './pictureNotes.ts';
import { demuxerFamilyOf } from './demuxers.ts';
import type { Expectation } from './expectation.ts';
import { loss, warn } from './findings.ts';
import { plural } from './formatting.ts';
import type { EncodeReport } from './judge.ts';
import type { Probe } from './probe.ts';
import type { Shape, SourceChanges } from './sourceChanges.ts';
import { pickVideo } from './streams.ts';
import type { Finding } from './verdict.ts';

/** A plan goes by how the source begins. */
export function judgeChanges(
  expected: Pick<Expectation, 'audio' | 'video' | 'subtitles'>,
  { changes }: Pick<EncodeReport, 'changes'>,
  source: Probe,
): Finding[] {
  if (!changes) return [];
  const [shape, ...others] = changes.shapes;
  const most = Math.max(0, ...changes.channels);
  // One word for all of a file says how AAC is to be played; other sound says it in each frame.
  const isCopied = changes.copiesSound === true;
  const least = isCopied ? most : Math.min(...expected.audio.map(({ channels }) => channels ?? most));
  return [
    ...(changes.rewinds
      ? [
          warn(
            'The times of the source begin anew in its middle: what has a time that was there before is left out.',
          ),
        ]
      : []),
    ...((changes.overlapping ?? 0) > 0
      ? [
          loss(
            'subtitles',
            `${plural(changes.overlapping ?? 0, 'subtitle')} of the source are shown together with another one, and MP4 shows one at a time.`,
          ),
        ]
      : []),
    ...(shape && others.length > 0
      ? [
          loss(
            'picture',
            `The picture of the source changes from ${shapeText(shape)} to ${others.map(shapeText).join(', ')}: all of the result has the shape of its beginning.`,
          ),
        ]
      : []),
    ...(least < most
      ? [
          loss(
            'channels',
            `The sound of the source changes between ${changes.channels.join(' and ')} channels: all of the result has ${least}.`,
          ),
        ]
      : []),
    ...(changes.curves && changes.curves.length > 0
      ? [
          loss(
            'dynamic-range',
            `The picture of the source changes between ordinary film and HDR (${changes.curves.join(', ')}): all of the result has the colours of its beginning.`,
          ),
        ]
      : []),
    ...(isCopied && (changes.channels.length > 1 || changes.changesRate === true)
      ? [
          loss(
            'sound',
            'The sound of the source changes in its middle, and is copied: the result says once for all of it how it is to be played, and the rest is wrong.',
          ),
        ]
      : []),
    // Where packets have times of their own that does no harm.
    ...(changes.changesRate === true && demuxerFamilyOf(source.formatName)?.durationGuessed === true
      ? [
          loss(
            'sound',
            'The sampling rate of the source changes in its middle: the times of the result are wrong.',
          ),
        ]
      : []),
    ...(changes.openTexts === true && expected.subtitles.includes('webvtt')
      ? [
          loss(
            'subtitles',
            'Subtitles of the source have words behind a “<”, which is the beginning of a tag in WebVTT: they are not shown.',
          ),
        ]
      : []),
    ...(changes.droppedTexts === true && expected.subtitles.includes('mov_text')
      ? [
          loss(
            'subtitles',
            'Subtitles of the source have words in angle brackets, such as who speaks: they are taken for tags, and left out.',
          ),
        ]
      : []),
    ...(changes.styledTexts === true && expected.subtitles.includes('mov_text')
      ? [loss('subtitles', 'Subtitles of the source have places or colours, which the text of MP4 loses.')]
      : []),
    ...(changes.carriesSound === true
      ? [
          loss(
            'sound',
            'The sound of the source is DTS or Dolby for a receiver, bit by bit in its samples: in the result it is noise.',
          ),
        ]
      : []),
    ...frameLosses(expected, changes, source),
  ];
}

/** What its first frames have is told by the plan. */
function frameLosses(
  { video }: Pick<Expectation, 'video'>,
  { frameData = [] }: SourceChanges,
  source: Probe,
): Finding[] {
  const picture = pickVideo(source);
  return [
    ...(frameData.includes('captions') && picture?.closedCaptions !== true ? laterCaptions(video) : []),
    ...(frameData.includes('dynamic-hdr') &&
    picture?.hdr10Plus !== true &&
    picture?.dolbyVisionProfile === undefined
      ? [
          loss(
            'dynamic-range',
            'Later in the source there are HDR data that change from scene to scene: they are left out.',
          ),
        ]
      : []),
    ...(frameData.includes('stereo-3d') && picture?.stereo3d === undefined && video?.codec !== 'h264'
      ? [
          loss(
            'stereo-3d',
            'The source says inside its picture that it is 3D, and the result may not: only H.264 is sure to keep that.',
          ),
        ]
      : []),
    ...(frameData.includes('camera-date')
      ? [
          loss(
            'tags',
            'When and how each scene was taken, which the camera (AVCHD) keeps in the picture, is not in the result.',
          ),
        ]
      : []),
  ];
}

function laterCaptions(video: Expectation['video']): Finding[] {
  if (video?.changesFrames === true) return [loss('subtitles', captionsCut)];
  if (video?.codec === 'h264') return [];
  const sentence =
    'Later in the source’s picture there are captions, which may be lost: only H.264 is sure to keep them.';
  return [loss('subtitles', sentence)];
}

/** `720×576 (1.33:1)` */
function shapeText({ width, height, aspect }: Shape): string {
  return `${width}×${height} (${aspect.toFixed(2)}:1)`;
}
