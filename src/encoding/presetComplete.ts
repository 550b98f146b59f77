import { presetSchema } from './preset.ts';

/** Outputs of one preset, at most. */
export const maxOutputs = 64;

/**
 * A preset as it travels in a job: nothing is inherited, and each output has its container. Whether its parts go
 * together is for `checkPreset` to say, once, where a person can still mend it.
 */
export const completePresetSchema = presetSchema.omit({ extends: true }).superRefine((preset, context) => {
  const named = Object.entries(preset.outputs ?? {});
  const incomplete = named.filter(([, output]) => (output.container ?? preset.container) === undefined);
  const problem = (message: string, ...path: string[]): void => {
    context.addIssue({ code: 'custom', message, path });
  };
  if (named.length > maxOutputs) problem(`A preset has at most ${maxOutputs} outputs.`, 'outputs');
  if (named.length === 0 && preset.container === undefined) problem('A container is missing.', 'container');
  for (const [name] of incomplete) problem('A container is missing.', 'outputs', name, 'container');
});
