import fc from 'fast-check';
import * as z from 'zod';
import { presetSchema, type PresetSource } from '../../../src/encoding/preset.ts';

/** The kinds of fields that the schema has; another one makes `arbitraryOf` throw. */
type UsedTypes =
  | z.core.$ZodOptional
  | z.core.$ZodObject
  | z.core.$ZodUnion
  | z.core.$ZodArray
  | z.core.$ZodRecord
  | z.core.$ZodEnum
  | z.core.$ZodLiteral
  | z.core.$ZodBoolean
  | z.core.$ZodNumber
  | z.core.$ZodString;

/** Anything that the preset's schema lets through, made from the schema itself: a new field is in it by itself. */
export function presetSources(): fc.Arbitrary<PresetSource> {
  return arbitraryOf(presetSchema) as fc.Arbitrary<PresetSource>;
}

const texts = [
  ...['12.5', '1:30', '0:01:30.5', '10%', 'auto', '2500k', '4M', '25MB', '4.1', 'eng', 'und', 'aac', 'ac3'],
  ...[
    'logo.png',
    'look.cube',
    'words.srt',
    'web',
    'mine',
    '${fileBasenameNoExtension}.${output}.${ext}',
    '-g',
    '48',
  ],
];
const mostFields = 3;
const numbers = [0, 0.5, 0.98, 1, 2, 10, 22, 25, 50, 90, 180, 480, 720, 1080, -16];

function arbitraryOf(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  const { def } = (schema as UsedTypes)._zod;
  const fits = (value: unknown): boolean => z.safeParse(schema, value).success;
  switch (def.type) {
    case 'optional':
      return arbitraryOf(def.innerType);
    case 'object':
      return objectOf(def.shape).filter(fits);
    case 'union':
      return fc.oneof(...def.options.map(arbitraryOf));
    case 'array':
      return fc.array(arbitraryOf(def.element), { minLength: 1, maxLength: 3 });
    case 'record':
      return fc.dictionary(
        fc.constantFrom('hd', 'poster', 'title', 'constructor'),
        arbitraryOf(def.valueType),
        { maxKeys: 2 },
      );
    case 'enum':
      return fc.constantFrom(...Object.values(def.entries));
    case 'literal':
      return fc.constantFrom(...def.values);
    case 'boolean':
      return fc.boolean();
    case 'number':
      return fc.constantFrom(...numbers.filter(fits));
    case 'string':
      return fc.constantFrom(...texts.filter(fits));
  }
  throw new Error(`The schema has a new kind of field: ${String((def as z.core.$ZodTypeDef).type)}.`);
}

/** A few fields at a time: with all at once nothing would ever go together. */
function objectOf(shape: Readonly<Record<string, z.core.$ZodType>>): fc.Arbitrary<unknown> {
  const keys = Object.keys(shape);
  const required = keys.filter((key) => shape[key]?._zod.def.type !== 'optional');
  const optional = keys.filter((key) => !required.includes(key));
  const fields = Object.fromEntries(Object.entries(shape).map(([key, field]) => [key, arbitraryOf(field)]));
  return fc
    .subarray(optional, { maxLength: Math.min(mostFields, optional.length) })
    .chain((chosen) =>
      fc.record(
        Object.fromEntries([...required, ...chosen].map((key) => [key, fields[key] ?? fc.constant(0)])),
      ),
    );
}
