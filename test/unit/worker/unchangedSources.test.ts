import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Probe } from '../../../src/encoding/probe.ts';
import type { OfferedSource } from '../../../src/protocol/offers.ts';
import type { EncodePayload } from '../../../src/protocol/tasks.ts';
import { unchangedCopies } from '../../../src/worker/unchangedSources.ts';

describe('a copy of a source that waited for its encode', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-unchanged-'))));
  after(() => rm(folder, { recursive: true }));

  async function look(state: Probe['state'], modified: string, inode = '1'): Promise<unknown> {
    const copy = path.join(folder, 'source.mov');
    await writeFile(copy, 'a film');
    const probe = { formatName: 'mov', bytes: 6, state, streams: [] };
    const payload = { sources: [{ path: copy, probe }] } as Partial<EncodePayload> as EncodePayload;
    const identity = { device: '1', inode };
    const offered = [
      { path: 'desk/clip.mov', modified, identity } as Partial<OfferedSource> as OfferedSource,
    ];
    return unchangedCopies(payload, offered);
  }
  const state = { inode: '1', modified: '100', changed: '200' };

  it('is encoded where the file was not written to since it was looked at', async () => {
    await look(state, '100');
    // A drive tells the fractions otherwise, or its files have other numbers after a while.
    await look(state, '150');
    await look(state, '100', '2');
    // A job of an early version.
    await look(undefined, '101');
  });

  it('is not where it was, and the file of the other machine is named', async () => {
    for (const [modified, inode] of [
      ['3000000000', '1'],
      ['101', '2'],
    ] as const)
      await assert.rejects(look(state, modified, inode), {
        code: 'source-changed',
        message: 'desk/clip.mov changed while it waited to be encoded.',
      });
  });
});
