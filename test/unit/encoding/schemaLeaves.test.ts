import assert from 'node:assert/strict';
import * as z from 'zod';
import { outputCondition } from './outputConditionText.ts';
import { builtinPresets } from '../../../src/encoding/builtinPresets.ts';
import { defaultOutputTemplate } from '../../../src/encoding/outputName.ts';
import { planOutput } from '../../../src/encoding/planOutput.ts';
import { presetSchema } from '../../../src/encoding/preset.ts';
import type { Preset } from '../../../src/encoding/preset.ts';
import { outputsOf } from '../../../src/encoding/presetOutputs.ts';
import { measureAll, printPlan } from './goldenPlan.ts';
import { goldenPresets } from './goldenPresets.ts';
import { dialects, everything, probes } from './probes.ts';

/**
 * No field of the schema is there for nothing: each is used by a preset with golden files, and without it one of
 * those files would say something else.
 */
describe('every leaf of the preset schema', () => {
  /** For people, or gone before anything is planned. */
  const silent = ['description', 'extends'];
  const presets = { ...goldenPresets, ...builtinPresets };

  for (const leaf of leaves(presetSchema))
    if (!silent.includes(leaf.join('.')))
      it(leaf.join('.'), () => {
        const users = Object.values(presets).flatMap((preset) =>
          without(preset, leaf).map((rest) => ({ preset, rest })),
        );
        assert.ok(users.length > 0, 'no golden preset uses it: add it to goldenPresets.ts');
        assert.ok(
          users.some(({ preset, rest }) => differs(preset, rest)),
          'leaving it out changes no argument',
        );
      });
});

function differs(preset: Preset, rest: Preset): boolean {
  for (const dialect of Object.values(dialects))
    for (const probe of Object.values(probes)) {
      const text = (each: Preset) => {
        try {
          return outputsOf(each).map((output) => {
            const built = measureAll((measured) =>
              planOutput({
                output,
                sources: [{ path: '/in.mp4', probe }],
                dialect,
                capabilities: everything,
                measured,
              }),
            );
            const name = output.file ?? defaultOutputTemplate;
            return [name, outputCondition(output, probe), printPlan(built)].join('\n');
          });
        } catch {
          return ['not a preset'];
        }
      };
      if (text(preset).join('\n') !== text(rest).join('\n')) return true;
    }
  return false;
}

type Step = string;
interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/** Paths of all fields; `*` stands for any name or place of a list. */
function leaves(schema: z.ZodType): Step[][] {
  return walk(z.toJSONSchema(schema, { io: 'input' }) as JsonSchema, []);
}

function walk(schema: JsonSchema, path: Step[]): Step[][] {
  const options = schema.anyOf ?? [schema];
  return options.flatMap((option) => {
    const fields = Object.entries(option.properties ?? {}).flatMap(([name, child]) => [
      [...path, name],
      ...walk(child, [...path, name]),
    ]);
    const named =
      typeof option.additionalProperties === 'object' && path.at(-1) === 'outputs'
        ? walk(option.additionalProperties, [...path, '*'])
        : [];
    const listed = option.items === undefined ? [] : walk(option.items, [...path, '*']);
    // An output’s own fields are those of the preset again; only what it has beside them is new.
    const known = named.filter((field) => field[2] === 'when' || field[2] === 'file');
    return [...fields, ...known, ...listed];
  });
}

/** The preset without this field, for each place where it has it. */
function without(preset: Preset, path: readonly Step[]): Preset[] {
  const [step, ...rest] = path;
  if (step === undefined || typeof preset !== 'object' || preset === null) return [];
  const record = preset as Readonly<Record<string, unknown>>;
  const keys = step === '*' ? Object.keys(record) : Object.hasOwn(record, step) ? [step] : [];
  // Fields of an output count wherever an output is.
  const below =
    path[0] !== 'outputs' && isRecord(record['outputs'])
      ? Object.keys(record['outputs']).flatMap((name) =>
          without((record['outputs'] as Record<string, Preset>)[name] as Preset, path).map((output) => ({
            ...record,
            outputs: { ...(record['outputs'] as object), [name]: output },
          })),
        )
      : [];
  const here = keys.flatMap((key) => {
    if (rest.length > 0)
      return without(record[key] as Preset, rest).map((child) => replaced(record, key, child));
    return [removed(record, key)];
  });
  return [...here, ...below] as Preset[];
}

function replaced(record: Readonly<Record<string, unknown>>, key: string, child: unknown): unknown {
  return Array.isArray(record) ? record.with(Number(key), child) : { ...record, [key]: child };
}

function removed(record: Readonly<Record<string, unknown>>, key: string): unknown {
  if (Array.isArray(record)) return record.toSpliced(Number(key), 1);
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
