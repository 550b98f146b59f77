/**
 * `npm run generate [-- --check]`: writes what is made from the code's own tables, or with `--check` names the
 * files that no longer agree with them and ends with 1.
 *
 *   package.json                 the schema of the setting `dffmpeg.presets`; nothing else in it is touched
 *   schemas/presets.schema.json  the same for *.dffmpeg-presets.json, in every editor
 *   docs/presets.md              every field of a preset
 *   docs/protocol.md             every method and event
 *   docs/settings.md             every setting, with default, unit, flag and variable
 *   docs/architecture.md         its tables of rooms and of a job's transitions; the rest is written by hand
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as prettier from 'prettier';
import { architectureDocument } from './lib/generate/architectureDocument.mjs';
import { withPresetsSetting } from './lib/generate/manifest.mjs';
import { presetsDocument } from './lib/generate/presetsDocument.mjs';
import { presetsFileSchema } from './lib/generate/presetsSchema.mjs';
import { protocolDocument } from './lib/generate/protocolDocument.mjs';
import { settingsDocument } from './lib/generate/settingsDocument.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Path → what it should hold, given what it holds now. */
const generated = {
  'package.json': (current) => JSON.stringify(withPresetsSetting(JSON.parse(current))),
  'schemas/presets.schema.json': () => JSON.stringify(presetsFileSchema()),
  'docs/presets.md': presetsDocument,
  'docs/protocol.md': protocolDocument,
  'docs/settings.md': settingsDocument,
  'docs/architecture.md': architectureDocument,
};

const drifted = [];
const options = {
  ...(await prettier.resolveConfig(path.join(root, 'package.json'))),
  // Types in docs/protocol.md are notation, not statements.
  embeddedLanguageFormatting: 'off',
};
for (const [name, make] of Object.entries(generated)) {
  const file = path.join(root, name);
  const current = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const wanted = await prettier.format(make(current), { ...options, filepath: file });
  if (wanted === current) continue;
  drifted.push(name);
  if (process.argv.includes('--check')) continue;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, wanted);
}

if (drifted.length > 0) console.log(drifted.join('\n'));
if (drifted.length > 0 && process.argv.includes('--check')) {
  console.error('These files no longer agree with the code: run npm run generate.');
  process.exitCode = 1;
}
