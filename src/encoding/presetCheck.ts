import { checkExtraArguments } from './extraArguments.ts';
import { outputKind } from './output.ts';
import type { OutputKind, OutputPreset } from './output.ts';
import { idleFields } from './outputFields.ts';
import type { Preset } from './preset.ts';
import { combinationProblems, rateProblems } from './presetCombinations.ts';
import { maxOutputs } from './presetComplete.ts';
import { askedOutputs, filledIn } from './presetOutputs.ts';
import type { AskedOutput } from './presetOutputs.ts';
import { refuse, within } from './problem.ts';
import type { Outcome, Problem } from './problem.ts';
import { checkSound, checkSubtitles } from './soundCheck.ts';
import { videoEncoderProblems } from './videoEncoderCheck.ts';

/** A problem of a preset at its place. */
export interface PresetProblem extends Problem {
  /** From the preset’s root; empty: the preset itself. */
  readonly path: readonly (string | number)[];
}

/** A problem of one output; its path is within the output. */
export interface OutputProblem extends Problem {
  /** Missing for a preset's only output. */
  readonly output?: string | undefined;
  /** The other side of a contradiction: where to look when `path` is not what the person wrote. */
  readonly against?: Problem['path'];
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

function outputProblems(asked: AskedOutput): OutputProblem[] {
  const { container, name, video } = asked;
  if (container === undefined) return [...(video ? rateProblems(video) : []), noContainer(name)];
  const output: OutputPreset = { ...asked, container };
  const problems = [...idleProblems(output), ...absenceProblems(output), ...combinationProblems(output)];
  // What encoders say of a part that is not to be there would be noise.
  return problems.length > 0 ? problems : encoderProblems(filledIn(output));
}

function noContainer(name: string | undefined): Problem {
  return problem(
    ['container'],
    name === undefined ? 'The preset names no container.' : `The output “${name}” names no container.`,
    'Add "container": "mp4", or another; or "extends" with a preset that has one.',
  );
}

/** Fields that mean nothing for this kind of result. */
function idleProblems(output: OutputPreset): Problem[] {
  const kind = outputKind(output);
  const { video } = output;
  const fields = idleFields[kind].output.filter(
    (field) => output[field] !== undefined && output[field] !== false,
  );
  const inVideo =
    video && !fields.includes('video')
      ? idleFields[kind].video.filter((field) => video[field] !== undefined)
      : [];
  return [...fields.map((field) => [field]), ...inVideo.map((field) => ['video', field])].map((path) =>
    problem(
      path,
      `${kindText[kind]} (${output.container}) has no use for ${path.join('.')}.`,
      'Take it out.',
    ),
  );
}

/** What a kind of result cannot be without. */
function absenceProblems(output: OutputPreset): Problem[] {
  const kind = outputKind(output);
  const { container, video, audio } = output;
  const hint = 'Take the “false” out, or say how to encode it.';
  if (kind === 'film')
    return video === false && audio === false
      ? [problem(['audio'], 'Neither picture nor sound: nothing is left to encode.', hint)]
      : [];
  if (kind === 'sound')
    return audio === false
      ? [problem(['audio'], `A result in ${container} is sound, and that is left out.`, hint)]
      : [];
  return video === false
    ? [problem(['video'], `A result in ${container} is a picture, and that is left out.`, hint)]
    : [];
}

/** What the encoders and the container know of themselves. */
function encoderProblems(output: OutputPreset): OutputProblem[] {
  const { container, video, audio, subtitles, extraArguments } = output;
  const ofVideo = video ? videoEncoderProblems(video, container).map((found) => under(found, 'video')) : [];
  const others = [
    audio ? checkSound(output) : undefined,
    subtitles ? checkSubtitles(output) : undefined,
    extraArguments && extraChecked(extraArguments),
  ].flatMap((outcome) => (outcome?.ok === false ? [outcome.problem] : []));
  return [...ofVideo, ...others].map((found) =>
    isEncoder(found.path) ? { ...found, against: ['container'] } : found,
  );
}

function extraChecked(extraArguments: readonly string[]): Outcome<object> {
  const outcome = checkExtraArguments(extraArguments);
  return outcome.ok ? outcome : within(outcome, 'extraArguments');
}

function under(found: Problem, part: string): Problem {
  return { ...found, path: [part, ...(found.path ?? [])] };
}

/** That an encoder will not do is a matter between it and the container. */
function isEncoder(path: Problem['path']): boolean {
  return path?.[1] === 'encoders' || path?.[1] === 'encoder';
}

const kindText: Readonly<Record<OutputKind, string>> = {
  film: 'A film',
  sound: 'Sound alone',
  animation: 'An animation',
  still: 'A still picture',
  ladder: 'A ladder of sizes',
};

function problem(path: string[], message: string, hint: string): Problem {
  return refuse('preset-invalid', message, hint, path).problem;
}
