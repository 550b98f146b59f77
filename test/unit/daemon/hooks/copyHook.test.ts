import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { toWholeJob } from '../../../../src/coordinator/jobView.ts';
import { runCopyHook } from '../../../../src/daemon/hooks/copyHook.ts';
import type { Copy } from '../../../../src/daemon/hooks/hookTable.ts';
import { hookSettings } from '../../../../src/daemon/settings/hooks.ts';
import { briefKey } from '../../../../src/files/contentKey.ts';
import { defaultsOf } from '../../../../src/protocol/settingRow.ts';
import { storedJob } from '../../coordinator/fixtures.ts';

describe('the copy of results', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-copy-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('ends between two results when the daemon leaves, and is no failure', async () => {
    const copyTo = path.join(root, 'copies');
    await mkdir(copyTo);
    const outputs = ['a.mp4', 'b.mp4'].map((name) => ({
      ...{ name: name[0] ?? '', state: 'placed' as const, path: path.join(root, name) },
    }));
    for (const output of outputs) await writeFile(output.path, output.name);
    const leaving = new AbortController();
    const run = {
      ...{ job: toWholeJob(storedJob('j', { state: 'done', outputs })), deliveryId: 'd' },
      ...{ stateDir: path.join(root, 'state'), settings: defaultsOf(hookSettings), now: 0 },
      noteCopy: () => Promise.resolve(),
      contentOf: () => Promise.resolve(undefined),
      signal: leaving.signal,
      log: () => {
        leaving.abort();
      },
    };
    await assert.rejects(runCopyHook({ on: 'done', copyTo }, run), { name: 'AbortError' });
    assert.deepEqual(await readdir(copyTo), ['a.mp4']);
    await runCopyHook({ on: 'done', copyTo }, { ...run, signal: new AbortController().signal });
    assert.deepEqual((await readdir(copyTo)).sort(), ['a.mp4', 'b.mp4']);
  });

  it('puts nothing into the daemon’s own folder', async () => {
    const stateDir = path.join(root, 'state');
    const copyTo = path.join(stateDir, 'scratch');
    await mkdir(copyTo, { recursive: true });
    const result = path.join(root, 'a.mp4');
    await writeFile(result, 'a film');
    const outputs = [{ state: 'placed' as const, path: result }];
    const outcome = await runCopyHook(
      { on: 'done', copyTo },
      {
        job: toWholeJob(storedJob('j', { state: 'done', outputs })),
        ...{ deliveryId: 'd', stateDir, settings: defaultsOf(hookSettings), now: 0 },
        ...{ signal: AbortSignal.timeout(10_000), log: () => undefined },
        contentOf: () => Promise.resolve(undefined),
        noteCopy: () => Promise.resolve(),
      },
    );
    assert.match(outcome.done ? '' : outcome.message, /lies in DFFmpeg’s own folder/);
    assert.deepEqual(await readdir(copyTo), []);
  });

  it('tells of each copy before it is there, under a free name, also when it is made again', async () => {
    const copyTo = path.join(root, 'copies');
    const result = path.join(root, 'a.mp4');
    await mkdir(copyTo);
    await writeFile(result, 'result');
    await writeFile(path.join(copyTo, 'a.mp4'), 'of somebody else');
    const noted: object[] = [];
    const run = {
      job: toWholeJob(storedJob('j', { state: 'done', outputs: [{ state: 'placed', path: result }] })),
      ...{ deliveryId: 'd', stateDir: path.join(root, 'state'), settings: defaultsOf(hookSettings), now: 0 },
      noteCopy: ({ path: file, ...copy }: Copy) => {
        noted.push({ name: path.basename(file), isThere: existsSync(file), ...copy });
        return Promise.resolve();
      },
      contentOf: (file: string) => briefKey(file),
      signal: new AbortController().signal,
      log: () => undefined,
    };
    await runCopyHook({ on: 'done', copyTo }, run);
    await runCopyHook({ on: 'done', copyTo }, run);
    const copy = { name: 'a-2.mp4', bytes: 6, content: await briefKey(result) };
    assert.deepEqual(noted, [
      { ...copy, isThere: false },
      { ...copy, isThere: true },
    ]);
    assert.deepEqual((await readdir(copyTo)).sort(), ['a-2.mp4', 'a.mp4']);
    // Of another job meanwhile, or changed by a person.
    await writeFile(result, 'RESULT');
    const outcome = await runCopyHook(
      { on: 'done', copyTo },
      { ...run, contentOf: () => Promise.resolve(copy.content) },
    );
    assert.equal(outcome.done, false);
    assert.match(
      'message' in outcome ? outcome.message : '',
      /a\.mp4 is not the result of this job any more/,
    );
    assert.deepEqual((await readdir(copyTo)).sort(), ['a-2.mp4', 'a.mp4']);
  });
});
