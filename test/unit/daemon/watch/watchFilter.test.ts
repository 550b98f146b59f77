import assert from 'node:assert/strict';
import { watchFilter } from '../../../../src/daemon/watch/watchFilter.ts';

describe('watchFilter', () => {
  const plain = watchFilter({ include: [], exclude: [], recursive: false });

  it('takes media by their extension, and nothing hidden, temporary or still being written', () => {
    for (const name of ['a.mp4', 'A.MOV', 'day/b.mkv', 'c.wav']) assert.ok(plain.takesFile(name), name);
    for (const name of [
      ...['a.txt', 'a.ts', '.a.mp4', 'a.mp4.part', 'a.crdownload', '~$a.mp4', 'a.mp4~', 'x/.dffmpeg-1.part'],
      ...['a.tmp', 'a.mp4.aria2', 'a.mp4.!qB'],
    ])
      assert.ok(!plain.takesFile(name), name);
  });

  it('enters folders where it is recursive, but no hidden ones', () => {
    assert.ok(!plain.entersFolder('day'));
    const all = watchFilter({ include: [], exclude: ['raw', 'day2/**'], recursive: true });
    assert.ok(all.entersFolder('day') && all.entersFolder('day/cam'));
    for (const name of ['.git', 'day/.cache', 'node_modules', 'raw', 'day/raw'])
      assert.ok(!all.entersFolder(name), name);
    assert.ok(!all.takesFile('day2/a.mp4'));
  });

  it('takes what its patterns mean, whatever the extension', () => {
    const some = watchFilter({
      include: ['*.TS', 'cam?/**/{a,b}*.mp4'],
      exclude: ['*-proxy.*'],
      recursive: true,
    });
    for (const name of ['x.ts', 'deep/er/x.ts', 'cam1/a.mp4', 'cam2/x/y/b2.mp4'])
      assert.ok(some.takesFile(name), name);
    for (const name of ['x.mp4', 'cam10/a.mp4', 'cam1/c.mp4', 'x-proxy.ts', 'z/cam1/a.mp4', '.x.ts'])
      assert.ok(!some.takesFile(name), name);
  });

  it('takes a pattern with characters of regular expressions as they are', () => {
    const odd = watchFilter({ include: ['a+(1)[x].mp4', 'ä*.mov', '{x.mp4'], exclude: [], recursive: false });
    assert.ok(odd.takesFile('a+(1)[x].mp4') && odd.takesFile('Äpfel.mov'));
    assert.ok(odd.takesFile('{x.mp4'));
    assert.ok(!odd.takesFile('aa1x.mp4'));
  });
});
