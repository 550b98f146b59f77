import assert from 'node:assert/strict';
import { isOnAnotherDisk } from '../../../src/files/folderMark.ts';

describe('the disk of a folder', () => {
  const before = { device: '8', inode: '2', kind: 'ext4', blocks: '1000' };
  for (const [what, now, other] of [
    ['is the same while nothing is mounted anew', before, false],
    ['is the same where the folder was made anew on it', { ...before, inode: '77' }, false],
    ['is the same under another number, by its folder', { ...before, device: '9', blocks: '1001' }, false],
    [
      'is the same where its folders have other numbers, by its size',
      { ...before, device: '9', inode: '5' },
      false,
    ],
    [
      'is another where what is seen is what was under it',
      { device: '1', inode: '815', kind: 'ext4', blocks: '9' },
      true,
    ],
    ['is another where that is of another kind', { ...before, device: '1', kind: 'btrfs' }, true],
  ] as const)
    it(what, () => {
      assert.equal(isOnAnotherDisk(before, now), other);
    });

  const known = { ...before, made: '1700', volume: '1234-ABCD' };
  for (const [what, one, now, other] of [
    ['is another of the same make and number by its UUID', known, { ...known, volume: '5678-ABCD' }, true],
    [
      'is the same by its UUID, whatever else it is like',
      known,
      { ...known, device: '9', inode: '5', blocks: '7', made: '3' },
      false,
    ],
    [
      'is another of the same make and number by when it was made',
      { ...before, made: '1700' },
      { ...before, made: '1800' },
      true,
    ],
    [
      'is the same by when it was made',
      { ...before, made: '1700' },
      { ...before, made: '1700', device: '9', inode: '5', blocks: '7' },
      false,
    ],
    [
      'is told by the rest where one of them does not say when it was made',
      { ...before, made: '1700' },
      before,
      false,
    ],
  ] as const)
    it(what, () => {
      assert.equal(isOnAnotherDisk(one, now), other);
    });
});
