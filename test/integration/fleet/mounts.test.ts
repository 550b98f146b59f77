import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  open,
  type FileHandle,
  copyFile,
  cp,
  mkdir,
  readdir,
  rename,
  stat,
  symlink,
  truncate,
  utimes,
} from 'node:fs/promises';
import type { Context } from 'mocha';
import path from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { workersOutputSchema } from '../../../src/cli/jsonOutput.ts';
import type { JobOutput } from '../../../src/protocol/jobOutput.ts';
import { FleetClient } from './fleetClient.ts';
import { digestOf, RemoteHost } from './remoteHost.ts';

const run = promisify(execFile);

/** A file system whose server says nothing, over a folder: whoever asks anything of it waits. Undefined where this machine cannot. */
async function hang(folder: string): Promise<FileHandle | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  const server = await open('/dev/fuse', 'r+').catch(() => undefined);
  if (!server) return undefined;
  const options = 'fd=3,rootmode=40000,user_id=0,group_id=0';
  const mount = spawn('mount', ['-i', '-t', 'fuse', '-o', options, 'dffmpeg-hung', folder], {
    stdio: ['ignore', 'ignore', 'ignore', server.fd],
  });
  const [code] = (await once(mount, 'exit')) as [number | null];
  if (code === 0) return server;
  await server.close();
  return undefined;
}

for (const dials of ['the node', 'the desk'] as const)
  describe(`a folder that two machines see, where ${dials} dials`, function () {
    this.timeout(120_000);
    let host: RemoteHost;
    /** As the desk sees it. */
    let films: string;
    /** As the node sees it: the same files. */
    let theirs: string;
    /** What has nothing to do with who dials. */
    const alone = (title: string, test: (this: Context) => Promise<void>): void => {
      if (dials === 'the node') it(title, test);
    };

    beforeEach(async () => {
      host = await RemoteHost.start({}, dials);
      films = host.desk.file('films');
      theirs = host.node.file('nas');
      await mkdir(path.join(films, 'may'), { recursive: true });
      await symlink(films, theirs);
      await host.desk.write('state/config.jsonc', JSON.stringify({ mount: { MEDIA: films } }));
    });
    afterEach(() => host.close());

    async function clip(name: string, seconds?: number): Promise<string> {
      const file = path.join(films, name);
      await rename(await host.clip('clip.mkv', seconds), file);
      return file;
    }
    /** Until both machines say that the mount is there, or that it is not. */
    async function seen(isSo: (trouble: string | undefined) => boolean): Promise<void> {
      for (;;) {
        const { workers } = await host.desk.json(workersOutputSchema, ['workers']);
        const mounts = workers.map((worker) => worker.mounts[0]);
        if (mounts.length === 2 && mounts.every((mount) => mount && isSo(mount.trouble?.message))) return;
      }
    }
    const joined = async (folder = theirs, ...flags: string[]): Promise<void> => {
      await host.join(['--mount', `MEDIA=${folder}`, '--mount-look-seconds', '0.2', ...flags]);
      await seen((trouble) => trouble === undefined);
    };
    const encodes = ({ attempts }: JobOutput): JobOutput['attempts'] =>
      attempts.filter(({ kind }) => kind === 'encode');
    const read = (job: JobOutput): string => {
      const argv = encodes(job).at(-1)?.argv ?? [];
      return (argv[argv.indexOf('-i') + 1] ?? '').replace(/^file:/, '');
    };
    const log = async (id: string): Promise<string> => (await host.desk.run(['job', 'logs', id])).stdout;
    const isSame = async (file: string): Promise<void> => {
      const [output = ''] = (await readdir(path.dirname(file))).filter((name) => name.endsWith('.web.mp4'));
      const { stdout } = await run('ffprobe', [
        ...['-v', 'error', '-count_frames', '-select_streams', 'v', '-of', 'json'],
        ...['-show_entries', 'stream=nb_read_frames', path.join(path.dirname(file), output)],
      ]);
      const [stream] = z
        .object({ streams: z.array(z.object({ nb_read_frames: z.string() })) })
        .parse(JSON.parse(stdout)).streams;
      const source = await run('ffprobe', [
        ...['-v', 'error', '-count_frames', '-select_streams', 'v', '-of', 'json'],
        ...['-show_entries', 'stream=nb_read_frames', file],
      ]);
      assert.match(source.stdout, new RegExp(`"nb_read_frames": "${stream?.nb_read_frames ?? ''}"`));
    };

    it('is read where it lies: nothing of the source goes over the connection', async () => {
      const source = await clip('may/clip.mkv');
      const before = await digestOf(source);
      await joined();
      const carried = host.relay.carried[host.toNode];
      const id = await host.submit(source);
      const job = await host.done(id);
      assert.equal(read(job), source, 'links are resolved');
      assert.match(await log(id), /Opened where it lies: \$MEDIA\/may\/clip\.mkv/);
      const bytes = host.relay.carried[host.toNode] - carried;
      assert.ok(bytes < 200_000, `${bytes} bytes of ${(await stat(source)).size}`);
      assert.deepEqual(await host.left('cache', 'sources'), []);
      await isSame(source);
      assert.equal(await digestOf(source), before);
    });

    alone(
      'is not read where another file lies under that name: it is fetched, and the log says why',
      async () => {
        const source = await clip('may/clip.mkv');
        const other = host.node.file('other');
        await cp(films, other, { recursive: true });
        const { atime, mtime } = await stat(source);
        const copy = path.join(other, 'may', 'clip.mkv');
        await rename(await host.clip('clip.mkv'), copy);
        await truncate(copy, (await stat(source)).size);
        await utimes(copy, atime, mtime);
        await joined(other, '--staging', 'whole');
        const id = await host.submit(source);
        const job = await host.done(id);
        assert.ok(read(job).startsWith(host.node.stateDir), read(job));
        assert.match(await log(id), /Fetched: \$MEDIA\/may\/clip\.mkv is another file here\./);
        await isSame(source);
      },
    );

    alone('is fetched where the file lies outside, whatever link leads to it', async () => {
      const outside = await host.clip('clip.mkv');
      const link = path.join(films, 'may', 'link.mkv');
      await symlink(outside, link);
      await joined();
      const job = await host.done(await host.submit(link));
      assert.ok(read(job).startsWith(host.node.stateDir), read(job));
      await isSame(link);
    });

    alone(
      'is away while nothing is mounted there: what lies in it is fetched, and is not once it is back',
      async () => {
        const source = await clip('may/clip.mkv');
        await joined();
        // On the node alone.
        const folder = host.node.file('empty');
        await mkdir(folder);
        await rename(theirs, `${theirs}.link`);
        await symlink(folder, theirs);
        const node = async (): Promise<string | undefined> => {
          const { workers } = await host.desk.json(workersOutputSchema, ['workers']);
          return workers.find(({ name }) => name === 'node')?.mounts[0]?.trouble?.message;
        };
        while ((await node()) === undefined);
        assert.match((await node()) ?? '', /is empty: nothing seems to be mounted there\.$/);
        const { stdout } = await host.desk.run(['workers']);
        assert.match(stdout, /mounts MEDIA=.* is away: .* is empty/);
        const fetched = await host.done(await host.submit(source));
        assert.ok(read(fetched).startsWith(host.node.stateDir), read(fetched));
        await rename(`${theirs}.link`, theirs);
        while ((await node()) !== undefined);
        assert.equal(read(await host.done(await host.submit(source))), source);
      },
    );

    alone('that does not answer keeps nobody from working: what lies in it is fetched', async function () {
      const source = await clip('may/clip.mkv');
      const other = host.node.file('other');
      await cp(films, other, { recursive: true });
      await joined(other, '--mount-timeout-seconds', '1', '--mount-read-seconds', '10');
      const hung = await hang(other);
      if (!hung) {
        console.log(
          '      skipped: nothing can be mounted here that does not answer (root on Linux with FUSE can)',
        );
        this.skip();
      }
      try {
        const ids = await Promise.all([1, 2, 3, 4, 5, 6].map(() => host.submit(source)));
        for (const id of ids) {
          const job = await host.done(id);
          assert.ok(read(job).startsWith(host.node.stateDir), read(job));
        }
        assert.match((await host.desk.run(['workers'])).stdout, /is away: It has not answered for 1 s\./);
      } finally {
        await hung.close();
        await run('umount', ['-l', other]);
      }
    });

    alone('that is lost under an encode costs one attempt: the next one has the file fetched', async () => {
      const source = await clip('may/clip.mkv', 20);
      const other = host.node.file('other');
      await mkdir(path.join(other, 'may'), { recursive: true });
      const copy = path.join(other, 'may', 'clip.mkv');
      await copyFile(source, copy);
      await joined(other, '--staging', 'whole');
      const id = await host.submit(source);
      await host.job(id, (job) => read(job) === copy);
      await truncate(copy, 1000);
      const job = await host.done(id);
      assert.deepEqual(
        encodes(job).map(({ error }) => error?.code),
        ['mount-unavailable', undefined],
      );
      assert.ok(read(job).startsWith(host.node.stateDir), read(job));
      await isSame(source);
    });

    alone('is read by a job that replaces its source, which is then aside in it', async () => {
      const source = await clip('may/clip.mkv');
      const before = await digestOf(source);
      await joined();
      const id = await host.submit(source, '--on-success', 'replace');
      const job = await host.job(id, ({ replacement }) => replacement?.state === 'replaced');
      assert.equal(read(job), source);
      assert.equal((await host.desk.run(['job', 'undo', id])).code, 0);
      assert.equal(await digestOf(source), before);
    });
  });

