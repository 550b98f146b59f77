import * as z from 'zod';
import { count, duration, ratio, size, type SettingRow } from '../../protocol/settingRow.ts';
import { hookSchema } from '../hooks/hookSchema.ts';
import { describeHook } from '../hooks/hookTable.ts';

const hooksSchema = z.array(hookSchema).max(100);

/** What happens when a job has ended. */
export const hookSettings = {
  hooks: {
    doc: 'What happens when a job has ended: commands, webhooks, copies; docs/hooks.md says how. In config.jsonc alone.',
    schema: hooksSchema,
    default: [],
    shown: (hooks) => hooksSchema.parse(hooks).map(describeHook),
    onlyIn: 'config.jsonc',
    hot: true,
  },
  hookTimeoutSeconds: duration(
    'seconds',
    60,
    'How long a command of a hook may run, and a webhook may take to answer.',
    { min: 0.1, hot: true },
  ),
  hookStopMs: duration(
    'milliseconds',
    1500,
    'How long a command of a hook that took too long has to end by itself; then it is killed.',
    { hot: true },
  ),
  hookOutputBytes: size(
    'bytes',
    65_536,
    'How much of what a command of a hook prints goes into the job’s log; more ends it.',
    { min: 1, hot: true },
  ),
  hookAttempts: count(12, 'How often a webhook or a copy is tried that does not work.', {
    min: 1,
    max: 1000,
    hot: true,
  }),
  hookRetryMinSeconds: duration('seconds', 10, 'Pause before a hook is tried again; longer with each try.', {
    min: 0.01,
    hot: true,
  }),
  hookRetryMaxSeconds: duration('seconds', 3600, 'The longest pause between two tries of a hook.', {
    min: 0.01,
    hot: true,
  }),
  hookRetryFactor: ratio(2, 'Each such pause is so many times as long as the one before.', {
    min: 1,
    max: 100,
    hot: true,
  }),
  hookRetryJitter: ratio(
    0.25,
    'Such a pause is longer or shorter by chance, by up to this part of it, so that many hooks do not come at once.',
    { hot: true },
  ),
  hookJobsAtOnce: count(20, 'Jobs whose hooks run at the same time.', { min: 1, max: 1000, hot: true }),
  hookLookSeconds: duration(
    'seconds',
    300,
    'How often it is looked whether a hook is due, beside the time it is due at: the machine may have slept, or its clock may have been set.',
    { min: 0.1, hot: true },
  ),
} as const satisfies Record<string, SettingRow>;
