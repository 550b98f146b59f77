import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openKeyOutput, withKeyOutput } from '../../../src/cli/admin/keyOutput.ts';
import { fakeIo } from './fakes.ts';

describe('where a key goes', () => {
  let cwd: string;
  beforeEach(async () => (cwd = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-key-'))));
  afterEach(() => rm(cwd, { recursive: true }));

  const invocation = (isTTY: boolean, json = false) => ({ io: fakeIo({ isTTY, cwd }), stateDir: cwd, json });

  it('is a terminal that a person reads, or a file; no pipe, no log and no JSON', async () => {
    assert.deepEqual(await openKeyOutput(invocation(true), undefined), { kind: 'terminal' });
    for (const other of [invocation(false), invocation(false, true), invocation(true, true)])
      await assert.rejects(openKeyOutput(other, undefined), { code: 'request-invalid' });
    const output = await openKeyOutput(invocation(true), 'key');
    assert.ok(output.kind === 'file');
    await output.handle.close();
  });

  it('is no file any more when there was no key', async () => {
    const failing = withKeyOutput(invocation(false), 'key', () => Promise.reject(new Error('refused')));
    await assert.rejects(failing, /refused/);
    assert.ok(!existsSync(path.join(cwd, 'key')));
  });

  it('is not a file in a folder that is not there', async () => {
    await assert.rejects(openKeyOutput(invocation(false), 'no/key'), { code: 'request-invalid' });
  });
});
