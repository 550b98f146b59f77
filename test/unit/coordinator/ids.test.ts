import assert from 'node:assert/strict';
import { createIdSource } from '../../../src/coordinator/ids.ts';
import { idSchema } from '../../../src/protocol/model.ts';

describe('ids', () => {
  it('are short, sorted by creation, and never the same, also when the clock stands still or goes back', () => {
    const times = [5_000, 5_000, 4_000, 9_000];
    let call = 0;
    const newId = createIdSource(() => times[call++] ?? 9_000, Math.random);
    const ids = Array.from({ length: 500 }, newId);
    assert.deepEqual([...ids].sort(), ids);
    assert.equal(new Set(ids).size, ids.length);
    for (const id of ids) assert.ok(idSchema.safeParse(id).success && id.length === 12, id);
  });
});
