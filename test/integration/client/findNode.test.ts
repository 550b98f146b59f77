import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { FindNodeOptions } from '../../../src/client/findNode.ts';
import { findNode, isNewEnough } from '../../../src/client/findNode.ts';
import { defaultClientSettings } from '../../../src/client/clientSettings.ts';

describe('find Node', function () {
  if (process.platform === 'win32') return; // The stand-ins are shell scripts.
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-node-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  /** A folder with a `node` that does what the script says. */
  async function stand(name: string, script: string): Promise<string> {
    const folder = path.join(root, name);
    await mkdir(folder);
    const file = path.join(folder, 'node');
    await writeFile(file, `#!/bin/sh\n${script}\n`);
    await chmod(file, 0o755);
    return folder;
  }
  const real = `exec '${process.execPath}' "$@"`;
  const find = (folders: string[], changes: Partial<FindNodeOptions> = {}): ReturnType<typeof findNode> =>
    findNode({
      settings: defaultClientSettings,
      preferOwn: false,
      env: { PATH: folders.join(':') },
      platform: process.platform,
      execPath: '/no/such/editor',
      ...changes,
    });

  it('takes the first on PATH that works', async () => {
    const folders = [
      await stand('old', 'printf "20.19.0 "; exit 1'),
      await stand('without', 'printf "24.0.0 "; exit 1'),
      await stand('liar', 'echo hello'),
      await stand('good', real),
      await stand('later', real),
    ];
    const node = await find(folders);
    assert.deepEqual(node, {
      path: path.join(root, 'good', 'node'),
      env: {},
      version: process.versions.node,
    });
  });

  it('asks without the options that somebody set for another Node', async () => {
    const folder = await stand('good', real);
    const env = { PATH: folder, NODE_OPTIONS: '--no-such-option' };
    assert.equal((await find([], { env })).version, process.versions.node);
  });

  it('goes on with the editor’s own binary, as Node', async () => {
    const node = await find([await stand('old', 'printf "20.19.0 "; exit 1')], {
      execPath: process.execPath,
    });
    assert.deepEqual([node.path, node.env], [process.execPath, { ELECTRON_RUN_AS_NODE: '1' }]);
  });

  it('prefers the Node that runs a command line', async () => {
    const node = await find([await stand('good', real)], { execPath: process.execPath, preferOwn: true });
    assert.deepEqual([node.path, node.env], [process.execPath, {}]);
  });

  it('uses the setting or refuses it, and never passes it over', async () => {
    const good = await stand('good', real);
    const old = await stand('old', 'printf "20.19.0 "; exit 1');
    assert.equal((await find([], { nodePath: path.join(good, 'node') })).path, path.join(good, 'node'));
    await assert.rejects(find([good], { nodePath: path.join(old, 'node') }), {
      code: 'node-missing',
      message: /nodePath.*Node 20\.19\.0/,
    });
  });

  it('says what each candidate lacks', async () => {
    const folders = [
      await stand('old', 'printf "20.19.0 "; exit 1'),
      await stand('without', 'printf "22.13.0 "; exit 1'),
    ];
    await assert.rejects(find(folders), {
      code: 'node-missing',
      message: /20\.19\.0; .*22\.13\.0 without node:sqlite; .*editor: it does not run/,
    });
  });

  it('can be cancelled', async () => {
    const folder = await stand('good', real);
    await assert.rejects(find([folder], { signal: AbortSignal.abort() }), { code: 'cancelled' });
  });

  it('knows 22.13 from what is before it', () => {
    assert.deepEqual(['22.13.0', '22.12.9', '24.0.0', '20.99.0'].map(isNewEnough), [
      true,
      false,
      true,
      false,
    ]);
  });
});
