import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, open, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { errnoCode } from '../../../../src/files/errnoCode.ts';

const run = promisify(execFile);
const ballastName = 'ballast';
const blockBytes = 1024 * 1024;

/** Two folders on different disks, where the machine has two. */
export class Disks {
  readonly near: string;
  readonly far: string;
  /** They are small disks of our own, which can be filled. */
  readonly small: boolean;
  readonly #root: string;
  readonly #farRoot: string | undefined;

  private constructor(root: string, small: boolean, farRoot?: string) {
    this.#root = root;
    this.#farRoot = farRoot;
    this.small = small;
    this.near = path.join(root, 'near');
    this.far = farRoot ?? path.join(root, 'far');
  }

  /** Mounts small disks where that is allowed (root on Linux); else another disk is looked for. */
  static async open(): Promise<Disks> {
    const root = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-crash-'));
    const disks = new Disks(root, true);
    await mkdir(disks.near);
    await mkdir(disks.far);
    if (process.platform === 'linux' && process.getuid?.() === 0) {
      const near = await mount(disks.near, '192m');
      if (near && (await mount(disks.far, '64m'))) return disks;
      if (near) await run('umount', ['-l', disks.near]);
    }
    const other = await stat('/dev/shm').then(
      (stats) => stats.isDirectory(),
      () => false,
    );
    return new Disks(root, false, other ? await mkdtemp('/dev/shm/dffmpeg-crash-') : undefined);
  }

  /** Fills the disk to the last byte; the function that comes back frees it again. */
  async fill(folder: string): Promise<() => Promise<void>> {
    const ballast = path.join(folder.startsWith(this.far) ? this.far : this.near, ballastName);
    const handle = await open(ballast, 'w');
    try {
      for (let block = Buffer.alloc(blockBytes); block.length > 0;)
        try {
          await handle.appendFile(block);
        } catch (error) {
          if (errnoCode(error) !== 'ENOSPC') throw error;
          block = block.subarray(0, block.length >> 1);
        }
    } finally {
      await handle.close();
    }
    return () => rm(ballast, { force: true });
  }

  async close(): Promise<void> {
    if (this.small) for (const each of [this.near, this.far]) await run('umount', ['-l', each]);
    for (const each of [this.#root, this.#farRoot])
      if (each !== undefined) await rm(each, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function mount(folder: string, size: string): Promise<boolean> {
  return run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'dffmpeg-crash', folder]).then(
    () => true,
    () => false,
  );
}
