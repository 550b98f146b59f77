import assert from 'node:assert/strict';
import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { installProgram } from '../../../src/client/installProgram.ts';
import type { Toy } from './toyProgram.ts';
import { makeToy } from './toyProgram.ts';

describe('install the program', () => {
  let toy: Toy;
  beforeEach(async () => {
    toy = await makeToy();
  });
  afterEach(() => toy.remove());
  const install = (): Promise<string> => installProgram(toy.programDir, toy.stateDir);
  const copies = (): Promise<string[]> => readdir(path.join(toy.stateDir, 'bin'));

  it('copies it under version and build, without source maps', async () => {
    const copy = await install();
    assert.equal(copy, path.join(toy.stateDir, 'bin', '1.0.0-0123456789ab'));
    assert.deepEqual((await readdir(copy)).sort(), ['build.json', 'chunk-abc.mjs', 'dffmpeg.mjs']);
  });

  it('by ten at once leaves one whole copy and nothing else', async () => {
    const targets = await Promise.all(Array.from({ length: 10 }, install));
    assert.equal(new Set(targets).size, 1);
    assert.deepEqual(await copies(), ['1.0.0-0123456789ab']);
  });

  it('leaves other versions alone', async () => {
    await install();
    const build = { version: '1.1.0', build: 'ba9876543210' };
    await writeFile(path.join(toy.programDir, 'build.json'), JSON.stringify(build));
    await install();
    assert.deepEqual(await copies(), ['1.0.0-0123456789ab', '1.1.0-ba9876543210']);
  });

  for (const [name, damage] of [
    ['a file is missing', (copy: string) => rm(path.join(copy, 'chunk-abc.mjs'))],
    ['a file is cut short', (copy: string) => truncate(path.join(copy, 'dffmpeg.mjs'), 10)],
  ] as const)
    it(`replaces a copy in which ${name}`, async () => {
      const copy = await install();
      await damage(copy);
      await install();
      for (const file of ['chunk-abc.mjs', 'dffmpeg.mjs'])
        assert.deepEqual(
          await readFile(path.join(copy, file)),
          await readFile(path.join(toy.programDir, file)),
        );
      assert.deepEqual(await copies(), ['1.0.0-0123456789ab']);
    });

  it('says what is wrong with a program that is not one', async () => {
    await writeFile(path.join(toy.programDir, 'build.json'), '{"version":"../../x","build":"0123456789ab"}');
    await assert.rejects(install(), { code: 'daemon-unavailable' });
  });
});
