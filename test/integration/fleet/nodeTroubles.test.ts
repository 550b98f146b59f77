import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, open, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { JobOutput } from '../../../src/protocol/jobOutput.ts';
import { digestOf, RemoteHost } from './remoteHost.ts';

const run = promisify(execFile);

describe('a worker on another machine whose own things are not as they should be', function () {
  this.timeout(120_000);
  let host: RemoteHost;

  beforeEach(async () => {
    host = await RemoteHost.start();
  });
  afterEach(() => host.close());

  const encodes = ({ attempts }: JobOutput): JobOutput['attempts'] =>
    attempts.filter(({ kind }) => kind === 'encode');

  for (const [what, hours] of [
    ['a year ahead', 24 * 365],
    ['a year behind', -24 * 365],
  ] as const)
    it(`encodes with a clock that is ${what}`, async () => {
      const shift = `const now=Date.now;Date.now=()=>now()+${hours * 3_600_000};`;
      host.node.env['NODE_OPTIONS'] = `--import=data:text/javascript,${encodeURIComponent(shift)}`;
      await host.join();
      const source = await host.clip('clip.mkv');
      const before = await digestOf(source);
      const job = await host.done(await host.submit(source));
      assert.equal(encodes(job).length, 1);
      assert.equal(await digestOf(source), before);
    });

  it('waits for room where its disk holds no source, says so, and goes on when there is some', async function () {
    const disk = path.join(host.node.folder, 'state');
    await mkdir(disk, { recursive: true });
    const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=160m', 'dffmpeg-full', disk]).then(
      () => true,
      () => false,
    );
    if (!mounted) {
      console.log('      not tried: nothing can be mounted here');
      this.skip();
    }
    try {
      await host.join();
      const filler = path.join(disk, 'filler');
      const { bavail, bsize } = await statfs(disk);
      await writeFile(filler, Buffer.alloc(bavail * bsize - 40 * 1024 * 1024));
      const source = await host.clip('clip.mkv', 20);
      const before = await digestOf(source);
      const id = await host.submit(source);
      const { reason } = await host.job(id, ({ reason: why }) => why?.code === 'scratch-full');
      assert.match(reason?.message ?? '', /^node: .* has \d+ MB left/);
      await rm(filler);
      await host.done(id);
      assert.equal(await digestOf(source), before);
      while ((await host.left('scratch', 'attempts')).length > 0);
    } finally {
      host.killWorker();
      await host.worker.finished;
      await run('umount', ['-l', disk]);
    }
  });

  it('notices a byte that has turned in what it keeps of a source, and fetches that again', async () => {
    await host.join();
    const source = await host.clip('clip.mkv');
    const first = await host.done(await host.submit(source));
    const kept = path.join(host.node.stateDir, 'worker', 'cache', 'sources');
    const names = await readdir(kept, { recursive: true, withFileTypes: true });
    let turned = 0;
    for (const entry of names.filter((each) => each.isFile())) {
      const file = await open(path.join(entry.parentPath, entry.name), 'r+');
      const { size } = await file.stat();
      if (size > 1_000_000) {
        const byte = Buffer.alloc(1);
        await file.read(byte, 0, 1, 500_000);
        await file.write(Buffer.from([(byte[0] ?? 0) ^ 0xff]), 0, 1, 500_000);
        turned += 1;
      }
      await file.close();
    }
    assert.equal(turned, 1);
    const second = await host.done(await host.submit(source));
    const digests = [];
    for (const { outputs } of [first, second]) digests.push(await framesOf(outputs[0]?.path ?? ''));
    assert.equal(digests[1], digests[0]);
  });
});

async function framesOf(file: string): Promise<string> {
  const args = ['-v', 'error', '-i', file, '-map', '0:v', '-f', 'framemd5', '-'];
  return (await run('ffmpeg', args, { maxBuffer: 10_000_000 })).stdout;
}
