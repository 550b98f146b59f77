import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { setAside, type ReplacedSource } from '../../../src/files/aside.ts';
import { placingFs } from '../../../src/files/placingFs.ts';
import { DffmpegError } from '../../../src/protocol/errors.ts';

const run = promisify(execFile);

describe('a source that cannot be set aside', () => {
  let root: string;
  let films: string;

  beforeEach(async function () {
    root = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-mounted-'));
    films = path.join(root, 'films');
    await mkdir(films);
    const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
    if (isRoot && (await run('mount', ['-t', 'tmpfs', 'dffmpeg-films', films]).catch(() => undefined)))
      return;
    console.log('      skipped: nothing can be mounted here (root on Linux can)');
    this.skip();
  });
  afterEach(async () => {
    for (const mounted of [path.join(films, 'clip.mov'), films])
      await run('umount', ['-l', mounted]).catch(() => undefined);
    await rm(root, { recursive: true });
  });

  async function refusal(): Promise<DffmpegError> {
    const file = path.join(films, 'clip.mov');
    const { size, mtimeNs, dev, ino } = await lstat(file, { bigint: true });
    const source: ReplacedSource = {
      ...{ jobId: '01job', path: file, bytes: Number(size), modified: String(mtimeNs) },
      identity: { device: String(dev), inode: String(ino) },
    };
    const place = { recordDir: path.join(root, 'records'), fs: placingFs };
    return setAside(source, place).then(
      () => assert.fail('It was set aside.'),
      (error: unknown) => {
        assert.ok(error instanceof DffmpegError, String(error));
        return error;
      },
    );
  }

  it('is said to lie in a folder that cannot be written to, not in one that does not exist', async () => {
    await writeFile(path.join(films, 'clip.mov'), 'a film');
    await run('mount', ['-o', 'remount,ro', films]);
    const { code, message } = await refusal();
    assert.equal(code, 'destination-unwritable');
    assert.equal(message, `The folder ${films} cannot be written to.`);
  });

  it('is said to be in use where something is mounted over it', async () => {
    await writeFile(path.join(root, 'other.mov'), 'a film');
    await writeFile(path.join(films, 'clip.mov'), '');
    await run('mount', ['--bind', path.join(root, 'other.mov'), path.join(films, 'clip.mov')]);
    const { code, message, hint } = await refusal();
    assert.equal(code, 'destination-unwritable');
    assert.equal(message, `${path.join(films, 'clip.mov')} is in use: it can be given no other name now.`);
    assert.match(hint ?? '', /mounted/);
    assert.deepEqual(await readdir(films), ['clip.mov']);
  });
});
