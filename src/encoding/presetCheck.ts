import { outputKind } from './output.ts';
import type { OutputKind, OutputPreset } from './output.ts';
import { idleFields } from './outputFields.ts';
import type { Preset } from './preset.ts';
import { maxOutputs } from './presetComplete.ts';
import { askedOutputs, filledIn } from './presetOutputs.ts';
import type { AskedOutput } from './presetOutputs.ts';
import { rateControls } from './presetVideo.ts';
import type { VideoPreset } from './presetVideo.ts';
import { refuse } from './problem.ts';
import type { Outcome, Problem } from './problem.ts';

/** A problem of a preset at its place. */
export interface PresetProblem extends Problem {
  /** From the preset’s root; empty: the preset itself. */
  readonly path: readonly (string | number)[];
}

/** A problem of one output; its path is within the output. */
export interface OutputProblem extends PresetProblem {
  /** Missing for a preset's only output. */
  readonly output?: string | undefined;
}

/** Whether the parts of a preset go together: the first thing that is wrong, in the preset’s own words. */
export function checkPreset(preset: Preset): Outcome<object> {
  const [problem] = presetProblems(preset);
  return problem === undefined ? { ok: true } : { ok: false, problem };
}

/** Everything that is wrong with a preset whatever the source and the machine: empty for one that can be tried. */
export function presetProblems(preset: Preset): OutputProblem[] {
  const outputs = askedOutputs(preset);
  if (outputs.length > maxOutputs)
    return [problem(['outputs'], `A preset has at most ${maxOutputs} outputs.`, 'Make two presets of it.')];
  return outputs.flatMap((output) =>
    outputProblems(output).map((found) => ({ ...found, output: output.name })),
  );
}

function outputProblems(asked: AskedOutput): PresetProblem[] {
  const { container } = asked;
  if (container === undefined) return [...rateProblems(asked), noContainer(asked)];
  const output: OutputPreset = { ...asked, container };
  const problems = [...idleProblems(output), ...kindProblems(output), ...rateProblems(output)];
  return problems.length > 0 ? problems : codecProblems(filledIn(output));
}

function noContainer({ name }: AskedOutput): PresetProblem {
  return problem(
    ['container'],
    name === undefined ? 'The preset names no container.' : `The output “${name}” names no container.`,
    'Add "container": "mp4", or another; or "extends" with a preset that has one.',
  );
}

/** Fields that mean nothing for this kind of result. */
function idleProblems(output: OutputPreset): PresetProblem[] {
  const kind = outputKind(output);
  const { output: fields, video: videoFields } = idleFields[kind];
  const idle = (path: string[]): PresetProblem =>
    problem(
      path,
      `${kindText[kind]} (${output.container}) has no use for ${path.join('.')}.`,
      'Take it out.',
    );
  const asked = fields.filter((field) => output[field] !== undefined && output[field] !== false);
  const inVideo = (video: VideoPreset): PresetProblem[] =>
    videoFields.filter((field) => video[field] !== undefined).map((field) => idle(['video', field]));
  return [
    ...asked.map((field) => idle([field])),
    ...(output.video && !asked.includes('video') ? inVideo(output.video) : []),
  ];
}

/** What a kind of result cannot be without. */
function kindProblems(output: OutputPreset): PresetProblem[] {
  const { container, video, audio, still, contactSheet } = output;
  const nothing = (path: string[], message: string): PresetProblem[] => [
    problem(path, message, 'Take the “false” out, or say how to encode it.'),
  ];
  switch (outputKind(output)) {
    case 'film':
      return video === false && audio === false
        ? nothing(['audio'], 'Neither picture nor sound: nothing is left to encode.')
        : [];
    case 'sound':
      return audio === false
        ? nothing(['audio'], `A result in ${container} is sound, and there is none.`)
        : [];
    case 'animation':
      return video === false ? nothing(['video'], 'A gif is a picture, and there is none.') : [];
    case 'still':
      if (video === false) return nothing(['video'], `A ${container} is a picture, and there is none.`);
      return still?.at !== undefined && contactSheet !== undefined
        ? [
            problem(
              ['still', 'at'],
              'A contact sheet shows many frames, still.at names one.',
              'Take out still.at or contactSheet.',
            ),
          ]
        : [];
    case 'ladder':
      if (video === false)
        return nothing(['video'], `The sizes of ${container} are sizes of a picture, and there is none.`);
      return [];
  }
}

/** Ways to say how well, of which one counts. */
function rateProblems({ video }: AskedOutput): PresetProblem[] {
  if (!video) return [];
  const [first, ...more] = rateControls.filter((field) => video[field] !== undefined);
  return more.map((field) =>
    problem(
      ['video', field],
      `video.${first} and video.${field} cannot both decide the size.`,
      'Keep one of them.',
    ),
  );
}

function codecProblems(_: OutputPreset): PresetProblem[] {
  return [];
}

const kindText: Readonly<Record<OutputKind, string>> = {
  film: 'A film',
  sound: 'Sound alone',
  animation: 'An animation',
  still: 'A still picture',
  ladder: 'A ladder of sizes',
};

function problem(path: string[], message: string, hint: string): PresetProblem {
  return { ...refuse('preset-invalid', message, hint).problem, path };
}
