import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { mediaExtensions } from '../../src/encoding/mediaExtensions.ts';
import { commandIds } from '../../src/extension/commandIds.ts';
import { viewStates } from '../../src/extension/model/viewState.ts';
import { settingKeys } from '../../src/extension/settings.ts';
import { activated, extensionId } from './support/extension.ts';

interface Manifest {
  contributes: {
    commands: { command: string }[];
    menus: Record<string, { command?: string; submenu?: string; when?: string }[]>;
    viewsWelcome: { when: string; contents: string }[];
    configuration: { properties: Record<string, { scope: string; default: unknown }> }[];
  };
  capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
}

function manifest(): Manifest {
  return vscode.extensions.getExtension(extensionId)?.packageJSON as Manifest;
}

describe('the manifest', () => {
  it('names exactly the commands of the code', () => {
    const named = manifest().contributes.commands.map(({ command }) => command);
    assert.deepEqual([...named].sort(), [...commandIds].sort());
  });

  it('has a handler behind each command', async () => {
    await activated();
    const known = await vscode.commands.getCommands(true);
    for (const id of commandIds) assert.ok(known.includes(id), id);
  });

  it('names exactly the settings of the code', () => {
    const named = manifest().contributes.configuration.flatMap(({ properties }) => Object.keys(properties));
    assert.deepEqual(named.sort(), settingKeys.map((key) => `dffmpeg.${key}`).sort());
  });

  it('keeps from a workspace what decides which programs run', () => {
    const properties = manifest().contributes.configuration.flatMap((part) =>
      Object.entries(part.properties),
    );
    const scopes = new Map(properties.map(([key, { scope }]) => [key, scope]));
    for (const key of ['dffmpeg.ffmpegPath', 'dffmpeg.nodePath', 'dffmpeg.listen', 'dffmpeg.mount'])
      assert.equal(scopes.get(key), 'application', key);
    const restricted = manifest().capabilities.untrustedWorkspaces.restrictedConfigurations;
    assert.deepEqual([...restricted].sort(), [
      'dffmpeg.defaultPreset',
      'dffmpeg.output',
      'dffmpeg.presets',
      'dffmpeg.watchFolders',
    ]);
  });

  it('offers the two entries on exactly the media files', () => {
    for (const menu of ['explorer/context', 'editor/title/context']) {
      const entries = manifest().contributes.menus[menu] ?? [];
      assert.deepEqual(
        entries.flatMap(({ command }) => command ?? []),
        ['dffmpeg.encode', 'dffmpeg.encodeWithPreset'],
      );
      for (const { when, command } of entries) {
        if (command === undefined) continue;
        const inside = /resourceExtname =~ \/\^\\\.\((.*?)\)\$\/i/.exec(when ?? '')?.[1];
        assert.deepEqual(inside?.split('|'), [...mediaExtensions].sort(), menu);
      }
    }
  });

  it('hides from the palette what needs a row', () => {
    const hidden = (manifest().contributes.menus.commandPalette ?? []).map(({ command }) => command);
    const inRows = new Set(
      (manifest().contributes.menus['view/item/context'] ?? []).map(({ command }) => command),
    );
    inRows.delete('dffmpeg.installFfmpeg');
    for (const command of inRows) assert.ok(hidden.includes(command), command);
  });

  it('has welcome content for each state in which the Jobs view is empty', () => {
    const conditions = manifest().contributes.viewsWelcome.map(({ when }) => when);
    // With a daemon that failed there is a row, and a message that says why.
    for (const state of viewStates.filter((name) => name !== 'ready' && name !== 'daemonFailed'))
      assert.ok(conditions.includes(`dffmpeg.state == ${state}`), state);
  });

  it('has a text for each placeholder', () => {
    assert.ok(!JSON.stringify(manifest()).includes('"%'), 'a placeholder is left');
  });
});
