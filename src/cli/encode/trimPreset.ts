import { InvalidArgumentError } from 'commander';
import type { Preset, Trim } from '../../encoding/preset.ts';
import { timeSchema } from '../../encoding/presetValues.ts';
import { DffmpegError } from '../../protocol/errors.ts';

export type Time = NonNullable<Trim['start']>;

/** As it is typed in a preset: `90.5`, `1:30`. */
export function readTime(text: string): Time {
  const typed = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
  const time = timeSchema.safeParse(typed);
  if (time.success) return time.data;
  throw new InvalidArgumentError('A time is seconds or [hours:]minutes:seconds, such as 90.5 or 1:30.');
}

/** The part that the command line names, in place of what the preset and its outputs say. */
export function withTrim(preset: Preset, { start, end, duration }: Trim): Preset {
  if (start === undefined && end === undefined && duration === undefined) return preset;
  if (end !== undefined && duration !== undefined)
    throw new DffmpegError('request-invalid', '--end and --duration both say where the result ends.', {
      hint: 'Leave one of them out.',
    });
  const trim: Trim = {
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    ...(duration === undefined ? {} : { duration }),
  };
  const outputs = Object.entries(preset.outputs ?? {}).map(([name, { trim: _, ...output }]) => [
    name,
    output,
  ]);
  return {
    ...preset,
    trim,
    ...(preset.outputs === undefined ? {} : { outputs: Object.fromEntries(outputs) as Preset['outputs'] }),
  };
}
