import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { packTgz, packWithNode } from '../../../scripts/lib/archives.mjs';
import { which } from '../../../scripts/lib/which.mjs';

const run = promisify(execFile);
const root = path.join(import.meta.dirname, '..', '..', '..');

/** What `npm run pack` makes besides the extension. */
describe('archives to install the command from', function () {
  this.timeout(120_000);
  let folder: string;
  let version: string;

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-archives-'));
    ({ version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
      version: string;
    });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function unpacked(file: string): Promise<string> {
    const target = path.join(folder, path.basename(file).replace(/\.t(ar\.)?gz$/, ''));
    await mkdir(target);
    await run('tar', ['-xzf', file, '-C', target]);
    return target;
  }

  it('for npm depends on nothing, and is the same whenever it is packed', async () => {
    const first = await packTgz(path.join(folder, 'first'));
    const second = await packTgz(path.join(folder, 'second'));
    assert.equal(path.basename(first.file), `dffmpeg-${version}.tgz`);
    assert.equal(first.digest, second.digest);
    const within = path.join(await unpacked(first.file), 'package');
    const manifest = JSON.parse(await readFile(path.join(within, 'package.json'), 'utf8')) as object;
    assert.deepEqual(
      Object.keys(manifest).filter((key) => /dependencies|scripts|main/i.test(key)),
      [],
    );
    const { stdout } = await run(process.execPath, [path.join(within, 'bin', 'dffmpeg.cjs'), '--version']);
    assert.equal(stdout.trim(), version);
  });

  it('with Node runs where there is none', async function () {
    const whole = await packWithNode(folder);
    if (!whole) {
      console.log('      not tried: it is made on Linux, x64, by a Node of nodejs.org');
      this.skip();
    }
    const within = path.join(await unpacked(whole.file), `dffmpeg-${version}-linux-x64`);
    for (const name of ['dffmpeg-worker.service', 'LICENSE', 'README.md'])
      assert.ok(existsSync(path.join(within, name)), name);
    const bin = path.join(folder, 'bin');
    await mkdir(bin);
    await symlink(which('readlink') ?? '', path.join(bin, 'readlink'));
    const env = { PATH: bin, HOME: folder };
    const launcher = path.join(within, 'dffmpeg');
    assert.equal((await run(launcher, ['--version'], { env })).stdout.trim(), version);
    // From anywhere, by a link to a link, which is how it gets on a PATH.
    await symlink(path.relative(bin, launcher), path.join(bin, 'dffmpeg'));
    await symlink(path.join(bin, 'dffmpeg'), path.join(folder, 'dff'));
    assert.equal((await run('./dff', ['--version'], { env, cwd: folder })).stdout.trim(), version);
    assert.equal((await run('dffmpeg', ['--version'], { env, cwd: os.tmpdir() })).stdout.trim(), version);
  });
});
