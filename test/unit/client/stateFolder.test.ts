import assert from 'node:assert/strict';
import type { StateFolderInputs } from '../../../src/client/stateFolder.ts';
import { defaultStateFolder } from '../../../src/client/stateFolder.ts';

const cases: [string, StateFolderInputs, string][] = [
  ['Linux', { env: {}, platform: 'linux', homedir: '/home/a' }, '/home/a/.local/state/dffmpeg'],
  ['XDG', { env: { XDG_STATE_HOME: '/x' }, platform: 'linux', homedir: '/home/a' }, '/x/dffmpeg'],
  [
    'a relative XDG',
    { env: { XDG_STATE_HOME: 'x' }, platform: 'linux', homedir: '/home/a' },
    '/home/a/.local/state/dffmpeg',
  ],
  [
    'macOS',
    { env: {}, platform: 'darwin', homedir: '/Users/a' },
    '/Users/a/Library/Application Support/dffmpeg',
  ],
  [
    'Windows',
    { env: { LOCALAPPDATA: 'D:\\L' }, platform: 'win32', homedir: 'C:\\Users\\a' },
    'D:\\L\\dffmpeg',
  ],
  [
    'bare Windows',
    { env: {}, platform: 'win32', homedir: 'C:\\Users\\a' },
    'C:\\Users\\a\\AppData\\Local\\dffmpeg',
  ],
  ['the variable', { env: { DFFMPEG_STATE_DIR: '/s' }, platform: 'linux', homedir: '/home/a' }, '/s'],
];

describe('state folder', () => {
  for (const [name, inputs, folder] of cases)
    it(`${name}: ${folder}`, () => {
      assert.equal(defaultStateFolder(inputs), folder);
    });
});
