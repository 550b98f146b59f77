import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { destinationTrouble } from '../../../src/cli/encode/destinationTrouble.ts';
import { preset } from '../coordinator/fixtures.ts';

describe('where results are to go, before anything is submitted', () => {
  let folder: string;
  let stateDir: string;

  beforeEach(async () => {
    folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-destination-')));
    stateDir = path.join(folder, 'state');
    await mkdir(stateDir);
    await mkdir(path.join(folder, 'out'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const troubleOf = async (output?: string, options: { file?: string; deny?: string } = {}) =>
    destinationTrouble([path.join(folder, 'clip.mp4')], {
      ...{
        preset: {
          name: 'mine',
          preset: options.file ? { ...preset, outputs: { one: { file: options.file } } } : preset,
        },
        output,
        stateDir,
      },
      // Root may write everywhere.
      mayWrite: (at) =>
        at === options.deny
          ? Promise.reject(Object.assign(new Error('no'), { code: 'EROFS' }))
          : Promise.resolve(),
    });
  const messageOf = async (...args: Parameters<typeof troubleOf>) => (await troubleOf(...args))?.message;

  it('lets good folders be', async () => {
    assert.equal(await troubleOf(), undefined);
    assert.equal(await troubleOf(path.join(folder, 'out', 'x.mp4')), undefined);
  });

  it('names a folder that is not there, is none, or cannot be written to', async () => {
    const missing = await troubleOf(path.join(folder, 'nowhere', 'x.mp4'));
    assert.equal(missing?.code, 'destination-missing');
    assert.equal(missing.message, `The folder ${folder}/nowhere does not exist.`);
    assert.match(missing.hint ?? '', /Nothing was begun/);
    await writeFile(path.join(folder, 'file'), '');
    assert.equal(await messageOf(path.join(folder, 'file', 'x.mp4')), `${folder}/file is not a folder.`);
    const denied = await troubleOf(path.join(folder, 'out', 'x.mp4'), { deny: path.join(folder, 'out') });
    assert.equal(denied?.code, 'destination-unwritable');
    assert.match(denied.message, /out cannot be written to\.$/);
    assert.equal(await messageOf(undefined, { deny: folder }), `The folder ${folder} cannot be written to.`);
  });

  it('says of a folder below the state folder that nothing goes there, be it there or not', async () => {
    await symlink(stateDir, path.join(folder, 'link'));
    for (const at of ['state/x.mp4', 'state/not/there/x.mp4', 'link/not/x.mp4'])
      assert.match((await messageOf(path.join(folder, at))) ?? '', /lies in DFFmpeg’s own folder/, at);
  });

  it('asks nothing where the folder depends on the picture', async () => {
    assert.equal(await troubleOf(path.join(folder, '${width}', 'x.mp4')), undefined);
    assert.match((await messageOf(undefined, { file: 'gone/${fileBasename}' })) ?? '', /gone does not exist/);
  });
});
