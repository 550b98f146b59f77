import assert from 'node:assert/strict';
import type { Kysely } from 'kysely';
import { migrate, migrations } from '../../../../src/coordinator/store/migrations.ts';
import { DffmpegError } from '../../../../src/protocol/errors.ts';
import { noCounts } from '../../../../src/protocol/jobState.ts';
import { preset, probe } from '../fixtures.ts';
import type { StoreUnderTest } from './contract.ts';

/** The tables of schema 1, as far as these tests write them. */
interface FirstSchema {
  jobs: Record<string, string | number | null>;
  tasks: Record<string, string | number>;
  meta: { name: string; value: string };
}

export function describeSchema(create: () => Promise<StoreUnderTest>): void {
  describe('schema', () => {
    let database: StoreUnderTest;

    beforeEach(async () => {
      database = await create();
    });

    afterEach(() => database.cleanUp());

    it('numbers its migrations without a gap', () => {
      assert.deepEqual(
        migrations.map(({ number }) => number),
        migrations.map((_, index) => index + 1),
      );
    });

    for (const { number, name } of migrations.slice(0, -1))
      it(`reads what was stored under ${name}`, async () => {
        const tables = database.tables();
        await migrate(tables, '0.1.0', migrations.slice(0, 1));
        await insertFirstJobs(tables);
        await migrate(tables, '0.1.0', migrations.slice(0, number));
        await tables.destroy();

        const store = await database.open();
        const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((id) => store.job(id)));
        assert.deepEqual(a?.job.probes, [probe]);
        assert.equal(a.job.placement?.output, 0);
        assert.deepEqual(a.job.outputs, [{ path: '/a.web.mp4', bytes: 3, state: 'planned' }]);
        assert.equal(b?.job.outputs[0]?.state, 'placed');
        assert.deepEqual([c?.job.probes, c?.job.outputs], [undefined, []]);
        assert.deepEqual(await store.counts(), { ...noCounts, running: 1, done: 1, waiting: 1 });
        const queue = await store.queue({ now: 9, kinds: ['probe', 'encode'], limit: 10 });
        assert.deepEqual(
          queue.map(({ task }) => task.id),
          ['c-probe'],
        );
        assert.equal(await store.revision(), 3);
        await store.close();
      });

    it('finds the hooks of a job whose source was being replaced due when the earliest of them is', async () => {
      const before = database.tables();
      await migrate(before, '0.1.0', migrations.slice(0, 1));
      await insertFirstJobs(before);
      await migrate(before, '0.1.0', migrations.slice(0, 10));
      const hook = (state: string, at: number) => ({ state, at });
      await (before as unknown as Kysely<FirstSchema>)
        .updateTable('jobs')
        .set({ hooks: JSON.stringify([hook('done', 3), hook('waiting', 9), hook('waiting', 7)]) })
        .set({ replacement_due: 0, hooks_due: null })
        .where('id', '=', 'b')
        .execute();
      await migrate(before, '0.1.0');
      const due = await (before as unknown as Kysely<FirstSchema>)
        .selectFrom('jobs')
        .select(['id', 'hooks_due'])
        .orderBy('id')
        .execute();
      assert.deepEqual(
        due.map(({ hooks_due: at }) => at),
        [null, 7, null],
      );
      await before.destroy();
    });

    it('is brought up to date once', async () => {
      await (await database.open()).close();
      const store = await database.open();
      assert.deepEqual(await store.counts(), noCounts);
      await store.close();
    });

    it('refuses a newer one, changes nothing, and names the version to install', async () => {
      await (await database.open()).close();
      let tables = database.tables() as unknown as Kysely<FirstSchema>;
      await setMeta(tables, 'schema', '99');
      await setMeta(tables, 'program', '7.8.9');
      await tables.destroy();
      await assert.rejects(database.open(), (error: unknown) => {
        assert.ok(error instanceof DffmpegError);
        assert.equal(error.code, 'version-mismatch');
        assert.match(error.hint ?? '', /Install DFFmpeg 7\.8\.9/);
        return true;
      });
      tables = database.tables() as unknown as Kysely<FirstSchema>;
      const meta = await tables.selectFrom('meta').selectAll().orderBy('name').execute();
      assert.deepEqual(
        meta.map(({ value }) => value),
        ['7.8.9', '99'],
      );
      await tables.destroy();
    });
  });
}

async function setMeta(tables: Kysely<FirstSchema>, name: string, value: string): Promise<void> {
  await tables.updateTable('meta').set({ value }).where('name', '=', name).execute();
}

/** One that is being placed, one that is done, one that waits, each of one source and one output. */
async function insertFirstJobs(database: Kysely<never>): Promise<void> {
  const db = database as unknown as Kysely<FirstSchema & { counters: { name: string; value: number } }>;
  const common = {
    ...{ preset: 'web', preset_data: JSON.stringify(preset), priority: 50, attached: 0, cancelling: 0 },
    ...{ sources: JSON.stringify([{ path: '/a.mov' }]), fence: 2, created_at: 1 },
  };
  const outputs = JSON.stringify([{ path: '/a.web.mp4', bytes: 3 }]);
  const placement = JSON.stringify({
    ...{ taskId: 'a-encode', fence: 2, workerId: 'w1', staged: '/s', path: '/a.web.mp4', bytes: 3 },
    identity: { device: '1', inode: '2' },
    verdict: { level: 'pass', findings: [] },
  });
  const probed = JSON.stringify(probe);
  const jobs = [
    { id: 'a', state: 'committing', outputs, probe: probed, placement, ended_at: null },
    { id: 'b', state: 'done', outputs, probe: probed, placement: null, ended_at: 5 },
    { id: 'c', state: 'accepted', outputs: '[]', probe: null, placement: null, ended_at: null },
  ];
  for (const [index, job] of jobs.entries())
    await db
      .insertInto('jobs')
      .values({ ...common, ...job, submission_id: `s${index}`, revision: index + 1 })
      .execute();
  await db
    .insertInto('tasks')
    .values({
      ...{ id: 'c-probe', job_id: 'c', kind: 'probe', state: 'waiting', priority: 50, created_at: 1 },
      ...{ not_before: 0, environment_failures: 0, transient_failures: 0, avoid: '[]' },
    })
    .execute();
  await db.updateTable('counters').set({ value: 3 }).where('name', '=', 'revision').execute();
}
