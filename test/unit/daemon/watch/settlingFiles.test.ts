import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SettlingFiles } from '../../../../src/daemon/watch/settlingFiles.ts';

const look = (bytes: number, modified = 1n, inode = 1n) => ({ bytes, modified, inode });

describe('SettlingFiles', () => {
  it('has a file ready when nothing changed for the whole time, and not before', () => {
    const files = new SettlingFiles(1000);
    files.seen('a', look(1), 0);
    assert.equal(files.nextDue(), 1000);
    files.seen('a', look(1), 900);
    assert.deepEqual(files.due(999), []);
    assert.equal(files.due(1000).length, 1);
  });

  it('begins anew with each change of size, time or inode', () => {
    for (const other of [look(2), look(1, 2n), look(1, 1n, 2n)]) {
      const files = new SettlingFiles(1000);
      files.seen('a', look(1), 0);
      files.seen('a', other, 500);
      assert.deepEqual(files.due(1499), []);
      assert.deepEqual(files.due(1500), [{ path: 'a', look: other }]);
    }
  });

  it('forgets what is gone', () => {
    const files = new SettlingFiles(10);
    files.seen('a', look(1), 0);
    files.seen('b', look(1), 0);
    files.drop('a');
    files.retain(new Set(['c']));
    assert.equal(files.size, 0);
    assert.equal(files.nextDue(), undefined);
  });

  it('whatever is seen: what is due was the same for the settle time', () => {
    const step = fc.record({
      after: fc.integer({ min: 0, max: 400 }),
      bytes: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
        const files = new SettlingFiles(500);
        let now = 0;
        let since = 0;
        let last: number | undefined;
        for (const { after, bytes } of steps) {
          now += after;
          if (bytes !== last) since = now;
          last = bytes;
          files.seen('a', look(bytes), now);
          assert.equal(files.due(now).length === 1, now - since >= 500);
          assert.equal(files.nextDue(), since + 500);
        }
      }),
    );
  });
});
