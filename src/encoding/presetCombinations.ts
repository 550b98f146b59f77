import { outputKind } from './output.ts';
import type { OutputPreset } from './output.ts';
import { tileFields } from './outputFields.ts';
import { resolveOutputPath } from './outputName.ts';
import { seconds } from './presetValues.ts';
import { rateControls } from './presetVideo.ts';
import type { VideoPreset } from './presetVideo.ts';
import { refuse } from './problem.ts';
import type { Problem } from './problem.ts';

/** Fields that contradict each other, or mean nothing without another. Paths are within the output. */
export function combinationProblems(output: OutputPreset): Problem[] {
  const { video } = output;
  return [
    ...(video ? [...rateProblems(video), ...qualityProblems(video), ...shapeProblems(video)] : []),
    ...stillProblems(output),
    ...trimProblems(output),
    ...rungProblems(output),
    ...conditionProblems(output),
    ...templateProblems(output),
  ];
}

/** Ways to say how well, of which one counts. */
export function rateProblems(video: VideoPreset): Problem[] {
  const [first, ...more] = rateControls.filter((field) => video[field] !== undefined);
  return more.map((field) =>
    problem(
      ['video', field],
      `video.${first} and video.${field} cannot both decide how well the picture is compressed.`,
      'Keep one of them.',
    ),
  );
}

function qualityProblems({ targetQuality }: VideoPreset): Problem[] {
  if (targetQuality === undefined) return [];
  const { metric = 'ssim', score } = targetQuality;
  const path = ['video', 'targetQuality', 'score'];
  if (metric === 'ssim' && score > 1)
    return [
      problem(
        path,
        `SSIM goes from 0 to 1, so ${score} is never reached.`,
        'Choose 0.98 or so, or "metric": "vmaf".',
      ),
    ];
  if (metric === 'vmaf' && score <= 1)
    return [
      problem(
        path,
        `VMAF goes from 0 to 100, so ${score} is hardly a picture.`,
        'Choose 95 or so, or "metric": "ssim".',
      ),
    ];
  return [];
}

function shapeProblems({ fit, width, height, frameRate, frameTiming, maxFrameRate }: VideoPreset): Problem[] {
  return [
    ...(fit !== undefined && (width === undefined || height === undefined)
      ? [
          problem(
            ['video', 'fit'],
            'video.fit says how to fill a width and a height, and both are needed.',
            'Add the other one, or take fit out.',
          ),
        ]
      : []),
    ...(frameTiming === 'variable' && frameRate !== undefined
      ? [
          problem(
            ['video', 'frameTiming'],
            `A frame rate of exactly ${frameRate} cannot be variable.`,
            'Take out frameRate or frameTiming.',
          ),
        ]
      : []),
    ...(frameRate !== undefined && maxFrameRate !== undefined && maxFrameRate < frameRate
      ? [
          problem(
            ['video', 'maxFrameRate'],
            `A frame rate of exactly ${frameRate} is above the limit of ${maxFrameRate}.`,
            'Keep one of them.',
          ),
        ]
      : []),
  ];
}

function stillProblems(output: OutputPreset): Problem[] {
  const { container, contactSheet, still, video } = output;
  if (outputKind(output) !== 'still') return [];
  const idle = video && contactSheet ? tileFields.filter((field) => video[field] !== undefined) : [];
  return [
    ...(contactSheet !== undefined && still?.at !== undefined
      ? [
          problem(
            ['still', 'at'],
            'A contact sheet shows many frames, still.at names one.',
            'Take out still.at or contactSheet.',
          ),
        ]
      : []),
    ...(container === 'png' && still?.quality !== undefined
      ? [
          problem(
            ['still', 'quality'],
            'A png keeps every pixel and has no quality.',
            'Take it out, or choose jpg, webp or avif.',
          ),
        ]
      : []),
    ...idle.map((field) =>
      problem(
        ['video', field],
        `The frames of a contact sheet have their own size and nothing over them, so video.${field} does nothing.`,
        'Take it out; contactSheet.tileWidth says how large they are.',
      ),
    ),
  ];
}

function trimProblems({ trim }: OutputPreset): Problem[] {
  if (trim === undefined) return [];
  const { start = 0, end, duration } = trim;
  if (duration !== undefined && seconds(duration) === 0)
    return [
      problem(['trim', 'duration'], 'A part of no length leaves nothing to encode.', 'Choose a duration.'),
    ];
  if (end === undefined || seconds(end) > seconds(start)) return [];
  return [
    problem(
      ['trim', 'end'],
      'The part to encode ends before it begins.',
      'Choose a later end, or an earlier start.',
    ),
  ];
}

function rungProblems({ ladder }: OutputPreset): Problem[] {
  const rungs = ladder?.rungs ?? [];
  const repeated = rungs.findIndex(
    ({ height, bitrate }, index) =>
      rungs.findIndex((other) => other.height === height && other.bitrate === bitrate) < index,
  );
  if (repeated === -1) return [];
  return [problem(['ladder', 'rungs', repeated], 'This size and bit rate is there twice.', 'Take one out.')];
}

function conditionProblems({ when }: OutputPreset): Problem[] {
  const { tallerThan, shorterThan } = when ?? {};
  if (tallerThan === undefined || shorterThan === undefined || shorterThan - tallerThan > 1) return [];
  return [
    problem(
      ['when', 'shorterThan'],
      `No picture is taller than ${tallerThan} pixels and less tall than ${shorterThan}.`,
      'Choose a larger shorterThan, or two outputs.',
    ),
  ];
}

/** On any path and any picture: what is unknown to the template is unknown everywhere. */
function templateProblems({ file, name, container }: OutputPreset): Problem[] {
  if (file === undefined) return [];
  const tried = resolveOutputPath(file, {
    source: '/folder/source.mp4',
    preset: 'preset',
    output: name,
    container,
    size: { width: 16, height: 16 },
    platform: 'posix',
  });
  return tried.ok ? [] : [problem(['file'], tried.problem.message, tried.problem.hint)];
}

function problem(path: (string | number)[], message: string, hint: string): Problem {
  return refuse('preset-invalid', message, hint, path).problem;
}
