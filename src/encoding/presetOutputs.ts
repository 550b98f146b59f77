import { defaultEncoders } from './defaultEncoders.ts';
import { outputKind } from './output.ts';
import type { OutputPreset } from './output.ts';
import type { NamedOutput, Preset } from './preset.ts';
import { mergeOutput } from './presetMerge.ts';

/** An output with everything that it inherits, as asked: nothing is filled in, a container may be missing. */
export interface AskedOutput extends NamedOutput {
  /** Missing for a preset's only output. */
  readonly name?: string;
}

/** Named outputs in their order; a preset without any has one of its own. */
export function askedOutputs(preset: Preset): AskedOutput[] {
  const own: NamedOutput = mergeOutput({}, preset, ['outputs', 'description']);
  const named = Object.entries(preset.outputs ?? {});
  if (named.length === 0) return [own];
  return named.map(([name, output]) => ({ ...mergeOutput(own, output), name }));
}

/** The outputs of a complete preset, each with what its container does without being told. */
export function outputsOf(preset: Preset): OutputPreset[] {
  return askedOutputs(preset).map(({ container, ...output }) => {
    if (container === undefined)
      throw new TypeError('The preset is not complete: an output has no container.');
    return filledIn({ ...output, container });
  });
}

/** What is missing is made by the container's usual encoder; what it cannot have is `false`. */
export function filledIn(output: OutputPreset): OutputPreset {
  const kind = outputKind(output);
  const usual = defaultEncoders(output.container);
  const { video = {}, audio = {} } = output;
  const noSound = kind === 'still' || kind === 'animation';
  return {
    ...output,
    video:
      usual.video === undefined || video === false
        ? false
        : video.copy === true
          ? video
          : { ...video, encoders: video.encoders ?? [...usual.video] },
    audio:
      noSound || usual.audio === undefined || audio === false
        ? false
        : { ...audio, encoder: audio.encoder ?? usual.audio },
    ...(noSound || kind === 'sound' ? { subtitles: false } : {}),
  };
}
