import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  appendFile,
  mkdir,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { identityOf } from '../../../src/files/fileIdentity.ts';
import { DffmpegError } from '../../../src/protocol/errors.ts';
import type { Preset } from '../../../src/encoding/preset.ts';
import type { ScriptedCoordinator } from './support/scriptedCoordinator.ts';
import { itOnUnix } from './support/itOnUnix.ts';
import {
  assertGone,
  encodePayload,
  probeBy,
  probePayload,
  realClip,
  slowPreset,
  webPreset,
  Workshop,
} from './support/workshop.ts';
import { defaultWorkerSettings } from '../../../src/worker/workerSettings.ts';

const run = promisify(execFile);

describe('worker: encode', function () {
  this.timeout(60_000);
  let shop: Workshop;
  let coordinator: ScriptedCoordinator;

  beforeEach(async () => {
    shop = await Workshop.openProved();
    ({ coordinator } = shop.hire());
    await coordinator.ready();
  });
  afterEach(() => shop.close());

  async function offer(source: string, output: string, preset = webPreset, taskId = 't1') {
    const probe = await probeBy(coordinator, source, `${taskId}-probe`);
    coordinator.onCommit = () => Promise.resolve({ path: output });
    return { taskId, fence: 1, payload: encodePayload({ source, probe, preset, output }) };
  }

  /** An ffmpeg that does this before it runs as it should. */
  async function wrapper(folder: string, first: string): Promise<string> {
    const file = shop.path(folder, 'ffmpeg');
    await mkdir(path.dirname(file));
    await writeFile(file, `#!/bin/bash\n${first}\nexec ffmpeg "$@"\n`, { mode: 0o755 });
    return file;
  }

  async function leftovers(): Promise<string[]> {
    return readdir(path.join(shop.stateDir, 'scratch', 'attempts')).catch(() => []);
  }

  it('removes nothing of a person’s where its own folders are links to theirs', async () => {
    const theirs = ['inquiries/2019/film.mp4', 'processes/list.txt', 'traces/tour.gpx'];
    for (const file of theirs) {
      await mkdir(path.dirname(shop.path('theirs', file)), { recursive: true });
      await writeFile(shop.path('theirs', file), 'mine');
    }
    await mkdir(shop.path('third'));
    await symlink(shop.path('theirs'), shop.path('third', 'scratch'));
    const { coordinator: third } = shop.hire({ id: 'w3', stateDir: shop.path('third') });
    await third.ready();
    const source = await shop.clip(shop.path('clip.mp4'));
    await probeBy(third, source, 'p');
    for (const file of theirs) assert.equal(await readFile(shop.path('theirs', file), 'utf8'), 'mine');
  });

  it('refuses a name that the disk cannot have before it encodes, and leaves no trace', async () => {
    const source = await shop.clip(shop.path('films', 'clip.mp4'));
    // 92 letters, which are 260 bytes.
    const output = shop.path('films', `${'日'.repeat(84)}.web.mp4`);
    const report = await coordinator.run(await offer(source, output));
    assert.ok(report.type === 'failed');
    assert.equal(report.error.code, 'request-invalid');
    assert.match(report.error.message, /too long/);
    assert.deepEqual(
      coordinator.reports.filter(({ taskId }) => taskId === 't1').map(({ report: { type } }) => type),
      ['failed'],
    );
    const notes = path.join(shop.stateDir, 'scratch', 'traces');
    assert.deepEqual(await readdir(notes).catch(() => []), []);
  });

  it('tells of a source which file its path leads to, links resolved', async () => {
    const source = await shop.clip(shop.path('films', 'clip.mp4'));
    await symlink(shop.path('films'), shop.path('link'));
    const payload = probePayload(shop.path('link', 'clip.mp4'));
    const report = await coordinator.run({ taskId: 'p', fence: 1, payload });
    assert.deepEqual(report.type === 'probed' && report.files, [
      { realPath: await realpath(source), identity: await identityOf(source) },
    ]);
  });

  it('encodes, judges, asks, places, and leaves nothing else', async () => {
    const source = await shop.clip(shop.path('films', 'clip.mp4'), { seconds: 2 });
    const before = await readFile(source);
    const output = shop.path('films', 'clip.web.mp4');
    const report = await coordinator.run(await offer(source, output));
    assert.equal(report.type, 'delivered');
    assert.equal(report.path, output);
    assert.equal(report.verdict.level, 'pass', JSON.stringify(report.verdict));
    assert.equal(report.bytes, (await stat(output)).size);
    assert.deepEqual(await readdir(path.dirname(source)), ['clip.mp4', 'clip.web.mp4']);
    assert.deepEqual(await readFile(source), before);
    assert.deepEqual(await leftovers(), []);
    assert.deepEqual(
      coordinator.reports.filter(({ taskId }) => taskId === 't1').map(({ report: { type } }) => type),
      ['started', 'verifying', 'delivered'],
    );
    const started = await coordinator.reported('t1', 'started');
    assert.match(started.argv[0] ?? '', /ffmpeg/);
    assert.ok(started.argv.includes(`file:${source}`));
    assert.ok(started.pid > 1 && started.processStart !== '');
    const fractions = coordinator.progress.map(({ fraction }) => fraction ?? 0);
    assert.deepEqual(
      fractions,
      fractions.toSorted((a, b) => a - b),
    );
    assert.equal(fractions.at(-1), 1);
    assert.ok(fractions.slice(0, -1).every((fraction) => fraction < 1));
    assert.deepEqual(coordinator.errors, []);
  });

  for (const name of ['bigbuckbunny.mp4', 'bikes.mp4'])
    it(`encodes ${name}`, async function () {
      const source = realClip(name);
      if (source === undefined) return this.skip();
      const probe = await probeBy(coordinator, source, 'p').catch(() => undefined);
      if (!probe) {
        // The folder of clips may be read-only, which a probe of the destination refuses: probe a copy.
        const copy = shop.path(name);
        await writeFile(copy, await readFile(source));
        return assert.equal(
          (await coordinator.run(await offer(copy, shop.path('out.mp4')))).type,
          'delivered',
        );
      }
      const output = shop.path('out.mp4');
      assert.equal((await coordinator.run(await offer(source, output))).type, 'delivered');
    });

  itOnUnix('takes any name that a file system allows', async () => {
    const names = ['with space', 'it\'s "quoted"', 'new\nline', 'clip 🎬', '-dash', '%d$(id)`id`', 'a:b'];
    for (const [index, name] of names.entries()) {
      const source = await shop.clip(shop.path('films', `${name}.mp4`));
      const output = shop.path('films', `${name}.web.mp4`);
      const report = await coordinator.run(await offer(source, output, webPreset, `t${index}`));
      assert.equal(report.type, 'delivered', `${name}: ${JSON.stringify(report)}`);
      assert.ok((await stat(output)).size > 0);
    }
  });

  it('asks for another name when the granted one is taken', async () => {
    const source = await shop.clip(shop.path('clip.mp4'));
    const task = await offer(source, shop.path('clip.web.mp4'));
    await writeFile(shop.path('clip.web.mp4'), 'somebody else’s');
    coordinator.onCommit = ({ taken }) =>
      Promise.resolve({ path: shop.path(taken === undefined ? 'clip.web.mp4' : 'clip.web-2.mp4') });
    const report = await coordinator.run(task);
    assert.equal(report.type === 'delivered' && report.path, shop.path('clip.web-2.mp4'));
    assert.equal(await readFile(shop.path('clip.web.mp4'), 'utf8'), 'somebody else’s');
    assert.deepEqual(
      coordinator.commits.map(({ taken }) => taken),
      [undefined, shop.path('clip.web.mp4')],
    );
  });

  it('places nothing until the commit is answered, asking again', async () => {
    const source = await shop.clip(shop.path('clip.mp4'));
    const output = shop.path('clip.web.mp4');
    const task = await offer(source, output);
    let refused = 0;
    coordinator.onCommit = async ({ staged }) => {
      await assert.rejects(stat(output), { code: 'ENOENT' });
      assert.ok((await stat(staged)).size > 0);
      refused += 1;
      if (refused < 3) throw new DffmpegError('store-unavailable', 'The store is away.');
      return { path: output };
    };
    assert.equal((await coordinator.run(task)).type, 'delivered');
    assert.equal(refused, 3);
  });

  it('drops the result of an attempt that a later one made void', async () => {
    const source = await shop.clip(shop.path('clip.mp4'));
    const task = await offer(source, shop.path('clip.web.mp4'));
    coordinator.onCommit = () => Promise.reject(new DffmpegError('fence-void', 'A later attempt runs.'));
    const report = await coordinator.run(task);
    assert.equal(report.type === 'failed' && report.error.code, 'fence-void');
    assert.deepEqual(await readdir(shop.root), ['clip.mp4', 'state']);
    assert.deepEqual(await leftovers(), []);
  });

  it('keeps a result whose commit is not answered when the worker ends, and finishes it later', async () => {
    const source = await shop.clip(shop.path('clip.mp4'));
    const output = shop.path('clip.web.mp4');
    const { coordinator: first, worker } = shop.hire({ id: 'w2' });
    await first.ready();
    const probe = await probeBy(first, source, 'p');
    first.onCommit = () => new Promise(() => undefined);
    // From then on what no attempt uses is swept.
    first.peer.emit('recovered', { keep: [] });
    const payload = encodePayload({ source, probe, output });
    await first.peer.request('task.offer', { taskId: 't1', fence: 1, payload });
    const { staged, identity } = await first.until(() => first.commits[0]);
    await worker.close();
    assert.ok((await stat(staged)).size > 0);
    await assert.rejects(stat(output), { code: 'ENOENT' });

    const ask = () => coordinator.peer.request('placement.recover', { staged, identity, path: output });
    assert.equal((await ask()).outcome, 'placed');
    assert.ok((await stat(output)).size > 0);
    const modified = String((await stat(output, { bigint: true })).mtimeNs);
    assert.deepEqual(await ask(), { outcome: 'placed', identity: await identityOf(output), modified });
    assert.deepEqual(await leftovers(), []);
  });

  it('is cancelled by a word that comes right behind the offer', async () => {
    const source = await shop.clip(shop.path('clip.mp4'), { seconds: 8, size: '1280x720' });
    const offered = coordinator.peer.request(
      'task.offer',
      await offer(source, shop.path('out.mp4'), slowPreset),
    );
    await coordinator.peer.request('task.cancel', { taskId: 't1', fence: 1 });
    assert.deepEqual(await offered, { accepted: true });
    assert.equal((await coordinator.lastReport('t1')).type, 'cancelled');
    assert.deepEqual(await leftovers(), []);
  });

  it('cancels: ffmpeg is gone within two seconds, and nothing is left', async () => {
    const source = await shop.clip(shop.path('clip.mp4'), { seconds: 8, size: '1280x720' });
    await coordinator.peer.request('task.offer', await offer(source, shop.path('out.mp4'), slowPreset));
    const { pid } = await coordinator.reported('t1', 'started');
    await coordinator.until(() => coordinator.progress.some(({ outTime }) => outTime !== undefined));
    const start = performance.now();
    await coordinator.peer.request('task.cancel', { taskId: 't1', fence: 1 });
    const report = await coordinator.lastReport('t1');
    const took = performance.now() - start;
    assert.equal(report.type, 'cancelled');
    await assertGone(pid);
    assert.ok(took < 2000, `${took} ms`);
    assert.deepEqual(await readdir(shop.root), ['clip.mp4', 'state']);
    assert.deepEqual(await leftovers(), []);
  });

  itOnUnix('cancels an ffmpeg that does not listen, with what it started', async () => {
    const source = await shop.clip(shop.path('clip.mp4'));
    // Stands in for an ffmpeg that hangs in a driver: it ignores SIGTERM and has a child of its own.
    const deaf = shop.path('deaf', 'ffmpeg');
    await mkdir(path.dirname(deaf));
    const encode = [
      "trap '' TERM",
      'sleep 1000 &',
      `echo $! > '${shop.path('child')}'`,
      'echo out_time_us=1000; echo progress=continue',
      'wait; sleep 1000',
    ];
    const script = `#!/bin/bash
case "$*" in *progress*) ${encode.join('\n')};; *) exec ffmpeg "$@";; esac
`;
    await writeFile(deaf, script, { mode: 0o755 });
    const { coordinator: other } = shop.hire({ id: 'w2', ffmpegPath: deaf });
    await other.ready();
    const probe = await probeBy(other, source, 'p');
    const payload = encodePayload({ source, probe, preset: webPreset, output: shop.path('o.mp4') });
    await other.peer.request('task.offer', { taskId: 't1', fence: 1, payload });
    const { pid } = await other.reported('t1', 'started');
    await other.until(() => other.progress.some(({ outTime }) => outTime !== undefined));
    const start = performance.now();
    await other.peer.request('task.cancel', { taskId: 't1', fence: 1 });
    assert.equal((await other.lastReport('t1')).type, 'cancelled');
    const took = performance.now() - start;
    assert.ok(took < 2000, `${took} ms`);
    await assertGone(pid);
    await assertGone(Number(await readFile(shop.path('child'), 'utf8')));
  });

  itOnUnix('does not place a result whose end cannot be decoded, whatever ffmpeg says', async () => {
    const source = await shop.clip(shop.path('clip.mp4'), { seconds: 3 });
    const spoiling = shop.path('spoiling', 'ffmpeg');
    await mkdir(path.dirname(spoiling));
    // The index comes first: what is overwritten at the end is the last of the film.
    const spoil =
      'dd if=/dev/zero of=result.mp4 bs=1 count=12000 conv=notrunc seek=$(($(wc -c < result.mp4) - 12000))';
    const script = `#!/bin/bash
case "$*" in *file:result.mp4) ffmpeg "$@" && ${spoil};; *) exec ffmpeg "$@";; esac
`;
    await writeFile(spoiling, script, { mode: 0o755 });
    const { coordinator: other } = shop.hire({ id: 'w2', ffmpegPath: spoiling });
    await other.ready();
    const probe = await probeBy(other, source, 'p');
    const payload = encodePayload({ source, probe, output: shop.path('o.mp4') });
    const report = await other.run({ taskId: 't1', fence: 1, payload });
    assert.ok(report.type === 'failed', JSON.stringify(report));
    assert.equal(report.error.code, 'result-damaged');
    assert.match(report.error.message, /^The result is damaged in \d+ places/);
    assert.deepEqual(report.output, 0);
    assert.deepEqual(await readdir(shop.root).then((names) => names.filter((name) => name === 'o.mp4')), []);
  });

  itOnUnix('does not place a result that lacks sound between its beginning and its end', async () => {
    const source = await shop.clip(shop.path('clip.mp4'), { seconds: 4 });
    const gap = `-filter:a "aselect='lt(t,1)+gt(t,2.5)'"`;
    const lacking = await wrapper(
      'lacking',
      `case "$*" in *file:result.mp4) exec ffmpeg "\${@:1:$#-1}" ${gap} "\${@: -1}";; esac`,
    );
    const { coordinator: other } = shop.hire({ id: 'w2', ffmpegPath: lacking });
    await other.ready();
    const probe = await probeBy(other, source, 'p');
    const preset: Preset = { ...webPreset, verify: 'whole' };
    const payload = encodePayload({ source, probe, preset, output: shop.path('o.mp4') });
    const report = await other.run({ taskId: 't1', fence: 1, payload });
    assert.ok(report.type === 'failed', JSON.stringify(report));
    assert.match(
      report.error.message,
      /^Of audio track 1 2\.5\d s of sound can be decoded in the result, and 4\.0\d s in the source/,
    );
  });

  itOnUnix('ends an encode that makes no progress', async () => {
    const source = await shop.clip(shop.path('clip.mp4'));
    const stuck = await wrapper('stuck', 'case "$*" in *progress*) exec sleep 1000;; esac');
    const { coordinator: other } = shop.hire({
      id: 'w2',
      ffmpegPath: stuck,
      settings: { ...defaultWorkerSettings, stallSeconds: 0.5 },
    });
    await other.ready();
    const probe = await probeBy(other, source, 'p');
    const payload = encodePayload({ source, probe, preset: webPreset, output: shop.path('o.mp4') });
    const report = await other.run({ taskId: 't1', fence: 1, payload });
    assert.equal(report.type === 'failed' && report.error.code, 'ffmpeg-killed');
    assert.match(report.type === 'failed' ? report.error.message : '', /no progress/);
  });

  itOnUnix('makes it the next time where a trial of its encoder was killed', async () => {
    const source = await shop.clip(shop.path('clip.mp4'));
    const killing = shop.path('killing');
    await writeFile(killing, '');
    const ffmpeg = await wrapper(
      'killed',
      `case "$*" in *libx264*'-f null'*) [ ! -e '${killing}' ] || kill -KILL $$;; esac`,
    );
    const { coordinator: other } = shop.hire({ id: 'w2', ffmpegPath: ffmpeg });
    await other.ready();
    const probe = await probeBy(other, source, 'p');
    const payload = encodePayload({ source, probe, preset: webPreset, output: shop.path('o.mp4') });
    const report = await other.run({ taskId: 't1', fence: 1, payload });
    assert.ok(report.type === 'failed');
    assert.equal(report.error.code, 'ffmpeg-killed', 'no fault of the preset');
    assert.match(report.error.message, /libx264 is not known/);
    await rm(killing);
    other.onCommit = () => Promise.resolve({ path: shop.path('o.mp4') });
    const again = await other.run({ taskId: 't2', fence: 1, payload });
    assert.equal(again.type, 'delivered', JSON.stringify(again));
  });

  it('says when the source changed under way', async () => {
    const source = await shop.clip(shop.path('clip.mp4'), { seconds: 4 });
    await coordinator.peer.request('task.offer', await offer(source, shop.path('out.mp4'), slowPreset));
    await coordinator.reported('t1', 'started');
    await appendFile(source, 'more');
    const report = await coordinator.lastReport('t1');
    assert.equal(report.type === 'failed' && report.error.code, 'source-changed');
    assert.deepEqual((await readdir(shop.root)).sort(), ['clip.mp4', 'state']);
  });

  it('says what killed ffmpeg, and keeps its exit', async () => {
    const source = await shop.clip(shop.path('clip.mp4'), { seconds: 8, size: '1280x720' });
    await coordinator.peer.request('task.offer', await offer(source, shop.path('out.mp4'), slowPreset));
    const { pid } = await coordinator.reported('t1', 'started');
    process.kill(pid, 'SIGKILL');
    const report = await coordinator.lastReport('t1');
    assert.ok(report.type === 'failed');
    assert.equal(report.error.code, 'ffmpeg-killed');
    assert.deepEqual(report.exit, { code: null, signal: 'SIGKILL' });
  });

  it('encodes what there is of a truncated file, and says so', async () => {
    const whole = await shop.clip(shop.path('whole.mp4'), { seconds: 4 });
    const source = shop.path('cut.mkv');
    await run('ffmpeg', ['-loglevel', 'error', '-i', whole, '-c', 'copy', source]);
    await truncate(source, Math.floor((await stat(source)).size * 0.6));
    const report = await coordinator.run(await offer(source, shop.path('out.mp4')));
    assert.ok(report.type === 'delivered', JSON.stringify(report));
    assert.equal(report.verdict.level, 'warn');
  });

  it('blames a source that is shorter than it announces, of which ffmpeg takes a part for the whole', async () => {
    const source = shop.path('speech.opus');
    const tone = ['-f', 'lavfi', '-i', 'sine=duration=60', '-c:a', 'libopus'];
    await run('ffmpeg', ['-loglevel', 'error', ...tone, source]);
    const bytes = await readFile(source);
    // Its last page, which tells its length, is whole.
    bytes.fill(0, Math.floor(bytes.length * 0.4), Math.floor(bytes.length * 0.7));
    await writeFile(source, bytes);
    const toAac: Preset = { container: 'm4a', audio: { encoder: 'aac' } };
    const report = await coordinator.run(await offer(source, shop.path('out.m4a'), toAac));
    assert.ok(report.type === 'failed', JSON.stringify(report));
    assert.equal(report.error.code, 'source-damaged', report.error.message);
    assert.match(report.error.message, /source announces 60.01 s and has 2/u);
  });

  it('offers no more than its slots', async () => {
    const source = await shop.clip(shop.path('clip.mp4'), { seconds: 8, size: '1280x720' });
    const { coordinator: other } = shop.hire({ id: 'w2', slots: { cpu: 1 } });
    await other.ready();
    const probe = await probeBy(other, source, 'p');
    const task = (taskId: string) => ({
      ...{ taskId, fence: 1 },
      payload: encodePayload({
        source,
        probe,
        preset: slowPreset,
        output: shop.path('o.mp4'),
        jobId: taskId,
      }),
    });
    const ask = (taskId: string) => other.peer.request('task.offer', task(taskId));
    assert.deepEqual(await ask('t1'), { accepted: true });
    assert.deepEqual(await ask('t1'), { accepted: true });
    assert.deepEqual(await ask('t2'), { accepted: false });
    await other.peer.request('task.cancel', { taskId: 't1', fence: 1 });
    await other.lastReport('t1');
    assert.deepEqual(await ask('t2'), { accepted: true });
    await other.peer.request('task.cancel', { taskId: 't2', fence: 1 });
    await other.lastReport('t2');
  });

  it('leaves no ffmpeg behind when it is closed', async () => {
    const source = await shop.clip(shop.path('clip.mp4'), { seconds: 8, size: '1280x720' });
    const { coordinator: other, worker } = shop.hire({ id: 'w2' });
    await other.ready();
    const probe = await probeBy(other, source, 'p');
    const payload = encodePayload({ source, probe, preset: slowPreset, output: shop.path('o.mp4') });
    await other.peer.request('task.offer', { taskId: 't1', fence: 1, payload });
    const { pid } = await other.reported('t1', 'started');
    const start = performance.now();
    await worker.close();
    await assertGone(pid);
    assert.ok(performance.now() - start < 2500);
    assert.deepEqual(await leftovers(), []);
  });
});
