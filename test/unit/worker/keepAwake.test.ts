import assert from 'node:assert/strict';
import type { DffmpegError } from '../../../src/protocol/errors.ts';
import { ManualTimers } from '../coordinator/manualTimers.ts';
import { KeepAwake, keepAwakeCommand } from '../../../src/worker/keepAwake.ts';

describe('keepAwakeCommand', () => {
  it('is the system’s own program, which ends with its process', () => {
    const linux = keepAwakeCommand('linux', 42);
    assert.equal(linux?.file, 'systemd-inhibit');
    assert.ok(linux.argv.includes('--what=idle:sleep'));
    assert.deepEqual([linux.argv.at(-1), linux.endsBy], ['cat', 'stdin']);
    assert.deepEqual(keepAwakeCommand('darwin', 42), {
      file: 'caffeinate',
      argv: ['-i', '-w', '42'],
      endsBy: 'signal',
    });
    const windows = keepAwakeCommand('win32', 42);
    assert.equal(windows?.endsBy, 'stdin');
    assert.match(windows.argv.at(-1) ?? '', /SetThreadExecutionState.*ReadToEnd/);
    assert.equal(keepAwakeCommand('freebsd', 42), undefined);
  });
});

describe('KeepAwake', () => {
  it('says once that the system’s program is not there', async () => {
    const errors: DffmpegError[] = [];
    const said = Promise.withResolvers<undefined>();
    const timers = new ManualTimers();
    const keepAwake = new KeepAwake({
      wanted: () => true,
      lingerMs: () => 10,
      command: { file: 'dffmpeg-no-such-program', argv: [], endsBy: 'stdin' },
      timers,
      onError: (error) => {
        errors.push(error);
        said.resolve(undefined);
      },
    });
    keepAwake.set(true);
    await said.promise;
    keepAwake.set(false);
    timers.advance(10);
    keepAwake.set(true);
    await new Promise((resolve) => setTimeout(resolve, 100));
    keepAwake.close();
    assert.equal(errors.length, 1);
    assert.match(errors[0]?.message ?? '', /ENOENT/);
  });
});
