import * as z from 'zod';
import { builtinPresets, featuredPresets } from '../../../src/encoding/builtinPresets.ts';
import { presetNameSchema, presetSchema } from '../../../src/encoding/preset.ts';

const draft = { target: 'draft-7', io: 'input' };

/** JSON Schema (draft 7, without `$ref`, which VS Code's settings do not take) of one preset. */
export function presetJsonSchema() {
  const schema = z.toJSONSchema(presetSchema, draft);
  delete schema.$schema;
  // Editors offer examples: of `extends` every name that there always is.
  schema.properties.extends.examples = Object.keys(builtinPresets);
  return schema;
}

/** Of the setting. Descriptions are Markdown alone, since the manifest is read at every start. */
export function presetsSettingSchema() {
  return presetsSchema(({ description, ...schema }) =>
    description === undefined ? schema : { ...schema, markdownDescription: description },
  );
}

/** Of `*.dffmpeg-presets.json`, for every editor. */
export function presetsFileSchema() {
  const { propertyNames, ...schema } = presetsSchema((part) =>
    part.description === undefined ? part : { ...part, markdownDescription: part.description },
  );
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'DFFmpeg presets',
    description: 'Name → preset, as in the setting dffmpeg.presets.',
    ...schema,
    properties: { $schema: { type: 'string' } },
    propertyNames: { anyOf: [{ const: '$schema' }, propertyNames] },
  };
}

/** Of name → preset, with completion for editors that know `defaultSnippets`. */
function presetsSchema(change) {
  return {
    type: 'object',
    propertyNames: { pattern: z.toJSONSchema(presetNameSchema, draft).pattern },
    additionalProperties: { ...mapSchemas(presetJsonSchema(), change), defaultSnippets: presetSnippets() },
    defaultSnippets: namedSnippets(),
  };
}

function presetSnippets() {
  return Object.entries(builtinPresets).map(([name, { description }]) => ({
    label: `like ${name}`,
    description,
    body: { extends: name },
  }));
}

function namedSnippets() {
  const whole = featuredPresets[0];
  return [
    ...Object.entries(builtinPresets).map(([name, { description }]) => ({
      label: `a preset like ${name}`,
      description,
      body: { [`\${1:my-${name}}`]: { extends: name, description: '${2:What is different.}' } },
    })),
    {
      label: 'a preset that stands by itself',
      description: 'Everything is said in it.',
      body: { '${1:mine}': builtinPresets[whole] },
    },
  ];
}

/** The same schema with each of its parts, innermost first, turned into another. */
function mapSchemas(schema, change) {
  const each = (child) => mapSchemas(child, change);
  const copy = { ...schema };
  if (copy.properties !== undefined)
    copy.properties = Object.fromEntries(
      Object.entries(copy.properties).map(([name, child]) => [name, each(child)]),
    );
  if (copy.items !== undefined) copy.items = each(copy.items);
  if (copy.anyOf !== undefined) copy.anyOf = copy.anyOf.map(each);
  if (typeof copy.additionalProperties === 'object')
    copy.additionalProperties = each(copy.additionalProperties);
  return change(copy);
}
