import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  appendFile,
  copyFile,
  mkdir,
  open,
  readFile,
  rename,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { watchFoldersOutputSchema } from '../../../src/cli/jsonOutput.ts';
import { connectToDaemon, type DaemonConnection } from '../../../src/client/connection.ts';
import type { Job } from '../../../src/protocol/model.ts';
import type { WatchedFile, WatchFolder } from '../../../src/protocol/watchFolder.ts';
import { Sandbox, type Running } from '../cli/harness.ts';

const quick = {
  DFFMPEG_WATCH_SETTLE_SECONDS: '0.4',
  DFFMPEG_WATCH_POLL_SECONDS: '0.2',
  DFFMPEG_WATCH_DEBOUNCE_MS: '50',
};

/** A daemon of its own, and what it tells of watched folders. */
class Watched {
  readonly box: Sandbox;
  readonly folder: string;
  #running: Running | undefined;
  #connection: DaemonConnection | undefined;
  #folders: WatchFolder[] = [];
  #looks = new Set<() => void>();

  constructor(box: Sandbox) {
    this.box = box;
    this.folder = box.file('in');
  }

  async start(env: Record<string, string> = {}): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    this.#running = this.box.start(['serve'], { env: { ...quick, ...env } });
    await this.#running.printed('stdout', /"ready"/);
    this.#connection = await connectToDaemon({
      ...{ stateDir: this.box.stateDir, start: false, client: 'test', version: '0' },
    });
    const look = (): void => {
      for (const each of [...this.#looks]) each();
    };
    this.#connection.subscribe(
      { topics: ['watch', 'jobs'] },
      {
        onWatch: (folders) => {
          this.#folders = folders;
          look();
        },
        onSnapshot: look,
        onJobs: look,
      },
    );
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#connection?.close();
    this.#running?.child.kill(signal);
    await this.#running?.finished;
  }

  get daemon(): DaemonConnection {
    assert.ok(this.#connection);
    return this.#connection;
  }

  get state(): WatchFolder | undefined {
    return this.#folders[0];
  }

  /** Resolves when what the daemon tells fits. */
  async until(fits: (folder: WatchFolder, jobs: Job[]) => boolean): Promise<Job[]> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const [folder] = this.#folders;
        if (!folder) return;
        this.jobs().then((jobs) => {
          if (!fits(folder, jobs)) return;
          this.#looks.delete(look);
          resolve(jobs);
        }, reject);
      };
      this.#looks.add(look);
      look();
    });
  }

  async jobs(): Promise<Job[]> {
    return (await this.daemon.request('jobs.list', { limit: 500 })).jobs;
  }

  async files(): Promise<WatchedFile[]> {
    return (await this.daemon.request('watch.files', { folder: this.folder, limit: 500 })).files;
  }

  async stateOf(name: string): Promise<string | undefined> {
    return (await this.files()).find((file) => path.basename(file.path) === name)?.state;
  }
}

