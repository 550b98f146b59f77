import { containerTable } from './containers.ts';
import type { Container, VideoEncoder } from './presetNames.ts';
import { bitsPerSecond } from './presetValues.ts';
import type { VideoPreset } from './presetVideo.ts';
import { refuse } from './problem.ts';
import type { Outcome, Problem } from './problem.ts';
import { videoEncoderTable } from './videoEncoders.ts';
import type { VideoEncoderEntry, VideoRate } from './videoEncoders.ts';
import { pixelFormatsOf } from './videoPixelFormat.ts';

/** Whether the encoders of a video part can do what it asks, whatever the source and the worker are. */
export function checkVideoEncoder(video: VideoPreset, container: Container): Outcome<object> {
  const [problem] = videoEncoderProblems(video, container);
  return problem === undefined ? { ok: true } : { ok: false, problem };
}

/** The same, all of it: the first problem of each field. Paths are within the video part. */
export function videoEncoderProblems(video: VideoPreset, container: Container): Problem[] {
  if (video.copy === true) return besideCopy(video);
  const held: readonly string[] = containerTable[container].videoCodecs;
  if (held.length === 0)
    return [
      problem(
        [],
        `The container ${container} holds sound alone, but the preset has a video part.`,
        'Set “video” to false, or choose the container mp4 or mkv.',
      ),
    ];
  const found = (video.encoders ?? []).flatMap((encoder, index) => {
    const entry = videoEncoderTable[encoder];
    if (!held.includes(entry.codec)) return [notHeld(container, encoder, index)];
    const asked: Asked = { video, encoder, entry };
    return [
      ...rateProblems(asked),
      ...passProblems(asked),
      ...formatProblems(asked),
      ...levelProblems(asked),
    ];
  });
  return found.filter(
    ({ path }, index) => found.findIndex((other) => String(other.path) === String(path)) === index,
  );
}

interface Asked {
  readonly video: VideoPreset;
  readonly encoder: VideoEncoder;
  readonly entry: VideoEncoderEntry;
}

function besideCopy(video: VideoPreset): Problem[] {
  return Object.entries(video)
    .filter(([field, value]) => field !== 'copy' && value !== undefined)
    .map(([field]) =>
      problem(
        [field],
        `The picture is to be copied as it is, but ${field} asks for another one.`,
        `Take ${field} out, or “copy”.`,
      ),
    );
}

function notHeld(container: Container, encoder: VideoEncoder, index: number): Problem {
  const { codec } = videoEncoderTable[encoder];
  const held = containerTable[container].videoCodecs;
  const others = (['mp4', 'mkv', 'mov', 'webm'] as const).filter((name) =>
    containerTable[name].videoCodecs.includes(codec),
  );
  return problem(
    ['encoders', index],
    `The container ${container} cannot hold ${codec}, which ${encoder} makes.`,
    `Choose an encoder of ${listed(held)}${others.length > 0 ? `, or the container ${listed(others)}` : ''}.`,
  );
}

function rateProblems({ video, encoder, entry }: Asked): Problem[] {
  const { crf, maxBitrate, bitrate } = video;
  const mode = askedMode(video);
  const field = askedField(video);
  if (mode !== undefined && field !== undefined && !entry.rateModes.includes(mode))
    return [
      problem(
        [field],
        `${encoder} takes no ${field}: ${withoutRate(entry)}.`,
        `Take ${field} out, or ${encoder}.`,
      ),
    ];
  if (crf !== undefined && crf > entry.maxCrf)
    return [
      problem(
        ['crf'],
        `The crf ${crf} is beyond the scale of ${encoder}, which ends at ${entry.maxCrf}.`,
        `Choose a crf from 0 to ${entry.maxCrf}.`,
      ),
    ];
  if (maxBitrate === undefined) return [];
  if (entry.maxBitrateWith.length === 0)
    return [
      problem(
        ['maxBitrate'],
        `${encoder} takes no maxBitrate: ${withoutRate(entry)}.`,
        `Take maxBitrate out, or ${encoder}.`,
      ),
    ];
  const beside = mode ?? 'crf';
  if (!entry.maxBitrateWith.includes(beside))
    return [
      problem(
        ['maxBitrate'],
        `${encoder} holds a maxBitrate only beside a ${listed(entry.maxBitrateWith)}.`,
        `Take maxBitrate out, or ${encoder}, or ask for a ${listed(entry.maxBitrateWith)}.`,
      ),
    ];
  if (bitrate !== undefined && bitsPerSecond(bitrate) > bitsPerSecond(maxBitrate))
    return [
      problem(
        ['maxBitrate'],
        `The maxBitrate ${maxBitrate} is below the bitrate ${bitrate}.`,
        'Make maxBitrate the larger one.',
      ),
    ];
  return [];
}

