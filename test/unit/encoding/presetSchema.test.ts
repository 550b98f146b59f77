import assert from 'node:assert/strict';
import * as z from 'zod';
import { presetSchema } from '../../../src/encoding/preset.ts';

interface Leaf {
  readonly path: string;
  readonly schema: z.core.$ZodType;
}

/** Every field of a preset with its dotted name, those of rules and of named outputs too. */
function fieldsOf(schema: z.core.$ZodType, path = ''): Leaf[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'optional') return fieldsOf(def.innerType, path);
  if (def.type === 'union') return def.options.flatMap((option) => fieldsOf(option, path));
  if (def.type === 'array') return fieldsOf(def.element, `${path}[]`);
  if (def.type === 'record') return fieldsOf(def.valueType, `${path}.*`);
  if (def.type !== 'object') return [];
  return Object.entries(def.shape).flatMap(([key, field]) => {
    const name = path === '' ? key : `${path}.${key}`;
    return [{ path: name, schema: field }, ...fieldsOf(field, name)];
  });
}

const fields = fieldsOf(presetSchema);

describe('every field of a preset', () => {
  it('is found', () => {
    const paths = fields.map(({ path }) => path);
    for (const path of [
      'video.crop.top',
      'audio.tracks[].when.language',
      'outputs.*.when.hdr',
      'ladder.rungs[].height',
    ])
      assert.ok(paths.includes(path), path);
    assert.ok(paths.length > 120);
  });

  it('has a sentence for a person, and an example that it takes', () => {
    for (const { path, schema } of fields) {
      const meta = z.globalRegistry.get(schema);
      assert.match(meta?.description ?? '', /[.”]$/, path);
      const examples = meta?.['examples'] as unknown[] | undefined;
      assert.ok(examples?.length, `${path} has no example`);
      for (const example of examples)
        assert.ok(z.safeParse(schema, example).success, `${path}: ${JSON.stringify(example)}`);
    }
  });

  it('takes its own default', () => {
    for (const { path, schema } of fields) {
      const meta = z.globalRegistry.get(schema);
      if (meta && 'default' in meta) assert.ok(z.safeParse(schema, meta['default']).success, path);
    }
  });
});
