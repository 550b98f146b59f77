import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { RemoteHost } from './remoteHost.ts';

const run = promisify(execFile);

const marked = { container: 'mp4', video: { encoders: ['libx264'], watermark: { file: 'marks/logo.png' } } };
const looked = {
  container: 'mp4',
  video: {
    ...{ encoders: ['libx264'], crf: 20, lut: 'look.cube' },
    watermark: { file: 'marks/logo.png', width: 40 },
    burnSubtitles: { file: '${fileBasenameNoExtension}.srt' },
  },
};

for (const dials of ['the node', 'the desk'] as const)
  describe(`files that a preset names, for a worker on another machine, where ${dials} dials`, function () {
    this.timeout(120_000);
    let host: RemoteHost;
    let source: string;
    let logo: string;

    beforeEach(async () => {
      // Both encode.
      host = await RemoteHost.start({ DFFMPEG_SLOTS: 'cpu=1' }, dials);
      await host.join();
      const presets = { 'dffmpeg.presets': { marked, looked } };
      await host.desk.write('.vscode/settings.json', JSON.stringify(presets));
      source = await host.clip('clip.mkv', 2);
      logo = host.desk.file('marks/logo.png');
      await mkdir(path.dirname(logo));
    });
    afterEach(() => host.close());

    const submit = (preset: string, on = 'node'): Promise<string> =>
      host.submit(source, '--preset', preset, '--on', on);
    async function failure(id: string): Promise<{ code: string; message: string }> {
      const { reason, attempts } = await host.job(id, ({ state }) => state === 'failed');
      assert.equal(attempts.at(-1)?.worker, 'node');
      const { code = '', message = '' } = reason ?? {};
      return { code, message };
    }

    it('are fetched from there, once, and the result is that of the machine which has them', async () => {
      await picture(logo);
      await writeFile(host.desk.file('look.cube'), cube);
      await writeFile(host.desk.file('clip.srt'), '1\n00:00:00,000 --> 00:00:02,000\nWords\n');
      const there = await host.done(await submit('looked'));
      assert.equal(there.attempts.at(-1)?.worker, 'node');
      const carried = host.relay.carried[host.toNode];
      await host.done(await submit('looked'));
      assert.ok(host.relay.carried[host.toNode] - carried < 256 * 1024);
      const here = await host.done(await submit('looked', os.hostname()));
      assert.equal(here.attempts.at(-1)?.worker, os.hostname());
      const frames = await framesOf(there.outputs[0]?.path);
      assert.ok(frames.split('\n').length > 50, frames);
      assert.equal(frames, await framesOf(here.outputs[0]?.path));
      const plain = await host.done(await host.submit(source));
      assert.notEqual(frames, await framesOf(plain.outputs[0]?.path));
      for (const file of [logo, host.desk.file('look.cube'), host.desk.file('clip.srt')])
        assert.deepEqual(await host.opened(file), []);
    });

    it('are refused as they are here: one that is not there, one that lies outside of the folder', async () => {
      const missing = await failure(await submit('marked'));
      assert.deepEqual(missing, {
        code: 'asset-unusable',
        message: 'There is no marks/logo.png in the folder of the source.',
      });
      const secret = path.join(host.node.folder, 'secret.png');
      await picture(secret);
      await symlink(secret, logo);
      const outside = await failure(await submit('marked'));
      assert.deepEqual(outside, {
        code: 'asset-unusable',
        message: 'marks/logo.png does not lie in the folder of the source.',
      });
      // Nothing of it has left its machine: the source alone did.
      assert.equal((await host.left('cache', 'sources')).length, 1);
    });

    it('fail the job with a sentence where they change while they are fetched', async () => {
      await writeFile(logo, randomBytes(16 * 1024 * 1024));
      const reached = host.relay.carries(host.toNode, (await stat(source)).size + 4_000_000);
      const id = await submit('marked');
      await reached;
      host.relay.pull(true);
      await appendFile(logo, 'more');
      host.relay.plug();
      assert.deepEqual(await failure(id), {
        code: 'asset-unusable',
        message: 'marks/logo.png changed while it was fetched.',
      });
      assert.deepEqual(
        (await readdir(host.desk.folder)).filter((name) => name.endsWith('.mp4')),
        [],
      );
    });
  });

const quiet = ['-v', 'error', '-y'];

async function picture(file: string): Promise<void> {
  await run('ffmpeg', [...quiet, '-f', 'lavfi', '-i', 'testsrc=s=64x64', '-frames:v', '1', file]);
}

async function framesOf(file = ''): Promise<string> {
  const { stdout } = await run('ffmpeg', [...quiet, '-i', file, '-map', '0:v', '-f', 'framemd5', '-']);
  return stdout;
}

/** Red and blue change places. */
const cube = `LUT_3D_SIZE 2
0 0 0
0 0 1
0 1 0
0 1 1
1 0 0
1 0 1
1 1 0
1 1 1
`;