describe('A watched folder', function () {
  this.timeout(180_000);
  let box: Sandbox;
  let watched: Watched;

  beforeEach(async () => {
    box = await Sandbox.create(quick);
    watched = new Watched(box);
  });
  afterEach(async () => {
    await watched.end('SIGKILL');
    await box.remove();
  });

  async function activate(...flags: string[]): Promise<void> {
    const { code, stderr } = await box.run(['watch', 'activate', 'in', '--preset', 'small', ...flags]);
    assert.equal(code, 0, stderr);
  }

  /** Not media: it becomes a job, which fails soon and encodes nothing. */
  async function drop(name: string, bytes: Buffer = randomBytes(3000)): Promise<void> {
    await writeFile(path.join(watched.folder, name), bytes);
  }

  it('takes a file when it has stopped growing, once, and none of its results', async () => {
    const clip = await readFile(await box.clip('clip.mp4'));
    await watched.start();
    await activate();
    const growing = path.join(watched.folder, 'growing.mp4');
    const writer = await open(growing, 'w');
    await writer.write(clip.subarray(0, 1000));
    await watched.until((folder) => folder.settling === 1);
    // Whoever came later is taken earlier: the first is still open, and not complete.
    await drop('later.mp4');
    let jobs = await watched.until((folder) => folder.submitted === 1);
    assert.deepEqual(jobs.map(({ sources }) => path.basename(sources[0]?.path ?? '')), ['later.mp4']); // prettier-ignore
    await writer.write(clip.subarray(1000));
    await writer.close();
    jobs = await watched.until((_, all) => all.some(({ state }) => state === 'done'));
    const job = jobs.find(({ state }) => state === 'done');
    assert.equal(job?.sources[0]?.bytes, clip.length);
    assert.ok(existsSync(path.join(watched.folder, 'growing.small.mp4')));
    await watched.daemon.request('watch.scan', { folder: watched.folder });
    await drop('last.mp4');
    jobs = await watched.until((folder) => folder.submitted === 3);
    assert.equal(jobs.length, 3);
  });

  it('knows a file again by its content: renamed, copied, touched, and after a restart', async () => {
    await watched.start();
    await activate();
    await drop('one.mp4');
    await watched.until((folder) => folder.submitted === 1);
    const inside = (name: string) => path.join(watched.folder, name);
    await rename(inside('one.mp4'), inside('renamed.mp4'));
    await copyFile(inside('renamed.mp4'), inside('copy.mp4'));
    await drop('two.mp4');
    await watched.until((folder) => folder.submitted === 2 && folder.settling === 0);
    assert.equal(await watched.stateOf('copy.mp4'), 'same');
    await watched.end('SIGTERM');
    await writeFile(inside('touched.mp4'), await readFile(inside('copy.mp4')));
    await drop('three.mp4');
    await watched.start();
    const jobs = await watched.until((folder) => folder.submitted === 3 && folder.settling === 0);
    assert.equal(jobs.length, 3);
    // The same name with other content is another file.
    await appendFile(inside('three.mp4'), 'more');
    await watched.until((folder) => folder.submitted === 4);
  });

  it('leaves its results alone whatever they are called, also renamed', async () => {
    await watched.start();
    const output = '${fileDirname}/${fileBasenameNoExtension}-film.${ext}';
    await activate('--output', output);
    await copyFile(await box.clip('clip.mp4'), path.join(watched.folder, 'clip.mp4'));
    await watched.until((_, jobs) => jobs[0]?.state === 'done');
    await watched.daemon.request('watch.scan', { folder: watched.folder });
    assert.equal(await watched.stateOf('clip-film.mp4'), 'own');
    await rename(path.join(watched.folder, 'clip-film.mp4'), path.join(watched.folder, 'holidays.mp4'));
    await drop('last.mp4');
    const jobs = await watched.until((folder) => folder.submitted === 2);
    assert.equal(jobs.length, 2);
    assert.equal((await stat(path.join(watched.folder, 'clip.mp4'))).isFile(), true);
  });

  it('takes no result that was renamed and touched while nobody watched', async () => {
    await watched.start();
    await activate('--output', '${fileDirname}/${fileBasenameNoExtension}-film.${ext}');
    await drop('clip.mp4', await readFile(await box.clip('clip.mp4')));
    await watched.until((_, jobs) => jobs[0]?.state === 'done');
    await watched.end('SIGKILL');
    const renamed = path.join(watched.folder, 'holidays.mp4');
    await rename(path.join(watched.folder, 'clip-film.mp4'), renamed);
    await utimes(renamed, 1_000_000, 1_000_000);
    await watched.start();
    await drop('last.mp4');
    const jobs = await watched.until((folder) => folder.submitted === 2 && folder.settling === 0);
    assert.equal(jobs.length, 2);
    assert.ok(await watched.stateOf('holidays.mp4'));
  });

  it('takes no copy that a hook makes in it, also after a kill and when the copy is touched', async () => {
    await box.write(
      'state/config.jsonc',
      JSON.stringify({ hooks: [{ on: 'done', copyTo: watched.folder }] }),
    );
    await mkdir(box.file('out'));
    await watched.start();
    await activate('--output', `${box.file('out')}/\${fileBasenameNoExtension}.\${ext}`);
    await drop('clip.mp4', await readFile(await box.clip('clip.mp4')));
    await watched.until((_, [job]) => job?.hooks?.[0]?.state === 'done');
    const copy = path.join(watched.folder, 'clip-2.mp4');
    assert.ok(existsSync(copy));
    await drop('next.mp4');
    await watched.until((folder) => folder.submitted === 2 && folder.settling === 0);
    assert.equal(await watched.stateOf('clip-2.mp4'), 'own');
    await watched.end('SIGKILL');
    await utimes(copy, 1_000_000, 1_000_000);
    await watched.start();
    await drop('last.mp4');
    const jobs = await watched.until((folder) => folder.submitted === 3 && folder.settling === 0);
    assert.equal(jobs.length, 3);
  });

  it('replaces a file by its result where a person said so, and does not encode that again', async () => {
    await watched.start();
    await activate('--on-success', 'replace');
    const file = path.join(watched.folder, 'clip.mp4');
    await copyFile(await box.clip('clip.mp4', 4), file);
    await watched.until((_, jobs) => jobs[0]?.replacement?.state === 'replaced');
    await watched.daemon.request('watch.scan', { folder: watched.folder });
    await drop('last.mp4');
    assert.equal((await watched.until((folder) => folder.submitted === 2)).length, 2);
  });

  it('loses none of fifty files and takes none twice, killed in the middle again and again', async () => {
    await watched.start();
    await activate();
    await watched.daemon.request('queue.pause', {});
    const names = Array.from({ length: 50 }, (_, index) => `file-${index}.mp4`);
    await Promise.all(names.map((name) => drop(name)));
    for (const seen of [1, 12, 30]) {
      await watched.until((folder) => folder.submitted >= seen);
      await watched.end('SIGKILL');
      await watched.start();
    }
    const jobs = await watched.until((folder) => folder.submitted === 50);
    const sources = jobs.map(({ sources: [source] }) => path.basename(source?.path ?? ''));
    assert.deepEqual(sources.sort(), names.sort());
    // A failed job is not made again by itself.
    await watched.until((folder) => folder.failed === 50);
    await watched.daemon.request('watch.scan', { folder: watched.folder });
    await drop('last.mp4');
    assert.equal((await watched.until((folder) => folder.submitted === 51)).length, 51);
  });

  it('goes on when the folder was gone and is back, another one under its name too', async () => {
    await watched.start();
    await activate();
    await rename(watched.folder, `${watched.folder}-away`);
    await watched.until((folder) => folder.state === 'missing');
    assert.match(watched.state?.reason?.message ?? '', /does not exist/);
    await mkdir(watched.folder);
    await watched.until((folder) => folder.state === 'watching');
    await drop('new.mp4');
    await watched.until((folder) => folder.submitted === 1);
  });

  it('follows folders that are made below it, where it is recursive', async () => {
    await watched.start();
    await activate('--recursive', '--include', 'day*/**/*.mp4');
    await mkdir(path.join(watched.folder, 'day1', 'cam'), { recursive: true });
    await drop('day1/cam/a.mp4');
    await drop('not-meant.mp4');
    await drop('day1/cam/b.mp4.part');
    const jobs = await watched.until((folder) => folder.submitted === 1);
    assert.equal(jobs[0]?.sources[0]?.path, path.join(watched.folder, 'day1', 'cam', 'a.mp4'));
    await rename(
      path.join(watched.folder, 'day1', 'cam', 'b.mp4.part'),
      path.join(watched.folder, 'day1', 'cam', 'b.mp4'),
    );
    await watched.until((folder) => folder.submitted === 2 && folder.settling === 0);
  });

  it('of config.jsonc runs once a person said yes, and leaves or takes what is there', async () => {
    await box.write(
      'state/config.jsonc',
      `{ "watchFolders": [{ "path": ${JSON.stringify(watched.folder)}, "preset": "small", "priority": 20 }] }`,
    );
    await box.write('in/before.mp4', 'before');
    await watched.start();
    const declared = await box.json(watchFoldersOutputSchema, ['watch', 'list']);
    assert.deepEqual(declared.folders.map(({ state }) => state), ['declared']); // prettier-ignore
    const activated = await box.json(watchFoldersOutputSchema, ['watch', 'activate', 'in']);
    assert.equal(activated.folders[0]?.origin, 'config');
    await drop('after.mp4');
    let jobs = await watched.until((folder) => folder.submitted === 1);
    assert.equal(path.basename(jobs[0]?.sources[0]?.path ?? ''), 'after.mp4');
    assert.equal(jobs[0]?.priority, 20);
    assert.equal(await watched.stateOf('before.mp4'), 'existing');

    await box.run(['watch', 'pause', 'in']);
    await watched.end('SIGTERM');
    await watched.start();
    await watched.until((folder) => folder.state === 'paused');
    await drop('meanwhile.mp4');
    await box.run(['watch', 'resume', 'in']);
    await watched.until((folder) => folder.submitted === 2);

    await box.run(['watch', 'activate', 'in', '--existing', 'encode']);
    jobs = await watched.until((folder) => folder.submitted === 3);
    assert.equal(jobs.length, 3);
    const removed = await box.run(['watch', 'remove', 'in']);
    assert.match(removed.stdout, /not watched any more/);
  });

  it('says what keeps it from taking files, and takes them when that is mended', async () => {
    const declare = (preset: string) =>
      box.write(
        'state/config.jsonc',
        JSON.stringify({
          presets: preset === '' ? {} : { mine: { extends: preset } },
          watchFolders: [{ path: watched.folder, preset: 'mine' }],
        }),
      );
    await declare('small');
    await watched.start();
    await box.run(['watch', 'activate', 'in']);
    await declare('');
    await drop('new.mp4');
    await watched.until((folder) => folder.state === 'blocked');
    assert.match(watched.state?.reason?.message ?? '', /no preset “mine”/);
    await declare('audio');
    const jobs = await watched.until((folder) => folder.submitted === 1);
    assert.equal(jobs[0]?.preset, 'mine');
    assert.equal(jobs[0].presetData.container, 'm4a');
  });

  it('tells a wrong folder by what is wrong with it', async () => {
    await watched.start();
    const missing = await box.run(['watch', 'activate', 'nowhere', '--preset', 'small']);
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /nowhere does not exist[^]*Create it, then try again/);
    const undeclared = await box.run(['watch', 'activate', 'in']);
    assert.equal(undeclared.code, 2);
    assert.match(undeclared.stderr, /--preset/);
  });
});
