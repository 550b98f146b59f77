import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ffmpegInstall, ffmpegInstallHint, parseOsRelease } from '../../../src/encoding/ffmpegInstall.ts';
import type { OutputPreset } from '../../../src/encoding/output.ts';
import { videoEncoders } from '../../../src/encoding/presetNames.ts';
import { slotKind } from '../../../src/encoding/slots.ts';
import { DffmpegError } from '../../../src/protocol/errors.ts';
import type { TaskReport } from '../../../src/protocol/tasks.ts';
import { ffmpegEnvironment } from '../../../src/worker/environment.ts';
import { findTools } from '../../../src/worker/findBinary.ts';
import { LineBatcher } from '../../../src/worker/lineBatcher.ts';
import { MemoryOutbox } from '../../../src/worker/outbox.ts';
import { surelyNeededBytes } from '../../../src/worker/sizeEstimate.ts';
import { slotTable } from '../../../src/worker/slotTable.ts';

describe('worker', () => {
  it('lets nothing into ffmpeg’s environment that changes what it does', () => {
    const inner = ffmpegEnvironment({
      Path: '/bin',
      HOME: '/home/me',
      CUDA_VISIBLE_DEVICES: '1',
      http_proxy: 'http://proxy',
      ALL_PROXY: 'http://proxy',
      FFREPORT: 'file=x',
      AV_LOG_FORCE_COLOR: '1',
      AWS_SECRET_ACCESS_KEY: 'secret',
    });
    assert.deepEqual(Object.keys(inner).sort(), [
      ...['AV_LOG_FORCE_NOCOLOR', 'CUDA_VISIBLE_DEVICES', 'HOME', 'LC_ALL', 'Path', 'SVT_LOG'],
    ]);
  });

  describe('slots', () => {
    it('has a kind for every encoder', () => {
      assert.deepEqual([...new Set(videoEncoders.map(slotKind))].sort(), [
        'cpu',
        'nvenc',
        'qsv',
        'videotoolbox',
      ]);
      assert.equal(slotKind('aac'), 'cpu');
      assert.equal(slotKind('constructor'), 'cpu');
    });

    it('counts cores, offers hardware that was proved, and lets a person say otherwise', () => {
      assert.deepEqual(slotTable(4, {}), { probe: 4, cpu: 1 });
      assert.deepEqual(slotTable(32, {}), { probe: 4, cpu: 4 });
      const proved = {
        h264_nvenc: { usable: true as const, pixelFormats: [] },
        h264_qsv: { usable: false as const, refusal: '' },
      };
      assert.deepEqual(slotTable(4, proved, { cpu: 3, qsv: 5 }), { probe: 4, cpu: 3, nvenc: 2 });
    });
  });

  describe('outbox', () => {
    const key = { taskId: 't1', fence: 1 };
    const verifying: TaskReport = { type: 'verifying', output: 0, exit: { code: 0, signal: null } };
    const cancelled: TaskReport = { type: 'cancelled' };

    it('repeats until it is answered, in order', async () => {
      const sent: string[] = [];
      let failures = 2;
      const outbox = new MemoryOutbox({
        send: (_, report) => {
          sent.push(report.type);
          failures -= 1;
          return failures >= 0
            ? Promise.reject(new DffmpegError('disconnected', 'No connection.'))
            : Promise.resolve();
        },
        onRefused: () => assert.fail(),
      });
      const outcomes = await Promise.all([outbox.post(key, verifying), outbox.post(key, cancelled)]);
      assert.deepEqual(outcomes, ['stored', 'stored']);
      assert.deepEqual(sent, ['verifying', 'verifying', 'verifying', 'cancelled']);
    });

    it('takes no for an answer', async () => {
      const refused: string[] = [];
      const outbox = new MemoryOutbox({
        send: () => Promise.reject(new DffmpegError('fence-void', 'A later attempt exists.')),
        onRefused: (_, report, error) => refused.push(`${report.type} ${error.code}`),
      });
      assert.equal(await outbox.post(key, cancelled), 'refused');
      assert.deepEqual(refused, ['cancelled fence-void']);
    });

    it('gives up when it is closed', async () => {
      const outbox = new MemoryOutbox({
        send: () => Promise.reject(new DffmpegError('disconnected', 'No connection.')),
        onRefused: () => assert.fail(),
      });
      const post = outbox.post(key, cancelled);
      outbox.close();
      await assert.rejects(post, { name: 'AbortError' });
    });
  });

  it('hands on whole lines, cut and counted where they are too many', () => {
    const batches: string[] = [];
    const batcher = new LineBatcher((text) => batches.push(text), 250);
    batcher.push('one\ntw');
    batcher.push('o\r\nthree');
    batcher.flush();
    assert.deepEqual(batches, ['one\ntwo\nthree\n']);
    batcher.push(`${'x'.repeat(5000)}\n${'y\n'.repeat(20_000)}`);
    batcher.flush();
    assert.ok((batches[1] ?? '').length < 20_000);
    assert.match(batches[1] ?? '', /more lines left out\n$/);
  });

  it('asks for space only where the bit rate says how much', () => {
    const probe = { formatName: 'mov', duration: 1000, bytes: 1, streams: [] };
    const needed = (output: Partial<OutputPreset>) =>
      surelyNeededBytes({ container: 'mp4', ...output }, [probe]);
    const least = 16 * 1024 * 1024;
    assert.equal(needed({ video: { encoders: ['libx264'], crf: 20 } }), least);
    assert.equal(needed({ video: { bitrate: '8M' } }), 700e6);
    assert.equal(surelyNeededBytes({ container: 'mp4', video: { bitrate: '8M' } }, [probe, probe]), 1400e6);
    assert.equal(needed({ video: { targetSize: '1GB' } }), 500e6);
    assert.equal(needed({ video: { bitrate: '8M' }, trim: { duration: 1 } }), least);
    assert.equal(needed({ video: { copy: true, bitrate: '8M' } }), least);
  });

  describe('installing ffmpeg', () => {
    const debian = 'PRETTY_NAME="Debian"\nID=debian\n';
    const mint = 'ID=linuxmint\nID_LIKE="ubuntu debian"\n';
    const rocky = "ID='rocky'\nID_LIKE='rhel centos fedora'\n";

    it('has a command for each system', () => {
      const command = (release: string) =>
        ffmpegInstall({ platform: 'linux', distributions: parseOsRelease(release) })?.command;
      assert.match(command(debian) ?? '', /apt-get/);
      assert.match(command(mint) ?? '', /apt-get/);
      assert.match(command('ID=fedora') ?? '', /dnf/);
      assert.match(command(rocky) ?? '', /epel/);
      assert.match(command('ID=arch') ?? '', /pacman/);
      assert.equal(command('ID=plan9'), undefined);
      assert.match(ffmpegInstall({ platform: 'darwin' })?.command ?? '', /^brew/);
      assert.match(ffmpegInstall({ platform: 'win32' })?.command ?? '', /^winget/);
      assert.match(ffmpegInstallHint({ platform: 'freebsd' }), /https:/);
    });
  });

  describe('finding ffmpeg', () => {
    let root: string;
    before(async () => {
      root = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-find-'));
      for (const folder of ['here', 'there']) {
        await mkdir(path.join(root, folder));
        for (const name of ['ffmpeg', 'ffprobe'])
          await writeFile(path.join(root, folder, name), '#!/bin/sh\n', { mode: 0o755 });
      }
      await writeFile(path.join(root, 'ffmpeg'), 'not to be run', { mode: 0o644 });
    });
    after(() => rm(root, { recursive: true, force: true }));

    const find = (configured: string | undefined, searchPath: string) =>
      findTools(configured, { env: { PATH: searchPath }, platform: 'linux' });

    it('takes the first of the PATH, with the ffprobe beside it', async function () {
      if (process.platform === 'win32') return this.skip();
      const tools = await find(undefined, `${root}:${root}/there:${root}/here`);
      assert.equal(tools?.ffmpeg.path, path.join(root, 'there', 'ffmpeg'));
      assert.equal(tools.ffprobe.path, path.join(root, 'there', 'ffprobe'));
    });

    it('takes the configured one, by file or folder, and no other', async function () {
      if (process.platform === 'win32') return this.skip();
      const here = path.join(root, 'here');
      assert.equal((await find(here, `${root}/there`))?.ffmpeg.path, path.join(here, 'ffmpeg'));
      assert.equal((await find(path.join(here, 'ffmpeg'), ''))?.ffmpeg.path, path.join(here, 'ffmpeg'));
      assert.equal(await find(path.join(root, 'none'), `${root}/there`), undefined);
    });

    it('never searches the current folder', async function () {
      if (process.platform === 'win32') return this.skip();
      const before = process.cwd();
      process.chdir(path.join(root, 'here'));
      try {
        const tools = await find(undefined, `:.:./here:${root}/there`);
        assert.equal(tools?.ffmpeg.path, path.join(root, 'there', 'ffmpeg'));
      } finally {
        process.chdir(before);
      }
    });
  });
});