function passProblems({ video, encoder, entry }: Asked): Problem[] {
  if (video.passes !== 2) return [];
  const mode = askedMode(video) ?? 'crf';
  if (entry.twoPassWith.includes(mode)) return [];
  if (entry.twoPassWith.length === 0)
    return [
      problem(
        ['passes'],
        `${encoder} cannot work in two passes.`,
        `Take passes out, or ${encoder} out of the encoders.`,
      ),
    ];
  return [
    problem(
      ['passes'],
      `Two passes of ${encoder} spread a bit rate over the film, and the preset names none.`,
      'Ask for a bitrate or a targetSize, or take passes out.',
    ),
  ];
}

function formatProblems({ video, encoder, entry }: Asked): Problem[] {
  const { pixelFormat, profile, crf } = video;
  if (pixelFormat !== undefined && entry.pixelFormats[pixelFormat] === undefined)
    return [
      problem(
        ['pixelFormat'],
        `${encoder} cannot make ${pixelFormat}.`,
        `It makes ${listed(pixelFormatsOf(entry))}.`,
      ),
    ];
  if (profile === undefined) return [];
  const known = Object.keys(entry.profiles ?? {});
  const described = entry.profiles?.[profile];
  if (described === undefined)
    return [
      problem(
        ['profile'],
        known.length === 0
          ? `${encoder} has no profiles to choose from.`
          : `${encoder} has no profile ${profile}.`,
        known.length === 0 ? 'Take profile out.' : `It has ${listed(known)}.`,
      ),
    ];
  if (pixelFormat !== undefined && !described.pixelFormats.includes(pixelFormat))
    return [
      problem(
        ['pixelFormat'],
        `The profile ${profile} of ${encoder} does not carry ${pixelFormat}.`,
        profilesFor(entry, pixelFormat).length > 0
          ? `Choose the profile ${listed(profilesFor(entry, pixelFormat))}, or the pixelFormat ${listed(described.pixelFormats)}.`
          : `Choose the pixelFormat ${listed(described.pixelFormats)}.`,
      ),
    ];
  // x264 takes 0 at 8 bits for “without loss”, which is a feature of that profile.
  const made = pixelFormat ?? described.pixelFormats[0];
  if (encoder === 'libx264' && crf === 0 && profile !== 'high444' && !made.includes('10'))
    return [
      problem(
        ['crf'],
        `With crf 0 ${encoder} works without loss, which the profile ${profile} does not know.`,
        'Choose a crf of 1 or more, or the profile high444.',
      ),
    ];
  return [];
}

function profilesFor(
  entry: VideoEncoderEntry,
  pixelFormat: NonNullable<VideoPreset['pixelFormat']>,
): string[] {
  return Object.entries(entry.profiles ?? {})
    .filter(([, { pixelFormats }]) => pixelFormats.includes(pixelFormat))
    .map(([name]) => name);
}

function levelProblems({ video: { level }, encoder, entry }: Asked): Problem[] {
  if (level === undefined || entry.levels.some((known) => Number(known) === Number(level))) return [];
  return [
    problem(
      ['level'],
      entry.levels.length === 0 ? `${encoder} takes no level.` : `${entry.codec} knows no level ${level}.`,
      entry.levels.length === 0
        ? `Take level out, or ${encoder} out of the encoders.`
        : `Its levels are ${listed(entry.levels, 'and')}.`,
    ),
  ];
}

function askedMode(video: VideoPreset): VideoRate['mode'] | undefined {
  if ((video.bitrate ?? video.targetSize) !== undefined) return 'bitrate';
  return (video.crf ?? video.targetQuality) === undefined ? undefined : 'crf';
}

function askedField(video: VideoPreset): string | undefined {
  return (['bitrate', 'targetSize', 'crf', 'targetQuality'] as const).find(
    (field) => video[field] !== undefined,
  );
}

function withoutRate(entry: VideoEncoderEntry): string {
  if (entry.lossless) return 'it works without loss';
  if (entry.rateModes.length > 0) return `it knows ${listed(entry.rateModes)} alone`;
  return entry.profiles ? 'its size follows from its profile' : 'its size follows from the picture';
}

function listed(words: readonly string[], last: 'or' | 'and' = 'or'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

function problem(path: (string | number)[], message: string, hint: string): Problem {
  return refuse('preset-invalid', message, hint, path).problem;
}
