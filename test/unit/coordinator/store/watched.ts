import assert from 'node:assert/strict';
import type { Store } from '../../../../src/coordinator/store.ts';
import { watchFolderSpecSchema } from '../../../../src/protocol/watchFolder.ts';
import { changeOf, storedJob } from '../fixtures.ts';
import type { OpenStore } from './contract.ts';

/** What is kept of watched folders, and of which files are results. */
export function describeWatched(given: () => OpenStore): void {
  describe('watched folders', () => {
    let store: Store;

    beforeEach(() => {
      ({ store } = given());
    });

    it('keeps watched folders and their files, and knows results by their names for good', async () => {
      const folder = {
        ...{ id: 'f', origin: 'cli' as const, paused: false, activatedAt: 1 },
        spec: watchFolderSpecSchema.parse({ path: '/in', preset: 'web' }),
      } as const;
      const file = (fileKey: string, state: 'submitted' | 'existing', jobId?: string) =>
        ({
          ...{ fileKey, path: `/in/${fileKey}`, inodeKey: `i-${fileKey}`, pathKey: `p-${fileKey}` },
          ...{ bytes: 1, state, at: Number(jobId !== undefined), jobId },
        }) as const;
      await store.saveWatchFolder(folder, [file('old', 'existing')]);
      const job = await store.submit(storedJob('a'));
      await store.addWatchedFiles('f', [file('new', 'submitted', 'a'), file('new', 'submitted', 'a')]);
      await store.addWatchedFiles('f', [file('new', 'submitted', 'b')]);
      const made = [{ normalised: '/in/made', bytes: 7 }];
      await store.write(changeOf(job.job, { state: 'failed' }, { made }));
      await store.saveWatchFolder({ ...folder, paused: true });
      store = await given().reopen();
      assert.deepEqual(clean(await store.watchFolders()), [{ ...folder, paused: true }]);
      assert.deepEqual(
        await store.watchedAmong('f', [
          { inodeKey: 'i-old', pathKey: '-' },
          { inodeKey: '-', pathKey: 'p-new' },
          { inodeKey: '-', pathKey: '-' },
        ]),
        [true, true, false],
      );
      assert.equal((await store.watchedContent('f', 'new'))?.jobId, 'a');
      assert.equal(await store.watchedContent('g', 'new'), undefined);
      const summary = await store.watchSummary('f');
      assert.deepEqual([summary.submitted, summary.failed, summary.last?.path], [1, 1, '/in/new']);
      const files = await store.watchedFiles('f', 10);
      assert.deepEqual(
        files.map(({ file: { path, state }, jobState }) => [path, state, jobState]),
        [
          ['/in/new', 'submitted', 'failed'],
          ['/in/old', 'existing', undefined],
        ],
      );
      assert.deepEqual(await store.madeAmong(['/in/made', '/in/x']), [
        { normalised: '/in/made', jobId: 'a', bytes: 7 },
      ]);
      assert.deepEqual(await store.madeContents(7), []);
      await store.saveWatchFolder(folder, [], true);
      assert.equal((await store.watchedFiles('f', 10)).length, 1);
      await store.removeWatchFolder('f');
      assert.deepEqual(await store.watchFolders(), []);
      assert.deepEqual(await store.watchedFiles('f', 10), []);
    });

    it('knows results and their copies by content, for good, also when one has moved and come back', async () => {
      const { job } = await store.submit(storedJob('a'));
      const made = { normalised: '/out/made', bytes: 7, content: 'whole-7-x' };
      let revision = await store.write(changeOf(job, {}, { made: [made] }));
      assert.deepEqual(await store.madeAmong([made.normalised]), [{ ...made, jobId: 'a' }]);
      await store.addMade('a', [{ normalised: '/in/copy', bytes: 8, content: 'whole-8-y' }]);
      for (const normalised of ['/in/source', '/out/made'])
        revision = await store.write(
          changeOf({ ...job, revision }, {}, { made: [{ normalised, bytes: 7 }] }),
        );
      await store.write(changeOf({ ...job, revision }, { state: 'failed' }));
      await store.remove([{ id: 'a', revision: await store.revision() }]);
      store = await given().reopen();
      assert.deepEqual(await store.madeContents(7), ['whole-7-x']);
      assert.deepEqual(await store.madeContents(8), ['whole-8-y']);
      assert.deepEqual(await store.madeContents(9), []);
    });
  });
}

/** Without the fields that are there and undefined. */
function clean(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
