import assert from 'node:assert/strict';
import { offeredResultSchema } from '../../../src/protocol/offers.ts';

function offered(name: string, member = '') {
  const file = { name: member, bytes: 1, modified: '1', ticket: 'T'.repeat(43) };
  return offeredResultSchema.safeParse({ name, isFolder: member !== '', files: [file] }).success;
}

describe('a result that another machine offers', () => {
  it('is one file, or a folder of files with plain names', () => {
    for (const name of ['result.mp4', 'stream', 'hd_1.mkv']) assert.ok(offered(name), name);
    for (const member of ['main.m3u8', 'a/b/c.ts', 'with space.ts', 'über.ts', '.hidden'])
      assert.ok(offered('stream', member), member);
  });

  it('names nothing outside of its folder', () => {
    for (const name of ['..', '.', '', '../x.mp4', '/etc/x.mp4', 'a/b.mp4', 'a\\b.mp4', '.hidden', 'x\0.mp4'])
      assert.ok(!offered(name), JSON.stringify(name));
    for (const member of ['../x', 'a/../../x', '/etc/x', 'a//b', 'a/', 'a\\..\\x', 'C:x', 'x\0', './x'])
      assert.ok(!offered('stream', member), JSON.stringify(member));
  });
});
