import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFile, open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { JobOutput } from '../../../src/protocol/jobOutput.ts';
import { ffmpegsIn } from '../cli/harness.ts';
import { digestOf, RemoteHost } from './remoteHost.ts';

const run = promisify(execFile);
const rate = 3_000_000;
/** It writes what it has read at once. */
const quick = {
  container: 'mp4',
  video: { encoders: ['libx264'], crf: 30, speed: 'fastest', tune: 'zerolatency' },
  audio: { encoder: 'aac' },
};

for (const dials of ['the node', 'the desk'] as const)
  describe(`a source that is encoded while it comes, where ${dials} dials`, function () {
    this.timeout(180_000);
    let host: RemoteHost;

    beforeEach(async () => {
      // Else it begins to fetch all in its order while the node still finds out what its ffmpeg can.
      host = await RemoteHost.start({ DFFMPEG_FETCH_AHEAD: '0' }, dials, rate);
      for (const machine of [host.desk, host.node])
        await machine.write('.vscode/settings.json', JSON.stringify({ 'dffmpeg.presets': { quick } }));
    });
    afterEach(() => host.close());

    /** An MP4 of some MB, with its index at its end. */
    async function film(name: string, seconds: number): Promise<string> {
      const file = host.desk.file(name);
      const picture = `nullsrc=size=320x240:rate=25:duration=${seconds},geq=random(1)*255:128:128`;
      const inputs = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', `sine=duration=${seconds}`];
      const encoder = ['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '16', '-c:a', 'aac'];
      await run('ffmpeg', ['-v', 'error', ...inputs, ...encoder, '-movflags', '-faststart', '-y', file]);
      const end = Buffer.alloc(256 * 1024);
      const handle = await open(file, 'r');
      await handle.read(end, 0, end.length, (await handle.stat()).size - end.length);
      await handle.close();
      assert.ok(end.includes('moov'), 'its index is not at its end');
      return file;
    }
    const encodes = ({ attempts }: JobOutput): JobOutput['attempts'] =>
      attempts.filter(({ kind }) => kind === 'encode');
    const isBegun = (job: JobOutput): boolean => encodes(job).some(({ argv }) => argv !== undefined);
    /** Bytes of the result by now. */
    async function written(): Promise<number> {
      const attempts = path.join(host.node.stateDir, 'worker', 'scratch', 'attempts');
      const names = await readdir(attempts, { recursive: true }).catch(() => []);
      const results = names.filter((name) => path.basename(name).startsWith('result.'));
      const sizes = await Promise.all(
        results.map((name) =>
          stat(path.join(attempts, name)).then(
            ({ size }) => size,
            () => 0,
          ),
        ),
      );
      return Math.max(0, ...sizes);
    }
    /** What the same preset makes of it on the machine itself. */
    async function madeHere(source: string): Promise<string> {
      const { code, stderr } = await host.node.run([
        'encode',
        '--preset',
        'quick',
        source,
        '--output',
        host.node.file('here.mp4'),
      ]);
      assert.equal(code, 0, stderr);
      return host.node.file('here.mp4');
    }

    it('has pictures in its result before it is whole, and that is the one of an encode beside it', async () => {
      await host.join();
      const source = await film('film.mp4', 8);
      const before = await digestOf(source);
      const { size } = await stat(source);
      const most = host.relay.carries(host.toNode, size * 0.7);
      const id = await host.submit(source, '--preset', 'quick');
      await most;
      // However slow the machine is: no more than that is there.
      host.relay.hold();
      // More than the head of an MP4 without a picture.
      while ((await written()) < 10_000);
      const carried = host.relay.carried[host.toNode];
      assert.ok(carried < size * 0.8, `${carried} of ${size} bytes were there`);
      host.relay.letGo();
      const job = await host.done(id);
      assert.equal(job.outputs[0]?.verdict?.level, 'pass');
      const [attempt, ...more] = encodes(job);
      assert.deepEqual(more, []);
      assert.match(attempt?.argv?.join(' ') ?? '', /-i http:\/\/127\.0\.0\.1:\d+\/[\w-]{43} /);
      assert.equal(await framesOf(job.outputs[0]?.path ?? ''), await framesOf(await madeHere(source)));
      assert.equal(await digestOf(source), before);
      // No part came twice, and a second job fetches none.
      const all = host.relay.carried[host.toNode];
      assert.ok(all < size * 1.02 + 64 * 1024, `${all} for ${size} bytes`);
      const second = await host.done(await host.submit(source, '--preset', 'quick'));
      assert.match(encodes(second)[0]?.argv?.join(' ') ?? '', /-i file:/);
      const again = host.relay.carried[host.toNode] - all;
      assert.ok(again < size * 0.02 + 64 * 1024, `${again} bytes more`);
      assert.deepEqual(await host.opened(source), []);
    });

    it('waits while the cable is out, however long, and its result is right', async () => {
      host.node.env['DFFMPEG_STALL_SECONDS'] = '10';
      await host.join();
      const source = await film('film.mp4', 8);
      const id = await host.submit(source, '--preset', 'quick');
      await host.relay.carries(host.toNode, 4_000_000);
      host.relay.pull(true);
      await host.job(id, ({ reason }) => reason?.code === 'worker-lost');
      host.relay.plug();
      const job = await host.done(id);
      assert.equal(encodes(job).length, 1);
      assert.equal(await framesOf(job.outputs[0]?.path ?? ''), await framesOf(await madeHere(source)));
    });

    it('makes no result when it changes under way', async () => {
      await host.join();
      const source = await film('film.mp4', 8);
      const id = await host.submit(source, '--preset', 'quick');
      await host.job(id, isBegun);
      await appendFile(source, 'more');
      const { reason } = await host.job(id, ({ state }) => state === 'failed');
      assert.equal(reason?.code, 'source-changed');
      assert.deepEqual((await readdir(host.desk.folder)).sort(), ['.vscode', 'film.mp4', 'state']);
      assert.deepEqual(await ffmpegsIn(host.node.folder), []);
    });
  });

async function framesOf(file: string): Promise<string> {
  const args = ['-v', 'error', '-i', file, '-map', '0', '-f', 'framemd5', '-'];
  return (await run('ffmpeg', args, { maxBuffer: 10_000_000 })).stdout;
}