describe('a folder that a person’s machine and a node of a fleet see', function () {
  this.timeout(120_000);

  it('is read where it lies by the node, though the server between them sees nothing of it', async () => {
    const host = await FleetClient.fleet();
    const theirs = host.node.file('nas');
    await host.join(['--mount', `MEDIA=${theirs}`, '--mount-look-seconds', '0.2']);
    const client = await FleetClient.connect(host);
    try {
      const films = client.desk.file('films');
      await mkdir(films);
      await symlink(films, theirs);
      const source = path.join(films, 'clip.mkv');
      await rename(await client.clip('clip.mkv'), source);
      await client.desk.write('state/config.jsonc', JSON.stringify({ mount: { MEDIA: films } }));
      // Until each of them has looked.
      let mounts: number;
      do {
        const here = await client.desk.json(workersOutputSchema, ['workers']);
        const there = await host.desk.json(workersOutputSchema, ['workers']);
        const ready = [...here.workers, ...there.workers].flatMap((worker) => worker.mounts);
        mounts = ready.filter(({ trouble }) => trouble === undefined).length;
      } while (mounts < 2);
      const carried = client.relay.carried.toDialled;
      await client.done(await client.submit(source));
      const bytes = client.relay.carried.toDialled - carried;
      assert.ok(bytes < 200_000, `${bytes} bytes of ${(await stat(source)).size}`);
      assert.deepEqual(await host.left('cache', 'sources'), []);
    } finally {
      await client.close();
      await host.close();
    }
  });
});
