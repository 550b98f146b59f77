import assert from 'node:assert/strict';
import { chmod, chown, link, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { keepAccess } from '../../../src/files/keepAccess.ts';
import { placingFs } from '../../../src/files/placingFs.ts';

const isRoot = process.getuid?.() === 0;

describe('access to what is made of a source', () => {
  let root: string;
  before(function () {
    if (process.platform === 'win32') this.skip();
  });
  beforeEach(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-access-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function file(name: string, mode: number): Promise<string> {
    const made = path.join(root, name);
    await rm(made, { force: true });
    await writeFile(made, name);
    await chmod(made, mode);
    return made;
  }
  const modeOf = async (made: string): Promise<string> => ((await stat(made)).mode & 0o777).toString(8);

  it('is no wider than with the source, and no wider than it was', async () => {
    for (const [source, before, after] of [
      [0o600, 0o644, '600'],
      [0o640, 0o644, '640'],
      [0o644, 0o644, '644'],
      [0o777, 0o640, '640'],
      [0o604, 0o664, '604'],
      // Who owns it may go on writing to it.
      [0o400, 0o644, '600'],
    ] as const) {
      const made = await file('made', before);
      await keepAccess([await file('source', source)], made);
      assert.equal(await modeOf(made), after, source.toString(8));
    }
  });

  it('is what all of several sources allow, whatever they are', async () => {
    const mode = fc.integer({ min: 0o400, max: 0o777 });
    await fc.assert(
      fc.asyncProperty(fc.array(mode, { minLength: 1, maxLength: 3 }), mode, async (modes, before) => {
        const sources: string[] = [];
        for (const [index, each] of modes.entries()) sources.push(await file(`source${index}`, each));
        const made = await file('made', before);
        await keepAccess(sources, made);
        const allowed = modes.reduce((bits, each) => bits & each, 0o777);
        const after = (await stat(made)).mode & 0o777;
        assert.equal(after, before & (0o700 | allowed));
      }),
      { numRuns: 30 },
    );
  });

  it('goes into a folder, which who may read it may enter', async () => {
    const folder = path.join(root, 'stream');
    await mkdir(path.join(folder, 'inner'), { recursive: true });
    await writeFile(path.join(folder, 'inner', 'one.ts'), 'x');
    await chmod(path.join(folder, 'inner'), 0o755);
    await chmod(folder, 0o755);
    await chmod(path.join(folder, 'inner', 'one.ts'), 0o644);
    await keepAccess([await file('source', 0o640)], folder);
    assert.equal(await modeOf(folder), '750');
    assert.equal(await modeOf(path.join(folder, 'inner')), '750');
    assert.equal(await modeOf(path.join(folder, 'inner', 'one.ts')), '640');
  });

  it('is its owner’s alone where the source cannot be asked any more', async () => {
    const made = await file('made', 0o644);
    await keepAccess([path.join(root, 'gone')], made);
    assert.equal(await modeOf(made), '600');
  });

  it('of what a link leads to, or what has another name, stays as it is', async () => {
    const source = await file('source', 0o600);
    const other = await file('other', 0o644);
    await symlink(other, path.join(root, 'link'));
    await keepAccess([source], path.join(root, 'link'));
    await link(other, path.join(root, 'second'));
    await keepAccess([source], path.join(root, 'second'));
    await keepAccess([source], path.join(root, 'nothing'));
    assert.equal(await modeOf(other), '644');
  });

  it('is kept by a copy to another disk, its owner as well where this process may say so', async () => {
    const made = await file('made', 0o640);
    if (isRoot) await chown(made, 12_345, 54_321);
    const copied = path.join(root, 'copied');
    await placingFs.copy(made, copied);
    const { uid, gid } = await stat(copied);
    const owner = await stat(made);
    assert.deepEqual([uid, gid], [owner.uid, owner.gid]);
    assert.equal(await modeOf(copied), '640');
    assert.equal(await readFile(copied, 'utf8'), 'made');
  });

  it('goes to the source’s owner and group where this process may give it', async function () {
    if (!isRoot) this.skip();
    const source = await file('source', 0o640);
    await chown(source, 12_345, 54_321);
    const made = await file('made', 0o644);
    await keepAccess([source], made);
    const { uid, gid } = await stat(made);
    assert.deepEqual([uid, gid], [12_345, 54_321]);
    assert.equal(await modeOf(made), '640');
    // Of two sources the other one's group is not that of the result: it may do what others may.
    const second = await file('second', 0o660);
    const both = await file('both', 0o664);
    await keepAccess([source, second], both);
    assert.equal(await modeOf(both), '600');
  });
});
