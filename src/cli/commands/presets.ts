import os from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { readJsoncFile } from '../../client/jsoncFile.ts';
import { descriptionOf } from '../../encoding/presetCatalog.ts';
import { printable } from '../../encoding/printable.ts';
import { DffmpegError } from '../../protocol/errors.ts';
import { action, type CommandContext, type Invocation } from '../command.ts';
import { withDaemon } from '../connect.ts';
import { exitCodes } from '../exitCodes.ts';
import {
  presetOutputSchema,
  presetsOutputSchema,
  printJson,
  validationOutputSchema,
  type PresetOutput,
} from '../jsonOutput.ts';
import { shortenPath } from '../paths.ts';
import { workspaceFiles } from '../presetFiles.ts';
import {
  checkPresetFile,
  choosePreset,
  presetCatalog,
  type PresetCatalog,
  type PresetProblem,
} from '../presets.ts';
import { table } from '../render/table.ts';
import { styleFor, type Style } from '../style.ts';

const originText = {
  'built-in': 'built-in',
  config: 'config.jsonc',
  user: 'user settings',
  file: 'presets file',
  workspace: '.vscode/settings.json',
} as const satisfies Record<PresetOutput['origin'], string>;

export function presetsCommand(context: CommandContext): Command {
  const presets = new Command('presets').description('See what can be named with --preset.');
  const list = new Command('list').description(
    'List presets: built-in, of config.jsonc, of *.dffmpeg-presets.json and the settings of this workspace.',
  );
  list.action(action<[]>(context, list, listPresets));
  const show = new Command('show').description(
    'Show a preset as data, with everything that it inherits, ready to be copied into the settings.',
  );
  show.argument('<name>', 'name of the preset').action(action<[string]>(context, show, showPreset));
  const validate = new Command('validate').description(
    'Say what is wrong with the presets of a file, at which line.',
  );
  validate
    .argument('<file>', 'a *.dffmpeg-presets.json or settings.json')
    .action(action<[string]>(context, validate, validateFile));
  return presets.addCommand(list, { isDefault: true }).addCommand(show).addCommand(validate);
}

async function listPresets(invocation: Invocation): Promise<number> {
  const { io, json } = invocation;
  const catalog = await loadCatalog(invocation);
  if (json) printJson(io.stdout, presetsOutputSchema, { presets: [...catalog.presets] });
  else {
    const style = styleFor(io.stdout, io.env);
    io.stdout.write(`${table(presetRows(catalog.presets, invocation, style)).join('\n')}\n`);
  }
  tellProblems(invocation, catalog.problems);
  return catalog.problems.length > 0 ? exitCodes.failed : exitCodes.done;
}

async function showPreset(invocation: Invocation, name: string): Promise<number> {
  const { io, json } = invocation;
  const preset = choosePreset(await loadCatalog(invocation), name);
  if (json) printJson(io.stdout, presetOutputSchema, preset);
  else io.stdout.write(`${JSON.stringify({ [preset.name]: preset.preset }, undefined, 2)}\n`);
  return exitCodes.done;
}

async function validateFile(invocation: Invocation, typed: string): Promise<number> {
  const { io, json } = invocation;
  const document = await readJsoncFile(path.resolve(io.cwd, typed));
  if (document === undefined)
    throw new DffmpegError('request-invalid', `There is no file “${typed}”.`, {
      hint: 'Name a *.dffmpeg-presets.json or a settings.json.',
    });
  const { right, problems } = checkPresetFile(document, (await loadCatalog(invocation)).sources);
  if (json) printJson(io.stdout, validationOutputSchema, { right: [...right], problems: [...problems] });
  else {
    tellProblems(invocation, problems);
    if (problems.length === 0) io.stdout.write(`${sentenceOf(right)}\n`);
  }
  return problems.length > 0 ? exitCodes.failed : exitCodes.done;
}

function sentenceOf(right: readonly string[]): string {
  if (right.length === 0) return 'This file holds no presets.';
  return right.length === 1 ? `“${String(right[0])}” is right.` : `All ${right.length} presets are right.`;
}

async function loadCatalog(invocation: Invocation): Promise<PresetCatalog> {
  const [{ presets }, files] = await Promise.all([
    withDaemon(invocation, (daemon) => daemon.request('presets.list', {})),
    workspaceFiles(invocation.io.cwd),
  ]);
  return presetCatalog(presets, files);
}

function presetRows(presets: readonly PresetOutput[], { io }: Invocation, style: Style): string[][] {
  const heading = ['PRESET', 'FROM', ''].map((cell) => style.dim(cell));
  const from = ({ origin, file }: PresetOutput): string =>
    origin === 'file' && file !== undefined
      ? shortenPath(file, { cwd: io.cwd, home: os.homedir() })
      : originText[origin];
  return [
    heading,
    ...presets.map((preset) => [preset.name, from(preset), printable(descriptionOf(preset) ?? '')]),
  ];
}

function tellProblems({ io }: Invocation, problems: readonly PresetProblem[]): void {
  const style = styleFor(io.stderr, io.env);
  for (const { place, message, hint } of problems)
    io.stderr.write(`${style.warn(place)}: ${message}${hint === undefined ? '' : style.dim(` ${hint}`)}\n`);
}
