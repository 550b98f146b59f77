import { builtinPresets, defaultPresetName } from '../../../src/encoding/builtinPresets.ts';
import { containerTable } from '../../../src/encoding/containers.ts';
import { audioEncoderTable, videoEncoderTable } from '../../../src/encoding/encoders.ts';
import { defaultOutputTemplate, templateVariables } from '../../../src/encoding/outputName.ts';
import { presetJsonSchema } from './presetsSchema.mjs';
import { table, typeText } from './schemaText.mjs';

/** docs/presets.md: every field of a preset, from the schema that checks it. */
export function presetsDocument() {
  return `<!-- Written by npm run generate. Do not edit. -->

# Presets

A preset says how to encode: container, picture, sound. Yours go into the setting \`dffmpeg.presets\`, by name;
a name of 1 to 40 letters, digits, \`-\` or \`_\`. A preset of yours with the name of a built-in one replaces it.

\`\`\`json
{
  "dffmpeg.presets": {
    "review": ${JSON.stringify(example, null, 2).replaceAll('\n', '\n    ')}
  }
}
\`\`\`

## Fields

${fields(presetJsonSchema())
  .map(({ name, schema, required }) => field(name, schema, required))
  .join('\n')}

## What goes with what

A container that cannot hold what an encoder makes is refused with a sentence before anything runs.

${table(
  ['Container', 'Picture', 'Sound'],
  Object.entries(containerTable).map(([name, entry]) => [
    `\`${name}\``,
    encodersOf(videoEncoderTable, entry.videoCodecs),
    encodersOf(audioEncoderTable, entry.audioCodecs),
  ]),
)}

Which encoders your machine has is for a trial run to say: \`dffmpeg doctor\` lists those that worked.

## What is kept and what is not

- Picture: the default one, else the largest. It is never enlarged, keeps its aspect, and gets even sides. A
  picture turned by its metadata is stored upright.
- Sound: Matroska keeps every track, the other containers the default one (else the first).
- Metadata and chapters are copied. Subtitles, data tracks and cover pictures are left out; the result says so.
- A variable frame rate stays variable, unless \`maxFrameRate\` is lower.

## Name of the result

The setting \`dffmpeg.output\` and \`dffmpeg encode --output\` take a template; a relative one starts at the source's
folder. When the name is taken, a number follows: \`clip.web-2.mp4\`. Nothing is ever replaced.

\`\`\`text
${defaultOutputTemplate}
\`\`\`

${table(
  ['Variable', 'Stands for'],
  Object.entries(templateVariables).map(([name, meaning]) => [`\`\${${name}}\``, meaning]),
)}

## Built-in presets

\`${defaultPresetName}\` is the default.

${Object.entries(builtinPresets)
  .map(([name, preset]) => `### ${name}\n\n\`\`\`json\n${JSON.stringify(preset, null, 2)}\n\`\`\`\n`)
  .join('\n')}`;
}

const example = {
  container: 'mp4',
  video: { encoders: ['h264_nvenc', 'libx264'], crf: 24, maxHeight: 1080 },
  audio: { encoder: 'aac', bitrate: '160k', maxChannels: 2 },
};

/** Every field with its dotted name, parents before children. */
function fields(schema, prefix = '') {
  return Object.entries(schema.properties ?? {}).flatMap(([key, child]) => {
    const name = `${prefix}${key}`;
    const object = child.anyOf?.find((option) => option.type === 'object');
    const required = schema.required?.includes(key) ?? false;
    return [{ name, schema: child, required }, ...(object ? fields(object, `${name}.`) : [])];
  });
}

function field(name, schema, required) {
  const isPart = schema.anyOf?.some((option) => option.type === 'object');
  return [
    `### ${name}`,
    '',
    schema.description,
    '',
    ...(isPart ? ['- Values: an object with the fields below, or `false`'] : [`- Values: ${values(schema)}`]),
    `- ${required ? 'Required' : `Default: ${schema.default === undefined ? 'none' : code(schema.default)}`}`,
    ...(schema.examples ?? []).map(
      (value) => `- Example: \`${JSON.stringify(name.split('.').at(-1))}: ${JSON.stringify(value)}\``,
    ),
    '',
  ].join('\n');
}

function values(schema) {
  if (schema.enum) return schema.enum.map(code).join(', ');
  if (schema.type === 'array') return `one or more of ${schema.items.enum.map(code).join(', ')}`;
  if (schema.minimum !== undefined)
    return `${schema.type === 'integer' ? 'a whole number' : 'a number'} from ${schema.minimum} to ${schema.maximum}`;
  if (schema.pattern) return `text that matches \`${schema.pattern}\``;
  if (schema.maxLength) return `text of at most ${schema.maxLength} characters`;
  return code(typeText(schema));
}

function encodersOf(encoders, codecs) {
  const names = Object.keys(encoders).filter((name) => codecs.includes(encoders[name].codec));
  return names.length > 0 ? names.map(code).join(', ') : '–';
}

function code(value) {
  return `\`${value}\``;
}
