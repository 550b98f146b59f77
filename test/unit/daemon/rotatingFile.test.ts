import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openLog } from '../../../src/daemon/log.ts';
import { RotatingFile } from '../../../src/daemon/rotatingFile.ts';

describe('the log', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'dffmpeg-log-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('puts itself aside at its size, and keeps so many', () => {
    const file = new RotatingFile({ file: path.join(folder, 'daemon.log'), maxBytes: 20, keep: 2 });
    for (let line = 1; line <= 9; line += 1) file.write(`line ${line} .\n`);
    file.close();
    assert.deepEqual(readdirSync(folder).sort(), ['daemon.log', 'daemon.log.1', 'daemon.log.2']);
    const text = (name: string): string => readFileSync(path.join(folder, name), 'utf8');
    assert.equal(text('daemon.log'), 'line 9 .\n');
    assert.equal(text('daemon.log.1'), 'line 7 .\nline 8 .\n');
    assert.equal(text('daemon.log.2'), 'line 5 .\nline 6 .\n');
  });

  it('leaves lines out while its disk is nearly full, which it says once, and how many when there is room', () => {
    let low = false;
    const gap = (lost: number | undefined): string => (lost === undefined ? 'from here\n' : `${lost} lost\n`);
    const options = { maxBytes: 1000, keep: 1, isLow: () => low, gap };
    const file = new RotatingFile({ file: path.join(folder, 'daemon.log'), ...options });
    file.write('one\n');
    low = true;
    for (const line of ['two\n', 'three\n']) file.write(line);
    low = false;
    file.write('four\n');
    file.close();
    assert.equal(readFileSync(path.join(folder, 'daemon.log'), 'utf8'), 'one\nfrom here\n2 lost\nfour\n');
  });

  it('goes on where an earlier daemon ended, and only the owner reads it', () => {
    for (const text of ['one\n', 'two\n']) {
      const file = new RotatingFile({
        file: path.join(folder, 'logs', 'daemon.log'),
        maxBytes: 1000,
        keep: 1,
      });
      file.write(text);
      file.close();
    }
    assert.equal(readFileSync(path.join(folder, 'logs', 'daemon.log'), 'utf8'), 'one\ntwo\n');
    if (process.platform !== 'win32')
      assert.equal(statSync(path.join(folder, 'logs', 'daemon.log')).mode & 0o077, 0);
  });

  it('shows no key, neither in a field nor within a text', () => {
    const lines: string[] = [];
    const stderr = { write: (line: string) => void lines.push(line) };
    const daemonLog = openLog({ stateDir: folder, level: 'info', maxBytes: 10_000, keep: 1, stderr });
    daemonLog.redact('s3cr3t-key');
    daemonLog.log.info({ discovery: { url: 'ws://x', key: 'other' } }, 'open');
    daemonLog.log.error({ err: new Error('bad signature with s3cr3t-key') }, 'refused');
    daemonLog.log.debug('not at this level');
    daemonLog.setLevel('debug');
    daemonLog.log.debug('now it is');
    daemonLog.close();
    const all = lines.join('') + readFileSync(path.join(folder, 'logs', 'daemon.log'), 'utf8');
    assert.doesNotMatch(all, /s3cr3t|other|not at this level/);
    assert.match(all, /bad signature with \[key\]/);
    assert.equal(lines.length, 3);
    for (const line of lines) assert.equal(typeof (JSON.parse(line) as { time: unknown }).time, 'string');
  });
});
