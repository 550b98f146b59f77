import { audioEncoderTable } from '../../../src/encoding/audioEncoders.ts';
import { builtinPresets, defaultPresetName } from '../../../src/encoding/builtinPresets.ts';
import { containerTable } from '../../../src/encoding/containers.ts';
import { defaultEncoders } from '../../../src/encoding/defaultEncoders.ts';
import { extraArgumentOptions } from '../../../src/encoding/extraArguments.ts';
import { defaultOutputTemplate, templateVariables } from '../../../src/encoding/outputName.ts';
import { outputsOf } from '../../../src/encoding/presetOutputs.ts';
import { losses } from '../../../src/encoding/verdict.ts';
import { videoEncoderTable } from '../../../src/encoding/videoEncoders.ts';
import { fieldSections } from './presetFields.mjs';
import { qualitySection } from './presetQuality.mjs';
import { code, table } from './schemaText.mjs';

/** docs/presets.md: every field of a preset, from the schema that checks it. */
export function presetsDocument() {
  return `<!-- Written by npm run generate. Do not edit. -->

# Presets

A preset says how to encode. It is read aloud as it is written:

\`\`\`json
${compact({ review: example })}
\`\`\`

“Like \`web\`, a little better, with a logo.” Everything that it does not say is as the preset says that it extends, and
else as it is usual: a container alone (\`{"container": "webm"}\`) is a preset already.

- [Where presets are](#where-presets-are), [one extends another](#one-extends-another),
  [several results](#several-results), [names of results](#names-of-results)
- [Built-in presets](#built-in-presets)
- [Fields](#fields), [what goes with what](#what-goes-with-what), [what is kept](#what-is-kept),
  [extra arguments](#extra-arguments)

## Where presets are

A preset has a name of 1 to 40 letters, digits, \`-\` or \`_\`. Of one name the last of these counts:

1. the built-in ones below,
2. \`presets\` in the daemon’s \`config.jsonc\`,
3. \`dffmpeg.presets\` in your settings of VS Code,
4. \`*.dffmpeg-presets.json\` in the folder of the workspace or its \`.vscode\`: name → preset, comments allowed,
5. \`dffmpeg.presets\` in the settings of the workspace (\`.vscode/settings.json\`).

What is wrong is said at its very line, in VS Code and by \`dffmpeg presets validate FILE\`, before anything runs.
\`dffmpeg presets show NAME\` prints a preset with everything that it inherits.

## One extends another

\`"extends"\` names the preset to begin with; one that extends its own name means the built-in one. Up to ten may follow
each other.

- Objects are merged, everything else is replaced: \`"video": {"crf": 21}\` leaves the rest of \`video\` as it was.
- Of fields that exclude each other the new one counts: a \`bitrate\` takes back the \`crf\`, \`height\` takes back
  \`maxHeight\`, \`trim.end\` takes back \`trim.duration\`, \`copy\` takes back every setting of the picture.
- What belongs to an encoder does not count for another codec: naming \`encoders\` of another one takes back \`crf\`,
  \`profile\`, \`level\` and \`tune\`.
- A \`container\` of another kind, such as \`jpg\` after \`mp4\`, takes back what has no meaning there.
- \`description\` is not inherited: it would describe the other one.

## Several results

\`outputs\` makes several results of one source. Each begins with what the preset itself says, as above:

\`\`\`json
${compact({ publish: severalExample })}
\`\`\`

\`when\` leaves a result out for sources that it is not meant for; then the job says so.

## Names of results

The setting \`dffmpeg.output\`, \`dffmpeg encode --output\` and \`file\` of an output take a template; a relative one starts
at the source’s folder. When the name is taken, a number follows: \`clip.web-2.mp4\`. Nothing is ever replaced.
A name that is too long for its disk is refused before anything is encoded. Where
several results would have the same name, that of the output is put before the extension.

\`\`\`text
${defaultOutputTemplate}
\`\`\`

${table(
  ['Variable', 'Stands for'],
  Object.entries(templateVariables).map(([name, meaning]) => [`\`\${${name}}\``, meaning]),
)}

## Built-in presets

\`${defaultPresetName}\` is the default. Those that make a picture for ordinary screens turn HDR into SDR.

${table(
  ['Name', 'Makes', 'Container', 'Picture', 'Sound'],
  Object.entries(builtinPresets).map(([name, preset]) => [code(name), preset.description, ...makes(preset)]),
)}

${qualitySection()}${Object.entries(builtinPresets)
    .map(([name, preset]) => `### ${name}\n\n\`\`\`json\n${compact(preset)}\n\`\`\`\n`)
    .join('\n')}
## Fields

${fieldSections()}

## What goes with what

A container that cannot hold what an encoder makes is refused with a sentence before anything runs. The encoders in
bold are used where the preset names none.

${table(
  ['Container', 'Picture', 'Sound'],
  Object.entries(containerTable).map(([name, entry]) => [
    code(name),
    encodersOf(videoEncoderTable, entry.videoCodecs, defaultEncoders(name).video ?? []),
    encodersOf(audioEncoderTable, entry.audioCodecs, [defaultEncoders(name).audio]),
  ]),
)}

