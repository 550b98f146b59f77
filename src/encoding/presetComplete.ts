import { presetSchema } from './preset.ts';
import { askedOutputs, maxOutputs } from './presetOutputs.ts';

/**
 * A preset as it travels in a job: nothing is inherited, and each output has its container. Whether its parts go
 * together is for `checkPreset` to say, once, where a person can still mend it.
 */
export const completePresetSchema = presetSchema.omit({ extends: true }).superRefine((preset, context) => {
  if (Object.keys(preset.outputs ?? {}).length > maxOutputs)
    context.addIssue({
      code: 'custom',
      message: `A preset has at most ${maxOutputs} outputs.`,
      path: ['outputs'],
    });
  for (const { name, container } of askedOutputs(preset))
    if (container === undefined)
      context.addIssue({
        code: 'custom',
        message: 'An output has no container.',
        path: name === undefined ? ['container'] : ['outputs', name, 'container'],
      });
});
