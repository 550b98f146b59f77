import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { identityOf } from '../../../src/files/fileIdentity.ts';
import { place, recoverPlacement } from '../../../src/files/placing.ts';
import { MemoryDisk } from './support/memoryDisk.ts';
import { placingFs, type PlacingFs } from '../../../src/files/placingFs.ts';

const content = 'the whole result';

class Killed extends Error {}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** File systems that the test machine may not have: what they answer is taken from libuv's tables. */
const fileSystems: Record<string, (fs: PlacingFs, scratch: string) => PlacingFs> = {
  'with hard links': (fs) => fs,
  'without hard links': (fs) => ({ ...fs, link: () => Promise.reject(systemError('EPERM')) }),
  'other than the scratch': (fs, scratch) => ({
    ...fs,
    link: (from, to) => (from.startsWith(scratch) ? Promise.reject(systemError('EXDEV')) : fs.link(from, to)),
  }),
  'other than the scratch, without hard links': (fs, scratch) => ({
    ...fs,
    link: (from) => Promise.reject(systemError(from.startsWith(scratch) ? 'EXDEV' : 'ENOTSUP')),
  }),
};

/** Dies at the `step`th call, before or after it took effect; a dead process does nothing more. */
function killedAt(
  fs: PlacingFs,
  step: number,
  when: 'before' | 'after',
): { fs: PlacingFs; died: () => boolean } {
  let count = 0;
  let dead = false;
  const entries = Object.entries(fs) as [string, (...args: unknown[]) => Promise<unknown>][];
  const wrapped = entries.map(([name, call]) => [
    name,
    async (...args: unknown[]) => {
      if (dead) throw new Killed();
      count += 1;
      if (count !== step) return call(...args);
      dead = true;
      if (when === 'after') await call(...args);
      throw new Killed();
    },
  ]);
  return { fs: Object.fromEntries(wrapped) as PlacingFs, died: () => dead };
}

describe('placing', () => {
  let root: string;
  let scratch: string;
  let destination: string;
  let recordDir: string;
  let staged: string;
  let target: string;

  beforeEach(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-placing-'));
    scratch = path.join(root, 'scratch');
    destination = path.join(root, 'films');
    recordDir = path.join(root, 'placements');
    staged = path.join(scratch, 't1-1', 'result.mp4');
    target = path.join(destination, 'clip.web.mp4');
    await reset();
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function reset(): Promise<void> {
    for (const folder of [scratch, destination, recordDir])
      await rm(folder, { recursive: true, force: true });
    await mkdir(path.dirname(staged), { recursive: true });
    await mkdir(destination);
    await writeFile(staged, content);
  }

  for (const [name, make] of Object.entries(fileSystems)) {
    describe(`on a file system ${name}`, () => {
      const fs = (): PlacingFs => make(placingFs, scratch);

      it('places, and leaves nothing else', async () => {
        assert.equal(await place({ staged, path: target, recordDir, fs: fs() }), 'placed');
        assert.deepEqual(await readdir(destination), ['clip.web.mp4']);
        assert.equal(await readFile(target, 'utf8'), content);
        assert.deepEqual(await readdir(path.dirname(staged)), []);
      });

      it('never replaces', async () => {
        for (const other of ['somebody else’s', '']) {
          await reset();
          await writeFile(target, other);
          assert.equal(await place({ staged, path: target, recordDir, fs: fs() }), 'taken');
          assert.equal(await readFile(target, 'utf8'), other);
          assert.deepEqual(await readdir(destination), ['clip.web.mp4']);
          assert.equal(await readFile(staged, 'utf8'), content);
        }
      });

      for (const when of ['before', 'after'] as const) {
        it(`ends right after a kill ${when} any step`, async () => {
          let steps = 0;
          for (let step = 1; ; step += 1) {
            await reset();
            const identity = await identityOf(staged);
            const killed = killedAt(fs(), step, when);
            const placement = { staged, path: target, recordDir };
            await place({ ...placement, fs: killed.fs }).catch(() => undefined);
            if (!killed.died()) break;
            steps = step;
            const outcome = await recoverPlacement({ ...placement, identity, fs: fs() });
            const where = `killed ${when} step ${step}`;
            assert.equal(outcome, 'placed', where);
            assert.deepEqual(await readdir(destination), ['clip.web.mp4'], where);
            assert.equal(await readFile(target, 'utf8'), content, where);
            assert.deepEqual(await readdir(path.dirname(staged)), [], where);
            // Asked once more, as after a kill between the answer and its being stored.
            assert.equal(await recoverPlacement({ ...placement, identity, fs: fs() }), 'placed', where);
          }
          assert.ok(steps > 3, `${steps} steps`);
        });

        it(`ends right after a second kill, ${when} any step of the recovery`, async () => {
          const placement = { staged, path: target, recordDir };
          let more = true;
          for (let first = 1; more; first += 1) {
            for (let second = 1; ; second += 1) {
              const disk = new MemoryDisk();
              const memory = make(disk.fs, scratch);
              disk.write(staged, content);
              const identity = await memory.identity(staged);
              assert.ok(identity);
              const one = killedAt(memory, first, 'after');
              await place({ ...placement, fs: one.fs }).catch(() => undefined);
              more = one.died();
              const two = killedAt(memory, second, when);
              await recoverPlacement({ ...placement, identity, fs: two.fs }).catch(() => undefined);
              if (!two.died()) break;
              const where = `killed after step ${first}, then ${when} step ${second}`;
              assert.equal(await recoverPlacement({ ...placement, identity, fs: memory }), 'placed', where);
              assert.deepEqual(disk.list(destination), [target], where);
              assert.equal(await memory.readText(target), content, where);
              assert.deepEqual(disk.list(scratch), [], where);
            }
          }
        });
      }

      it('says taken when somebody else took the name while it was down', async () => {
        const identity = await identityOf(staged);
        await writeFile(target, 'somebody else’s');
        const outcome = await recoverPlacement({ staged, path: target, recordDir, identity, fs: fs() });
        assert.equal(outcome, 'taken');
        assert.equal(await readFile(target, 'utf8'), 'somebody else’s');
        assert.equal(await readFile(staged, 'utf8'), content);
      });

      it('says gone when the staged file is no more', async () => {
        const identity = await identityOf(staged);
        const placement = { staged, path: target, recordDir, identity, fs: fs() };
        // Made while the staged file is there: a file system gives the number of a deleted one out again.
        const stranger = path.join(root, 'stranger');
        await writeFile(stranger, 'somebody else’s');
        await rm(staged);
        assert.equal(await recoverPlacement(placement), 'gone');
        await rename(stranger, target);
        assert.equal(await recoverPlacement(placement), 'gone');
        assert.equal(await readFile(target, 'utf8'), 'somebody else’s');
      });
    });
  }

  it('keeps a stranger’s file that slips in at the placeholder', async () => {
    const slow: PlacingFs = {
      ...placingFs,
      link: () => Promise.reject(systemError('EPERM')),
      async createExclusive(file) {
        await placingFs.createExclusive(file);
        await rm(file);
        await writeFile(file, 'somebody else’s');
      },
    };
    // Its identity is what the placeholder's seems to be: only the content tells.
    assert.equal(await place({ staged, path: target, recordDir, fs: slow }), 'taken');
    assert.equal(await readFile(target, 'utf8'), 'somebody else’s');
  });

  it('says which folder is missing', async () => {
    await rm(destination, { recursive: true });
    await assert.rejects(place({ staged, path: target, recordDir }), { code: 'destination-missing' });
  });
});
