import { Command } from 'commander';
import { action, type CommandContext, type Invocation } from '../command.ts';
import { withDaemon } from '../connect.ts';
import { exitCodes } from '../exitCodes.ts';
import { presetOutputSchema, presetsOutputSchema, printJson, type PresetOutput } from '../jsonOutput.ts';
import { printable } from '../../encoding/printable.ts';
import { choosePreset, nearestSettings, presetCatalog, type PresetCatalog } from '../presets.ts';
import { table } from '../render/table.ts';
import { styleFor, type Style } from '../style.ts';

const originText = {
  'built-in': 'built-in',
  config: 'config.jsonc',
  workspace: '.vscode/settings.json',
} as const satisfies Record<PresetOutput['origin'], string>;

export function presetsCommand(context: CommandContext): Command {
  const presets = new Command('presets').description('See what can be named with --preset.');
  const list = new Command('list').description('List presets: built-in, of config.jsonc, of this workspace.');
  list.action(action<[]>(context, list, listPresets));
  const show = new Command('show').description(
    'Show a preset as data, ready to be copied into the settings.',
  );
  show.argument('<name>', 'name of the preset').action(action<[string]>(context, show, showPreset));
  return presets.addCommand(list, { isDefault: true }).addCommand(show);
}

async function listPresets(invocation: Invocation): Promise<number> {
  const { io, json } = invocation;
  const catalog = await loadCatalog(invocation);
  if (json) printJson(io.stdout, presetsOutputSchema, { presets: [...catalog.presets] });
  else {
    const style = styleFor(io.stdout, io.env);
    io.stdout.write(`${table(presetRows(catalog.presets, style)).join('\n')}\n`);
  }
  tellProblems(invocation, catalog);
  return catalog.problems.length > 0 ? exitCodes.failed : exitCodes.done;
}

async function showPreset(invocation: Invocation, name: string): Promise<number> {
  const { io, json } = invocation;
  const preset = choosePreset(await loadCatalog(invocation), name);
  if (json) printJson(io.stdout, presetOutputSchema, preset);
  else io.stdout.write(`${JSON.stringify({ [preset.name]: preset.preset }, undefined, 2)}\n`);
  return exitCodes.done;
}

async function loadCatalog(invocation: Invocation): Promise<PresetCatalog> {
  const [{ presets }, settings] = await Promise.all([
    withDaemon(invocation, (daemon) => daemon.request('presets.list', {})),
    nearestSettings(invocation.io.cwd),
  ]);
  return presetCatalog(presets, settings);
}

function presetRows(presets: readonly PresetOutput[], style: Style): string[][] {
  const heading = ['PRESET', 'FROM', ''].map((cell) => style.dim(cell));
  return [
    heading,
    ...presets.map(({ name, origin, preset }) => [
      name,
      originText[origin],
      printable(preset.description ?? ''),
    ]),
  ];
}

function tellProblems({ io }: Invocation, { problems }: PresetCatalog): void {
  const style = styleFor(io.stderr, io.env);
  for (const { place, message } of problems) io.stderr.write(`${style.warn(place)}: ${message}\n`);
}
