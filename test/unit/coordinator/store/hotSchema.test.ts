import assert from 'node:assert/strict';
import * as z from 'zod';
import { HotSchema } from '../../../../src/coordinator/store/hotSchema.ts';
import { jobRecordSchema } from '../../../../src/coordinator/store/records.ts';
import { storedJob } from '../fixtures.ts';

describe('hotSchema', () => {
  it('reads and refuses alike however often it was used', () => {
    const { job } = storedJob('a', { state: 'waiting', startedAt: undefined });
    const values = [job, { ...job, unknown: 1 }, { ...job, state: 'gone' }, { ...job, fence: -1 }, {}, null];
    const first = values.map((value) => plain(jobRecordSchema.safeParse(value)));
    assert.deepEqual(
      first.map(({ success }) => success),
      [true, true, false, false, false, false],
    );
    const schema = new HotSchema(jobRecordSchema);
    for (let time = 0; time < 2_000; time += 1)
      assert.deepEqual(
        values.map((value) => plain(schema.safeParse(value))),
        first,
      );
  });
});

function plain(parsed: z.ZodSafeParseResult<unknown>): { success: boolean; outcome: unknown } {
  return parsed.success
    ? { success: true, outcome: parsed.data }
    : { success: false, outcome: z.treeifyError(parsed.error) };
}
