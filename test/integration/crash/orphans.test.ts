import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { which } from '../../../scripts/lib/which.mjs';
import { ChildLedger } from '../../../src/worker/childLedger.ts';
import { processStart } from '../../../src/worker/processTable.ts';
import { giveProofs } from '../support/provedCache.ts';
import { makeClip } from '../worker/support/workshop.ts';
import { HeldDaemon } from './support/heldDaemon.ts';
import { kinds } from './support/kinds.ts';
import { descendants, killAll, stillThere, type Known } from './support/processes.ts';

/** The promise to people, milliseconds from the next start on. */
const limitMs = 5_000;
const preset = { name: 'made', preset: kinds[0]!.preset };

describe('processes of a daemon that was killed', function () {
  this.timeout(120_000);
  let root: string;
  let stateDir: string;
  let daemon: HeldDaemon | undefined;
  let left: Known[];

  before(function () {
    // The scripts that stand in for ffmpeg are for a Unix shell.
    if (process.platform === 'win32') this.skip();
  });
  beforeEach(async () => {
    root = await realpath(await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-orphans-')));
    stateDir = path.join(root, 'state');
    await mkdir(stateDir, { mode: 0o700 });
    left = [];
  });
  afterEach(async () => {
    await daemon?.kill();
    daemon = undefined;
    await killAll(left);
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  });

  /** An ffmpeg whose `name` never ends where its arguments hold `word`; it says that it began in a file. */
  async function hanging(name: 'ffmpeg' | 'ffprobe', word: string): Promise<void> {
    const folder = path.join(root, 'tools');
    await mkdir(folder);
    for (const each of ['ffmpeg', 'ffprobe']) {
      const real = which(each) ?? each;
      const hang = `case "$*" in *${word}*) : > '${path.join(root, 'hangs')}'; sleep 600 & wait;; esac`;
      const script = `#!/bin/sh\n${each === name ? hang : ''}\nexec '${real}' "$@"\n`;
      await writeFile(path.join(folder, each), script);
      await chmod(path.join(folder, each), 0o755);
    }
    await writeFile(path.join(stateDir, 'config.jsonc'), JSON.stringify({ ffmpeg: folder }));
  }

  async function hangs(): Promise<void> {
    while (!(await readdir(root)).includes('hangs')) await delay(20);
  }

  /** Kills the daemon with what hangs under it, starts the next one, and waits for the end of what hung. */
  async function assertReaped(): Promise<void> {
    await hangs();
    const all = await descendants(daemon?.pid ?? 0);
    await daemon?.kill();
    // Others may have ended by themselves meanwhile.
    left = await stillThere(all);
    assert.ok(left.length >= 2, 'the script and what it started outlive their daemon');
    await rm(path.join(root, 'tools'), { recursive: true });
    daemon = await HeldDaemon.start(stateDir);
    for (const deadline = performance.now() + limitMs; (await stillThere(left)).length > 0; await delay(25))
      assert.ok(performance.now() < deadline, 'an orphan still runs');
  }

  it('are ended by the next one: an ffprobe that looks at a source', async () => {
    await hanging('ffprobe', 'clip.mp4');
    await giveProofs(stateDir);
    const clip = await makeClip(path.join(root, 'clip.mp4'));
    daemon = await HeldDaemon.start(stateDir);
    await daemon.client.request('jobs.submit', { submissionId: 's1', sources: [clip], preset });
    await assertReaped();
  });

  it('are ended by the next one: a trial of an encoder', async () => {
    await hanging('ffmpeg', '-demuxers');
    daemon = await HeldDaemon.start(stateDir);
    await assertReaped();
  });

  it('are ended by the next one: the decoding of a file that somebody asked about', async () => {
    await hanging('ffmpeg', 'clip.mp4');
    const clip = await makeClip(path.join(root, 'clip.mp4'));
    daemon = await HeldDaemon.start(stateDir);
    daemon.client
      .request('media.check', { inquiryId: 'i1', path: clip, thorough: true })
      .catch(() => undefined);
    await assertReaped();
  });

  it('are ended by the next one: an encode', async () => {
    await hanging('ffmpeg', 'result.mp4');
    const clip = await makeClip(path.join(root, 'clip.mp4'));
    daemon = await HeldDaemon.start(stateDir);
    await daemon.client.request('jobs.submit', { submissionId: 's1', sources: [clip], preset });
    await assertReaped();
  });

  describe('that are noted', () => {
    let child: ChildProcess;
    const folder = (): string => path.join(root, 'processes');
    const gone = { pid: 4_000_000, start: 'long ago' };

    beforeEach(async () => {
      child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], {
        detached: true,
        stdio: 'ignore',
      });
      await once(child, 'spawn');
      await mkdir(folder());
    });
    afterEach(() => {
      child.kill('SIGKILL');
    });

    async function note(entry: object): Promise<void> {
      await writeFile(path.join(folder(), `${child.pid}.json`), JSON.stringify(entry));
      (await ChildLedger.open(folder(), { waitMs: 3_000, lookMs: 20 })).close();
    }

    it('are ended where their owner is gone', async () => {
      const start = await processStart(child.pid ?? 0);
      const ended = once(child, 'exit');
      await note({ pid: child.pid, start, owner: gone });
      await ended;
      assert.deepEqual(await readdir(folder()), []);
    });

    it('are left alone when the id is somebody else’s by now', async () => {
      await note({ pid: child.pid, start: 'another time', owner: gone });
      assert.ok(await processStart(child.pid ?? 0));
      assert.deepEqual(await readdir(folder()), []);
    });

    it('are left alone while their owner lives', async () => {
      const start = await processStart(child.pid ?? 0);
      const owner = { pid: process.pid, start: await processStart(process.pid) };
      await note({ pid: child.pid, start, owner });
      assert.ok(await processStart(child.pid ?? 0));
      assert.deepEqual(await readdir(folder()), [`${child.pid}.json`]);
    });

    it('are forgotten when the note cannot be read', async () => {
      await note({ pid: 'x' });
      assert.ok(await processStart(child.pid ?? 0));
      assert.deepEqual(await readdir(folder()), []);
    });
  });
});
