import { presetSchema } from './preset.ts';
import { askedOutputs } from './presetOutputs.ts';

/**
 * A preset as it travels in a job: nothing is inherited, and each output has its container. Whether its parts go
 * together is for `checkPreset` to say, once, where a person can still mend it.
 */
export const completePresetSchema = presetSchema.omit({ extends: true }).superRefine((preset, context) => {
  for (const { name, container } of askedOutputs(preset))
    if (container === undefined)
      context.addIssue({
        code: 'custom',
        message: 'An output has no container.',
        path: name === undefined ? ['container'] : ['outputs', name, 'container'],
      });
});