Which encoders your machine has is for a trial run to say: \`dffmpeg doctor\` lists those that worked.

## What is kept

- Picture: the default one, else the largest. It is never enlarged unless \`enlarge\` says so, keeps its aspect, and gets
  sides that its pixel format can have. A picture turned by its metadata is stored upright.
- Colour: with all its tags. HDR stays HDR where the encoder can say so (\`dynamicRange\` changes that), and what cannot
  be kept, such as Dolby Vision, is said beforehand.
- Sound: ${listed(containersThat(({ manyAudioTracks }) => manyAudioTracks))} keep every track, the other containers the default one (else
  the first), unless \`audio.tracks\` says otherwise.
- Subtitles: every track that the container can hold; text is converted into its kind of text.
- Chapters, tags and cover pictures where the container has a place for them, attached fonts in \`mkv\`. What a phone has written
  (place, local time, its make) stays in \`mp4\` and \`mov\`, too; with it all tags of that file have the form of phones.
- A variable frame rate stays variable, unless \`maxFrameRate\`, \`frameRate\` or \`frameTiming\` say otherwise.

Everything that is left out is said with the result, also where the preset says so. Where it is something of the film,
the finding says what is lost, and the result does not take the place of its source by itself
([cli.md](cli.md), \`--on-success replace\`):

${lossTable()}

What is no such loss: a smaller picture, fewer frames, fewer bits, black bars (\`"crop": "auto"\`), tags that the preset leaves
out; fonts that no kept subtitle uses, how a phone or camera was held and what a broadcast says of other
programmes.

## Extra arguments

\`extraArguments\` takes ffmpeg’s own options of the result, one array element each, from this list: none of them opens
another file or speaks to a network. A stream may be named as ffmpeg does: \`-b:a:0\`.

${extraArgumentLists()}
`;
}

const example = {
  extends: 'web',
  video: { crf: 20, watermark: { file: 'logo.png', position: 'top-right' } },
};

const severalExample = {
  extends: 'web',
  outputs: {
    hd: {},
    uhd: { video: { encoders: ['libx265'], crf: 22, maxHeight: 2160 }, when: { tallerThan: 1080 } },
    poster: { container: 'jpg', file: '${fileDirname}/${fileBasenameNoExtension}.jpg' },
  },
};

/** What the first output of a preset is made with. */
function makes(preset) {
  const [{ container, video, audio }] = outputsOf(preset);
  const picture = video === false ? '–' : video.copy ? 'as it is' : video.encoders.map(code).join(', else ');
  return [code(container), picture, audio === false ? '–' : code(audio.encoder)];
}

function encodersOf(encoders, codecs, usual) {
  const names = Object.keys(encoders).filter((name) => codecs.includes(encoders[name].codec));
  const shown = names.map((name) => (usual.includes(name) ? `**${code(name)}**` : code(name)));
  return names.length > 0 ? shown.join(', ') : '–';
}

function containersThat(fits) {
  return Object.entries(containerTable)
    .filter(([, entry]) => fits(entry))
    .map(([name]) => code(name));
}

/** A list for each kind of use: what an option takes may be a long list itself, too long for a table. */
function extraArgumentLists() {
  const options = extraArgumentOptions();
  return [...new Set(options.map((option) => option.for))]
    .map((purpose) => {
      const rows = options.filter((option) => option.for === purpose);
      const lines = rows.map(({ option, takes }) => `- ${code(option)}: ${takes}`);
      return `### For ${purpose}\n\n${lines.join('\n')}`;
    })
    .join('\n\n');
}

const lossWords = {
  picture:
    'another video track; edges that `crop` or `fit` cut off, also bars that `auto` has found: it looks at eight places of the film',
  sound: 'a track of sound, or all of it',
  channels: 'channels that are mixed (5.1 to stereo), sound objects',
  subtitles: 'a track, its fonts and places, captions inside the picture',
  transparency: 'what is seen through',
  'dynamic-range': 'HDR that becomes SDR, the data of Dolby Vision and HDR10+',
  'stereo-3d': 'that the picture is for both eyes, where the container says so',
  spherical: 'that it shows all around (360°), where its sound comes from',
  chapters: 'the chapters',
  cover: 'the cover, or a picture beside it',
  attachments: 'attached files, fonts where subtitles use them',
  data: 'a data track, such as where an action camera was, or its timecode',
  tags: 'tags whose value the result has under no name',
};

function lossTable() {
  return table(
    ['`loses`', 'What is not in the result'],
    losses.map((name) => {
      if (lossWords[name] === undefined) throw new Error(`Say in presetsDocument.mjs what “${name}” is.`);
      return [code(name), lossWords[name]];
    }),
  );
}

function listed(words) {
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** JSON as people write it: what fits into a line is one. */
function compact(value, indent = '') {
  const oneLine = inOneLine(value);
  const isSmall = indent !== '' && indent.length + oneLine.length <= 90;
  if (value === null || typeof value !== 'object' || isSmall) return oneLine;
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const parts = Array.isArray(value)
    ? value.map((part) => compact(part, inner))
    : Object.entries(value).map(([key, part]) => `${JSON.stringify(key)}: ${compact(part, inner)}`);
  return `${open}\n${parts.map((part) => `${inner}${part}`).join(',\n')}\n${indent}${close}`;
}

function inOneLine(value) {
  if (Array.isArray(value)) return `[${value.map(inOneLine).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const parts = Object.entries(value).map(([key, part]) => `${JSON.stringify(key)}: ${inOneLine(part)}`);
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
}
