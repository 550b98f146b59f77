import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  chmod,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { jobsOutputSchema } from '../../../src/cli/jsonOutput.ts';
import { jobOutputSchema, type JobOutput } from '../../../src/protocol/jobOutput.ts';
import { Sandbox } from './harness.ts';

const run = promisify(execFile);

describe('dffmpeg encode --on-success replace', function () {
  this.timeout(60_000);
  let box: Sandbox;
  before(async () => (box = await Sandbox.create()));
  after(() => box.remove());
  beforeEach(async () => {
    for (const name of await readdir(box.folder))
      if (name !== 'state') await rm(box.file(name), { recursive: true });
  });

  async function encode(source: string, ...more: string[]): Promise<JobOutput> {
    const args = ['encode', source, '--preset', 'small', '--on-success', 'replace', ...more];
    const { jobs } = await box.json(jobsOutputSchema, args);
    assert.ok(jobs[0]);
    return jobs[0];
  }

  /** `quality`: of libx264, 0 is best and largest. */
  async function clip(name: string, quality: number): Promise<void> {
    const input = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25:duration=1'];
    const sound = ['-f', 'lavfi', '-i', 'sine=duration=1', '-c:a', 'aac'];
    const picture = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', String(quality)];
    await run('ffmpeg', ['-v', 'error', ...input, ...sound, ...picture, box.file(name)]);
  }

  async function shown(id: string, isSo: (job: JobOutput) => boolean): Promise<JobOutput> {
    for (;;) {
      const found = await box.json(jobOutputSchema, ['job', 'show', id]);
      if (isSo(found)) return found;
    }
  }

  const names = async (): Promise<string[]> =>
    (await readdir(box.folder)).filter((name) => name !== 'state').sort();

  it('gives the result the place of a verified source, and undo gives it back', async () => {
    await clip('clip.mkv', 1);
    await chmod(box.file('clip.mkv'), 0o600);
    const source = await readFile(box.file('clip.mkv'));
    const job = await encode('clip.mkv');
    assert.equal(job.replacement?.state, 'replaced', JSON.stringify(job.replacement));
    assert.deepEqual(await names(), ['.dffmpeg-replaced', 'clip.mp4']);
    // What is made of a private film is as private.
    if (process.platform !== 'win32') assert.equal((await stat(box.file('clip.mp4'))).mode & 0o777, 0o600);
    assert.equal(job.outputs[0]?.path, box.file('clip.mp4'));
    assert.ok(job.replacement.aside);
    assert.deepEqual(await readFile(job.replacement.aside), source);

    const undo = await box.run(['job', 'undo', job.id]);
    assert.equal(undo.code, 0, undo.stderr);
    assert.match(undo.stdout, /The source has its place again/);
    assert.deepEqual(await names(), ['clip.mkv', 'clip.small.mp4']);
    assert.deepEqual(await readFile(box.file('clip.mkv')), source);

    const again = await box.run(['job', 'replace', job.id]);
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual(await names(), ['.dffmpeg-replaced', 'clip.mp4']);
  });

  it('undoes beside notes that a disk has damaged', async () => {
    const records = path.join(box.stateDir, 'scratch', 'placements');
    const damage: readonly ((file: string) => Promise<unknown>)[] = [
      (file) => writeFile(file, ''),
      (file) => writeFile(file, '{"path":"/x","by'),
      (file) => mkdir(file, { recursive: true }),
    ];
    for (const [index, damages] of damage.entries()) {
      const name = `clip${index}.mp4`;
      await clip(name, 1);
      const source = await readFile(box.file(name));
      const { id } = await encode(name);
      await mkdir(records, { recursive: true });
      for (const key of ['home', 'source', 'result', 'discard'])
        await damages(path.join(records, `${id}-${key}.json`));
      const undo = await box.run(['job', 'undo', id]);
      assert.equal(undo.code, 0, undo.stderr);
      assert.deepEqual(await readFile(box.file(name)), source);
      const again = await box.run(['job', 'replace', id]);
      assert.equal(again.code, 0, again.stderr);
    }
  });

  it('undoes each of several jobs that it can, and names those that it cannot', async () => {
    for (const name of ['one', 'two']) await clip(`${name}.mkv`, 1);
    const [one, two] = [await encode('one.mkv'), await encode('two.mkv')];
    const { code, stdout, stderr } = await box.run(['job', 'undo', one.id, 'nosuchjob', two.id]);
    assert.equal(code, 1);
    assert.match(stdout, new RegExp(`^${one.id} .*\n(.*\n)*${two.id} `));
    assert.match(stderr, /nosuchjob: There is no job nosuchjob/);
    const schema = jobsOutputSchema.shape;
    const again = await box.run(['job', 'undo', one.id, 'nosuchjob', '--json']);
    const { errors } = JSON.parse(again.stdout) as { errors: unknown };
    assert.deepEqual(
      schema.errors
        .parse(errors)
        ?.map(({ id, code: its }) => [id, its])
        .at(-1),
      ['nosuchjob', 'not-found'],
    );
  });

  it('does not replace what was written to after an undo, though its time was set back', async () => {
    await clip('clip.mkv', 1);
    const source = box.file('clip.mkv');
    // Whole seconds, which can be set back exactly.
    await utimes(source, 1e9, 1e9);
    const { id, replacement } = await encode('clip.mkv');
    assert.equal(replacement?.state, 'replaced', JSON.stringify(replacement));
    assert.equal((await box.run(['job', 'undo', id])).code, 0);
    const handle = await open(source, 'r+');
    await handle.write('edited', 0);
    await handle.close();
    await utimes(source, 1e9, 1e9);
    const { stdout, stderr } = await box.run(['job', 'replace', id]);
    assert.match(stdout + stderr, /was written to since it was encoded/);
    assert.deepEqual(await names(), ['clip.mkv', 'clip.small.mp4']);
  });

  it('waits until a program that may write to the source has closed it, and says so', async function () {
    if (process.platform !== 'linux') this.skip();
    await clip('clip.mkv', 1);
    const source = await readFile(box.file('clip.mkv'));
    const editor = await open(box.file('clip.mkv'), 'r+');
    const { id, replacement } = await encode('clip.mkv');
    assert.equal(replacement?.state, 'replacing');
    assert.match(replacement.reason?.message ?? '', /A program has .*clip\.mkv open/);
    assert.deepEqual(await readFile(box.file('clip.mkv')), source);
    const { stderr } = await box.run(['job', 'replace', id]);
    assert.match(stderr, /A program has .*clip\.mkv open.*\n?.*Close it there/s);
    await editor.close();
    assert.equal((await box.run(['job', 'replace', id])).code, 0);
    assert.deepEqual(await names(), ['.dffmpeg-replaced', 'clip.mp4']);
  });

  it('does not go by what another file was that had its name and size when the job was submitted', async () => {
    await clip('clip.mp4', 1);
    const second = ['-i', box.file('clip.mp4'), '-map', '0', '-map', '0:a', '-c', 'copy'];
    await run('ffmpeg', ['-v', 'error', ...second, box.file('second.mp4')]);
    const [one, other] = [await stat(box.file('clip.mp4')), await stat(box.file('second.mp4'))];
    // Bytes behind the last box are nobody’s.
    await truncate(box.file('clip.mp4'), Math.max(one.size, other.size));
    await truncate(box.file('second.mp4'), Math.max(one.size, other.size));
    await box.run(['job', 'pause', '--queue']);
    const submit = (): Promise<{ stdout: string }> =>
      box.run(['encode', 'clip.mp4', '--preset', 'small', '--on-success', 'replace', '--detach']);
    const isPlanned = ({ state }: JobOutput): boolean => state === 'waiting';
    const id = (await submit()).stdout.trim();
    await shown(id, isPlanned);
    await rename(box.file('second.mp4'), box.file('clip.mp4'));
    await box.run(['job', 'resume', '--queue']);
    const { reason } = await shown(id, ({ state }) => state === 'failed');
    assert.match(reason?.message ?? '', /clip\.mp4 changed while it waited to be encoded/);
    assert.deepEqual(await names(), ['clip.mp4']);
    await box.run(['job', 'retry', id]);
    // By a look at what it is now.
    const { replacement } = await shown(id, ({ state }) => state === 'done');
    assert.match(replacement?.reason?.message ?? '', /lacks some of its sound/);

    // Of one that is only touched, the look still holds.
    await clip('other.mp4', 1);
    await box.run(['job', 'pause', '--queue']);
    const touched = (await box.run(['encode', 'other.mp4', '--preset', 'small', '--detach'])).stdout.trim();
    await shown(touched, isPlanned);
    await utimes(box.file('other.mp4'), 1, 1);
    await box.run(['job', 'resume', '--queue']);
    await shown(touched, ({ state }) => state === 'done');
  });

  it('replaces a source whose attributes alone were changed after an undo', async () => {
    await clip('clip.mkv', 1);
    const { id } = await encode('clip.mkv');
    assert.equal((await box.run(['job', 'undo', id])).code, 0);
    await chmod(box.file('clip.mkv'), 0o640);
    assert.equal((await box.run(['job', 'replace', id])).code, 0);
    assert.deepEqual(await names(), ['.dffmpeg-replaced', 'clip.mp4']);
  });

  it('does so under the very name of the source, too', async () => {
    await clip('clip.mp4', 1);
    const source = await readFile(box.file('clip.mp4'));
    const job = await encode('clip.mp4');
    assert.equal(job.replacement?.state, 'replaced', JSON.stringify(job.replacement));
    assert.deepEqual(await names(), ['.dffmpeg-replaced', 'clip.mp4']);
    assert.notDeepEqual(await readFile(box.file('clip.mp4')), source);
    assert.equal((await box.run(['job', 'undo', job.id])).code, 0);
    assert.deepEqual(await readFile(box.file('clip.mp4')), source);
    assert.deepEqual(await names(), ['clip.mp4', 'clip.small.mp4']);
  });

  it('encodes the others of a command where one is refused, and says which', async () => {
    for (const name of ['one.mkv', 'two.mkv']) await clip(name, 1);
    assert.equal((await box.run(['job', 'pause', '--queue'])).code, 0);
    const options = ['--preset', 'small', '--on-success', 'replace'];
    const waiting = await box.run(['encode', 'one.mkv', ...options, '--detach']);
    const both = box.run(['encode', 'one.mkv', 'two.mkv', ...options]);
    const isQueued = async (): Promise<boolean> =>
      (await box.json(jobsOutputSchema, ['job', 'list'])).jobs.some(
        ({ sources, state }) => sources[0]?.path === box.file('two.mkv') && state === 'waiting',
      );
    while (!(await isQueued()));
    assert.equal((await box.run(['job', 'resume', '--queue'])).code, 0);
    const { code, stderr } = await both;
    assert.equal(code, 1);
    assert.match(
      stderr,
      new RegExp(`The result of job ${waiting.stdout.trim()} is to take the place of .*one\\.mkv`),
    );
    assert.ok((await names()).includes('two.mp4'), stderr);
  });

  it('goes by how much is to be gained as it is set while the daemon runs', async () => {
    await clip('clip.mkv', 1);
    const log = (): Promise<string> => readFile(path.join(box.stateDir, 'logs', 'daemon.log'), 'utf8');
    const config = path.join(box.stateDir, 'config.jsonc');
    const changed = async (): Promise<number> => (await log()).split('settings changed').length;
    assert.equal((await box.run(['job', 'list'])).code, 0);
    const before = await changed();
    await writeFile(config, '{ "replaceMinimumGainPercent": 99 }');
    try {
      while ((await changed()) === before) await new Promise((resolve) => setImmediate(resolve));
      const { replacement } = await encode('clip.mkv');
      assert.equal(replacement?.state, 'refused', JSON.stringify(replacement));
      assert.match(replacement.reason?.message ?? '', /at least 99 % less is asked for/);
    } finally {
      await rm(config);
    }
  });

  it('keeps the source where nothing is gained, and says so', async () => {
    await clip('clip.mp4', 40);
    const { code, stderr } = await box.run([
      ...['encode', 'clip.mp4', '--preset', 'prores-proxy', '--on-success', 'replace'],
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /The source was kept: the result is .* % larger/);
    assert.deepEqual(await names(), ['clip.mp4', 'clip.prores-proxy.mov']);
  });

  it('keeps it where the result lacks something, until a person has looked', async () => {
    await clip('clip.mp4', 1);
    const args = ['encode', 'clip.mp4', '--preset', 'audio', '--on-success', 'replace'];
    const { jobs } = await box.json(jobsOutputSchema, args);
    const [job] = jobs;
    assert.equal(job?.replacement?.state, 'held');
    assert.match(job.replacement.reason?.message ?? '', /the result lacks its picture/);
    assert.deepEqual(await names(), ['clip.audio.m4a', 'clip.mp4']);
    await box.json(jobsOutputSchema, ['job', 'replace', job.id]);
    assert.deepEqual(await names(), ['.dffmpeg-replaced', 'clip.m4a']);
    assert.equal((await box.run(['job', 'undo', job.id])).code, 0);
    assert.deepEqual(await names(), ['clip.audio.m4a', 'clip.mp4']);
  });

  const size = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25:duration=1'];
  const tone = ['-f', 'lavfi', '-i', 'sine=duration=1'];
  const room = ['-f', 'lavfi', '-i', 'anoisesrc=duration=1,aformat=channel_layouts=5.1'];
  const raw = ['-c:v', 'ffv1', '-c:a', 'pcm_s16le'];
  const tracks = (count: number) =>
    Array.from({ length: count }, (_, index) => ['-map', String(index)]).flat();
  const lacking = [
    {
      what: 'a second audio track',
      made: [...size, ...tone, ...tone, ...tracks(3), ...raw],
      says: /lacks some of its sound\./,
    },
    {
      what: 'a second picture',
      made: [...size, ...size, ...tracks(2), ...raw],
      says: /lacks a part of its picture\./,
    },
    {
      what: 'more than two channels',
      made: [...size, ...room, ...tracks(2), ...raw],
      says: /lacks some of its sound channels\./,
    },
    {
      what: 'transparency',
      made: [...size, '-vf', 'format=yuva420p,colorchannelmixer=aa=0.5', ...raw],
      says: /lacks its transparency\./,
    },
    {
      what: 'transparency that lies beside the picture',
      made: [...size, '-metadata:s:v:0', 'alpha_mode=1', ...raw],
      says: /lacks its transparency\./,
    },
    {
      what: 'a tag that MP4 has no place for',
      made: [...size, '-metadata', 'RATING=5', ...raw],
      says: /lacks some of its tags\./,
    },
  ];
  for (const { what, made, says } of lacking)
    it(`keeps it where ${what} would be lost, until a person has looked`, async () => {
      await run('ffmpeg', ['-v', 'error', ...made, box.file('clip.mkv')]);
      const source = await readFile(box.file('clip.mkv'));
      const job = await encode('clip.mkv');
      assert.equal(job.replacement?.state, 'held', JSON.stringify(job.replacement));
      assert.match(job.replacement.reason?.message ?? '', says);
      assert.match(job.replacement.reason?.hint ?? '', new RegExp(`dffmpeg job replace ${job.id}`));
      assert.deepEqual(await names(), ['clip.mkv', 'clip.small.mp4']);
      await box.json(jobsOutputSchema, ['job', 'replace', job.id]);
      assert.deepEqual(await names(), ['.dffmpeg-replaced', 'clip.mp4']);
      assert.equal((await box.run(['job', 'undo', job.id])).code, 0);
      assert.deepEqual(await readFile(box.file('clip.mkv')), source);
    });

  it('keeps the tags that a phone has written, and the time of the file', async () => {
    const place = '+48.1372+011.5756+520.000/';
    const tags = [
      ...['-metadata', `com.apple.quicktime.location.ISO6709=${place}`],
      ...['-metadata', 'com.apple.quicktime.make=A phone', '-metadata', 'creation_time=2019-05-01T10:00:00Z'],
    ];
    const lossless = ['-c:v', 'libx264', '-qp', '0', '-movflags', 'use_metadata_tags'];
    await run('ffmpeg', ['-v', 'error', ...size, ...lossless, ...tags, box.file('clip.mov')]);
    await utimes(box.file('clip.mov'), 1_556_704_800, 1_556_704_800);
    const { replacement } = await encode('clip.mov');
    assert.equal(replacement?.state, 'replaced', JSON.stringify(replacement));
    const { stdout } = await run('ffprobe', ['-v', 'error', '-show_format', box.file('clip.mp4')]);
    for (const value of [
      `location=${place.slice(0, 17)}`,
      'make=A phone',
      'creation_time=2019-05-01T10:00:00',
    ])
      assert.ok(stdout.includes(value), `${value} in ${stdout}`);
    assert.equal((await stat(box.file('clip.mp4'))).mtimeMs, 1_556_704_800_000);
  });

  for (const [container, message] of [
    ['mp4', /lacks \d+ % of its bytes, which belong to none of its tracks/],
    ['flv', /ffmpeg reads only \d+ % of the source/],
  ] as const)
    it(`keeps it where a second film lies behind the first, in one ${container}`, async () => {
      await clip(`one.${container}`, 1);
      await clip(`two.${container}`, 0);
      const parts = [`one.${container}`, `two.${container}`].map((name) => readFile(box.file(name)));
      await writeFile(box.file(`both.${container}`), await Promise.all(parts));
      const { replacement } = await encode(`both.${container}`);
      assert.equal(replacement?.state, 'held');
      assert.match(replacement.reason?.message ?? '', message);
    });

  it('keeps it where the result is not marked as 3D', async () => {
    await clip('clip.mkv', 1);
    const mark = ['-c', 'copy', '-metadata:s:v', 'stereo_mode=left_right'];
    await run('ffmpeg', ['-v', 'error', '-i', box.file('clip.mkv'), ...mark, box.file('both eyes.mkv')]);
    const { replacement } = await encode('both eyes.mkv');
    assert.equal(replacement?.state, 'held');
    assert.match(replacement.reason?.message ?? '', /lacks its mark as 3D\.$/);
  });

  it('keeps what an unknown job has put in a source’s place, until a person has looked', async () => {
    await clip('older.mp4', 1);
    const kept = box.file('.dffmpeg-replaced/jobofanolderqueue');
    await mkdir(kept, { recursive: true });
    await writeFile(path.join(kept, 'older.mov'), 'the true source');
    const { id, replacement } = await encode('older.mp4');
    assert.equal(replacement?.state, 'held');
    assert.match(
      replacement.reason?.message ?? '',
      /older\.mov was replaced by job jobofanolderqueue, of which this queue knows nothing: .*older\.mp4 may be its result/,
    );
    assert.equal((await box.run(['job', 'replace', id])).code, 0);
    assert.equal(await readFile(path.join(kept, 'older.mov'), 'utf8'), 'the true source');
    // What its own job has put there is known.
    assert.equal((await box.run(['job', 'undo', id])).code, 0);
    await rm(kept, { recursive: true });
    const again = await encode('older.mp4');
    assert.equal(again.replacement?.state, 'replaced');
    const once = await encode('older.mp4');
    assert.doesNotMatch(once.replacement?.reason?.message ?? '', /knows nothing/);
  });

  it('keeps it where a copy cannot be decoded in which the source says anew how it is to be played', async () => {
    const sound = async (name: string, channels: string): Promise<Buffer> => {
      const args = ['-f', 'lavfi', '-i', 'sine=duration=2', '-ac', channels, '-c:a', 'aac', box.file(name)];
      await run('ffmpeg', ['-v', 'error', ...args]);
      return readFile(box.file(name));
    };
    const both = [await sound('two.aac', '2'), await sound('six.aac', '6')];
    await writeFile(box.file('both.aac'), Buffer.concat(both));
    const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25:duration=4'];
    const copied = ['-i', box.file('both.aac'), '-c:v', 'libx264', '-c:a', 'copy', box.file('film.ts')];
    await run('ffmpeg', ['-v', 'error', ...picture, ...copied]);
    const job = await encode('film.ts', '--preset', 'remux');
    assert.equal(job.replacement?.state, 'held', JSON.stringify(job.replacement));
    assert.match(JSON.stringify(job.outputs[0]), /cannot be decoded in \d+ places of the result/);
  });

  it('keeps it where tracks begin so late that nobody knew of them, as the subtitles of a DVD', async () => {
    const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=352x288:rate=25:duration=14,noise=alls=40:allf=t'];
    const late = ['-itsoffset', '9', '-f', 'lavfi', '-i', 'sine=880:duration=1'];
    const bitrate = ['-b:v', '6M', '-minrate', '6M', '-maxrate', '6M', '-bufsize', '1835k'];
    const vob = box.file('dvd.vob');
    await run('ffmpeg', [
      ...['-v', 'error', ...picture, '-f', 'lavfi', '-i', 'sine=duration=14', ...late],
      ...['-map', '0', '-map', '1', '-map', '2', '-c:v', 'mpeg2video', ...bitrate],
      ...['-c:a:0', 'mp2', '-c:a:1', 'ac3', '-f', 'vob', vob],
    ]);
    const { outputs, replacement } = await encode('dvd.vob');
    assert.equal(replacement?.state, 'held', JSON.stringify(outputs));
    const [finding] = outputs[0]?.verdict?.findings.filter(({ loses }) => loses === 'sound') ?? [];
    assert.equal(finding?.level, 'warn');
    assert.match(finding.message, /^Sound of the source begins so late/);
    assert.ok((await names()).includes('dvd.vob'));
  });

  it('replaces a recording of which all is read', async () => {
    await clip('whole.flv', 1);
    const { replacement } = await encode('whole.flv');
    assert.equal(replacement?.state, 'replaced', JSON.stringify(replacement));
  });

  it('does not undo over a file that came meanwhile, and says where the source lies', async () => {
    await clip('clip.mkv', 1);
    const job = await encode('clip.mkv');
    await writeFile(box.file('clip.mkv'), 'somebody else’s');
    const undo = await box.run(['job', 'undo', job.id]);
    assert.equal(undo.code, 1);
    assert.match(undo.stderr, /Another file is called .*clip\.mkv/);
    assert.match(undo.stderr, /\.dffmpeg-replaced/);
    assert.equal(await readFile(box.file('clip.mkv'), 'utf8'), 'somebody else’s');
    await rm(box.file('clip.mkv'));
    assert.equal((await box.run(['job', 'undo', job.id])).code, 0);
    const shown = await box.json(jobOutputSchema, ['job', 'show', job.id]);
    assert.equal(shown.replacement?.state, 'undone');
    assert.deepEqual(await names(), ['clip.mkv', 'clip.small.mp4']);
  });

  it('waits until another job of the same source has encoded it, and says so', async () => {
    await clip('clip.mp4', 1);
    const source = await readFile(box.file('clip.mp4'));
    await box.run(['job', 'pause', '--queue']);
    const other = (await box.run(['encode', 'clip.mp4', '--preset', 'audio', '--detach'])).stdout.trim();
    await box.run(['job', 'pause', other]);
    await box.run(['job', 'resume', '--queue']);
    const job = await encode('clip.mp4');
    assert.equal(job.replacement?.state, 'replacing');
    assert.match(job.replacement.reason?.message ?? '', new RegExp(`when job ${other} .* has ended`));
    assert.deepEqual(await readFile(box.file('clip.mp4')), source);
    const again = await box.run([
      ...['encode', 'clip.mp4', '--preset', 'av1', '--on-success', 'replace', '--detach'],
    ]);
    assert.equal(again.code, 1);
    assert.match(again.stderr, new RegExp(`result of job ${job.id} is to take the place of`));

    await box.run(['job', 'resume', other]);
    await box.run(['job', 'logs', other, '--follow']);
    const made = await box.json(jobOutputSchema, ['job', 'show', other]);
    assert.equal(made.state, 'done');
    assert.equal(made.sources[0]?.bytes, source.length);
    while ((await box.json(jobOutputSchema, ['job', 'show', job.id])).replacement?.state !== 'replaced');
    assert.deepEqual(await names(), ['.dffmpeg-replaced', 'clip.audio.m4a', 'clip.mp4']);
    assert.notDeepEqual(await readFile(box.file('clip.mp4')), source);
    const second = await box.run(['encode', 'clip.mp4', '--preset', 'audio']);
    assert.match(second.stderr, new RegExp(`is itself the result of job ${job.id}`));
  });

  it('is refused at once for what makes no one file of one', async () => {
    await box.clip('clip.mp4');
    const { code, stderr } = await box.run([
      ...['encode', 'clip.mp4', '--preset', 'hls', '--on-success', 'replace'],
    ]);
    assert.equal(code, 2);
    assert.match(stderr, /no one file to take the place of the source/);
  });
});
