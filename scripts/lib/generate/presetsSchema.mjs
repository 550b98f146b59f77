import * as z from 'zod';
import { builtinPresets } from '../../../src/encoding/builtinPresets.ts';
import { presetNameSchema, presetSchema } from '../../../src/encoding/preset.ts';

/** JSON Schema (draft 7, without `$ref`, which VS Code's settings do not take) of one preset. */
export function presetJsonSchema() {
  const schema = z.toJSONSchema(presetSchema, { target: 'draft-7', io: 'input' });
  delete schema.$schema;
  return schema;
}

/** Of name → preset, with completion for editors that know `defaultSnippets`. */
export function presetsJsonSchema() {
  const { pattern } = z.toJSONSchema(presetNameSchema, { target: 'draft-7' });
  return {
    type: 'object',
    propertyNames: { pattern },
    additionalProperties: {
      ...withMarkdown(presetJsonSchema()),
      defaultSnippets: Object.entries(builtinPresets).map(([name, preset]) => ({
        label: `like ${name}`,
        description: preset.description,
        body: preset,
      })),
    },
    defaultSnippets: Object.entries(builtinPresets).map(([name, preset]) => ({
      label: `a preset like ${name}`,
      description: preset.description,
      body: { [`\${1:my-${name}}`]: preset },
    })),
  };
}

/** What the repository publishes for other editors. */
export function presetsSchema() {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'DFFmpeg presets',
    description: 'Name → preset, as in the setting dffmpeg.presets.',
    ...presetsJsonSchema(),
  };
}

/** VS Code shows `description` as it is, backticks and all, and `markdownDescription` as people expect. */
function withMarkdown(schema) {
  if (Array.isArray(schema)) return schema.map(withMarkdown);
  if (schema === null || typeof schema !== 'object') return schema;
  const copy = { ...schema };
  for (const key of ['properties', 'items', 'anyOf'])
    if (copy[key] !== undefined)
      copy[key] =
        key === 'properties'
          ? Object.fromEntries(Object.entries(copy[key]).map(([name, value]) => [name, withMarkdown(value)]))
          : withMarkdown(copy[key]);
  if (typeof copy.description === 'string') copy.markdownDescription = copy.description;
  return copy;
}
