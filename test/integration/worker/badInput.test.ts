import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ScriptedCoordinator } from './support/scriptedCoordinator.ts';
import { encodePayload, probeBy, probePayload, Workshop } from './support/workshop.ts';

const run = promisify(execFile);

describe('worker: bad input', function () {
  this.timeout(60_000);
  let shop: Workshop;
  let coordinator: ScriptedCoordinator;

  before(async () => {
    shop = await Workshop.openProved();
    ({ coordinator } = shop.hire());
    await coordinator.ready();
  });
  after(() => shop.close());

  let tasks = 0;

  /** The error of a probe task; it must name a file or say something of it, and what to do next. */
  async function refusal(source: string, destination = path.dirname(source)) {
    const payload = probePayload(source, destination);
    tasks += 1;
    const report = await coordinator.run({ taskId: `p${tasks}`, fence: 1, payload });
    assert.ok(report.type === 'failed', JSON.stringify(report));
    assert.ok(report.error.hint, 'a hint');
    return report.error.code;
  }

  it('refuses a text file named .mp4', async () => {
    await writeFile(shop.path('notes.mp4'), 'Dear diary,\n'.repeat(1000));
    assert.equal(await refusal(shop.path('notes.mp4')), 'source-not-media');
  });

  it('refuses an mp4 without its index', async () => {
    const file = await shop.clip(shop.path('cut.mp4'), { seconds: 2 });
    await truncate(file, Math.floor((await stat(file)).size / 2));
    assert.equal(await refusal(file), 'source-damaged');
  });

  it('refuses an empty file, a folder, and one that is not there', async () => {
    await writeFile(shop.path('empty.mp4'), '');
    assert.equal(await refusal(shop.path('empty.mp4')), 'source-not-media');
    await mkdir(shop.path('folder.mp4'));
    assert.equal(await refusal(shop.path('folder.mp4')), 'source-unreadable');
    assert.equal(await refusal(shop.path('none.mp4')), 'source-missing');
  });

  it('refuses a file that holds only subtitles', async () => {
    const subtitles = shop.path('only.srt');
    await writeFile(subtitles, '1\n00:00:00,000 --> 00:00:01,000\nHello\n');
    const file = shop.path('subtitles.mkv');
    await run('ffmpeg', ['-loglevel', 'error', '-i', subtitles, file]);
    assert.equal(await refusal(file), 'source-not-media');
  });

  it('refuses the folders of the daemon itself for a result, links resolved, also when it is to be encoded', async () => {
    const file = await shop.clip(shop.path('for-us.mp4'));
    const own = path.join(shop.stateDir, 'scratch', 'inquiries');
    await mkdir(own, { recursive: true });
    await symlink(own, shop.path('leads-to-us'));
    for (const folder of [shop.stateDir, own, shop.path('leads-to-us'), shop.path('.dffmpeg-scratch-1')]) {
      await mkdir(folder, { recursive: true });
      assert.equal(await refusal(file, folder), 'destination-unwritable', folder);
    }
    const probe = await probeBy(coordinator, file, 'for-us');
    const payload = encodePayload({ source: file, probe, output: shop.path('leads-to-us', 'a.mp4') });
    const report = await coordinator.run({ taskId: 'into-us', fence: 1, payload });
    assert.equal(report.type === 'failed' && report.error.code, 'destination-unwritable');
    assert.deepEqual(await readdir(own), []);
    // What is kept aside is the person’s own.
    const aside = shop.path('.dffmpeg-replaced', 'j1');
    await mkdir(aside, { recursive: true });
    const beside = { taskId: 'aside', fence: 1, payload: probePayload(file, aside) };
    assert.equal((await coordinator.run(beside)).type, 'probed');
  });

  it('fetches nothing that a playlist named .mp4 asks for', async () => {
    let asked = 0;
    const server = http.createServer((_, response) => {
      asked += 1;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const file = shop.path('playlist.mp4');
    await writeFile(file, `#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:${port}/a.ts\n`);
    assert.equal(await refusal(file), 'source-not-media');
    assert.equal(asked, 0);
    await new Promise((resolve) => server.close(resolve));
  });

  it('fails an encode whose source vanished after the probe, or became something else', async () => {
    const source = await shop.clip(shop.path('vanishing.mp4'));
    const output = shop.path('vanishing.web.mp4');
    const probe = await probeBy(coordinator, source, 'v0');
    const payload = encodePayload({ source, probe, output });
    await writeFile(source, 'no longer a film');
    const changed = await coordinator.run({ taskId: 'v1', fence: 1, payload });
    assert.ok(changed.type === 'failed');
    assert.equal(changed.error.code, 'source-changed');
    assert.equal(changed.exit, undefined, 'no ffmpeg was started on it');
    // Of the same size, it is looked at anew.
    await writeFile(source, 'no longer a film'.padEnd(probe.bytes));
    const disguised = await coordinator.run({ taskId: 'v3', fence: 1, payload });
    assert.ok(disguised.type === 'failed');
    assert.match(disguised.error.code, /^source-/);
    assert.equal(disguised.exit, undefined, 'nor on that');
    await rm(source);
    const gone = await coordinator.run({ taskId: 'v2', fence: 1, payload });
    assert.equal(gone.type === 'failed' && gone.error.code, 'source-missing');
    await assert.rejects(stat(output), { code: 'ENOENT' });
  });

  it('fails an encode of which the disk did not give the end, though ffmpeg ends with 0', async function () {
    if (process.platform === 'win32') this.skip();
    // The real one, on a disk with a bad block: what it says of that, and how it then ends.
    const failing = shop.path('failing', 'ffmpeg');
    await mkdir(path.dirname(failing));
    const says = '/films/clip.mp4: Input/output error';
    await writeFile(
      failing,
      `#!/bin/sh\nffmpeg "$@" || exit\ncase "$*" in *readable.mp4*) echo '${says}' >&2;; esac\n`,
      {
        mode: 0o755,
      },
    );
    const { coordinator: other, worker } = shop.hire({
      ffmpegPath: failing,
      id: 'w2',
      stateDir: shop.path('w2'),
    });
    try {
      const source = await shop.clip(shop.path('readable.mp4'));
      const output = shop.path('readable.web.mp4');
      await other.ready();
      const probe = await probeBy(other, source, 'e0');
      const payload = encodePayload({ source, probe, output });
      const report = await other.run({ taskId: 'e1', fence: 1, payload });
      assert.ok(report.type === 'failed', JSON.stringify(report));
      assert.equal(report.error.code, 'source-unreadable');
      assert.match(report.error.message, /readable\.mp4 could not be read to its end/);
      assert.equal(report.exit?.code, 0);
      await assert.rejects(stat(output), { code: 'ENOENT' });
    } finally {
      await worker.close();
    }
  });

  it('refuses a preset whose encoder does not work here', async () => {
    const source = await shop.clip(shop.path('fine.mp4'));
    const probe = await probeBy(coordinator, source, 'e0');
    const unusable = Object.entries(coordinator.worker?.capabilities ?? {}).find(
      ([name, { usable }]) => !usable && name === 'hevc_videotoolbox',
    );
    if (!unusable) return;
    const preset = { container: 'mp4' as const, video: { encoders: ['hevc_videotoolbox' as const] } };
    const output = shop.path('fine.out.mp4');
    const payload = encodePayload({ source, probe, preset, output });
    const report = await coordinator.run({ taskId: 'e1', fence: 1, payload });
    assert.equal(report.type === 'failed' && report.error.code, 'encoder-unavailable');
  });

  describe('destination', () => {
    let source: string;
    before(async () => {
      source = await shop.clip(shop.path('source', 'clip.mp4'));
    });

    it('must be there and be a folder', async () => {
      assert.equal(await refusal(source, shop.path('nowhere')), 'destination-missing');
      assert.equal(await refusal(source, source), 'destination-missing');
    });

    it('must be writable', async function () {
      const folder = shop.path('readOnly');
      await mkdir(folder);
      if (process.getuid?.() === 0) {
        // Permissions do not stop root: a mount does.
        const bind = async () => {
          await run('mount', ['--bind', folder, folder]);
          await run('mount', ['-o', 'remount,bind,ro', folder]);
        };
        const mounted = await bind().then(
          () => true,
          () => false,
        );
        if (!mounted) {
          console.warn('      skipped: as root, and mounts are not allowed here');
          await run('umount', [folder]).catch(() => undefined);
          return this.skip();
        }
        try {
          assert.equal(await refusal(source, folder), 'destination-unwritable');
        } finally {
          await run('umount', [folder]);
        }
        return;
      }
      await run('chmod', ['555', folder]);
      assert.equal(await refusal(source, folder), 'destination-unwritable');
    });

    it('is proved by writing there, leaving nothing', async () => {
      const folder = shop.path('fresh');
      await mkdir(folder);
      const payload = probePayload(source, folder);
      const report = await coordinator.run({ taskId: 'd1', fence: 1, payload });
      assert.equal(report.type, 'probed');
      assert.deepEqual(await readdir(folder), []);
    });

    it('on another file system gets a hidden name first', async function () {
      const folder = '/dev/shm';
      const there = await stat(folder).catch(() => undefined);
      if (!there || there.dev === (await stat(shop.root)).dev) return this.skip();
      const target = path.join(folder, `dffmpeg-test-${process.pid}`);
      await mkdir(target);
      try {
        const output = path.join(target, 'clip.web.mp4');
        const probe = await probeBy(coordinator, source, 'x0');
        coordinator.onCommit = ({ staged }) => {
          assert.equal(path.dirname(path.dirname(staged)), target);
          assert.match(staged, /\.dffmpeg-x1-7\.[0-9a-f.-]+\.part.result\.mp4$/);
          return Promise.resolve({ path: output });
        };
        const payload = encodePayload({ source, probe, output });
        const report = await coordinator.run({ taskId: 'x1', fence: 7, payload });
        assert.equal(report.type, 'delivered', JSON.stringify(report));
        assert.deepEqual(await readdir(target), ['clip.web.mp4']);
        // A name on the other side again: the result is copied there first.
        const elsewhere = shop.path('elsewhere.mp4');
        coordinator.onCommit = () => Promise.resolve({ path: elsewhere });
        const copied = await coordinator.run({ taskId: 'x2', fence: 1, payload });
        assert.equal(copied.type === 'delivered' && copied.path, elsewhere, JSON.stringify(copied));
        assert.deepEqual(await readdir(target), ['clip.web.mp4']);
        assert.ok((await readFile(elsewhere)).length > 0);
      } finally {
        await rm(target, { recursive: true, force: true });
      }
    });
  });
});
