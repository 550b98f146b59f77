import { presetJsonSchema } from './presetsSchema.mjs';
import { code } from './schemaText.mjs';

/** Every field of a preset with its dotted name: parents before children, those of rules and lists as `tracks[].do`. */
export function fieldSections() {
  const { properties } = presetJsonSchema();
  const { outputs, ...own } = properties;
  const named = objectOf(outputs.additionalProperties);
  const ofOutputs = Object.entries(named.properties).filter(([name]) => !Object.hasOwn(own, name));
  return [
    ...Object.entries(own).flatMap(([name, schema]) => fields(name, schema, 3)),
    ...section('outputs', outputs, 3),
    'Every field above but `extends` and `description` may stand in an output too. Besides:',
    ...ofOutputs.flatMap(([name, schema]) => fields(`outputs.*.${name}`, schema, 4)),
  ].join('\n\n');
}

function fields(name, schema, level, required = false) {
  const { suffix, object } = below(schema);
  const children = Object.entries(object?.properties ?? {});
  return [
    ...section(name, schema, level, required),
    ...children.flatMap(([key, child]) =>
      fields(`${name}${suffix}.${key}`, child, 4, object.required?.includes(key) ?? false),
    ),
  ];
}

function section(name, schema, level, required = false) {
  const { description, examples = [] } = schema;
  const facts = [
    `- Values: ${valuesOf(schema)}`,
    ...(required ? ['- Required'] : []),
    ...(schema.default === undefined ? [] : [`- Default: ${code(JSON.stringify(schema.default))}`]),
    ...examples
      .slice(0, shownExamples)
      .map(
        (value) =>
          `- Example: ${code(`${JSON.stringify(name.split('.').at(-1))}: ${JSON.stringify(value)}`)}`,
      ),
  ];
  return [`${'#'.repeat(level)} ${name}`, description, facts.join('\n')];
}

const shownExamples = 3;

/** The object that a field is or holds many of. */
function below(schema) {
  const options = schema.anyOf ?? [schema];
  const list = options.find(({ type }) => type === 'array');
  const item = list && objectOf(list.items);
  if (item) return { suffix: '[]', object: item };
  return { suffix: '', object: options.map(objectOf).find(Boolean) };
}

function objectOf(schema) {
  return schema.type === 'object' && schema.properties ? schema : undefined;
}

/** What a field takes, in words. */
function valuesOf(schema) {
  if (schema.anyOf) return schema.anyOf.map(valuesOf).join(', or ');
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.enum) return schema.enum.map((value) => code(JSON.stringify(value))).join(', ');
  switch (schema.type) {
    case 'array':
      return schema.items.properties
        ? 'a list of objects with the fields below'
        : `a list of: ${valuesOf(schema.items)}`;
    case 'object':
      return schema.properties ? 'an object with the fields below' : 'an object, name → value';
    case 'boolean':
      return '`true` or `false`';
    case 'integer':
    case 'number':
      return `${schema.type === 'integer' ? 'a whole number' : 'a number'} from ${schema.minimum} to ${schema.maximum}`;
    default:
      if (schema.pattern) return 'text as in the examples';
      return schema.maxLength ? `text of at most ${schema.maxLength} characters` : 'text';
  }
}
