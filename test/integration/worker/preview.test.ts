import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { builtinPresets } from '../../../src/encoding/builtinPresets.ts';
import type { Preset } from '../../../src/encoding/preset.ts';
import { outputsOf } from '../../../src/encoding/presetOutputs.ts';
import type { PlannedCommands } from '../../../src/protocol/inquiry.ts';
import type { EncodePayload } from '../../../src/protocol/tasks.ts';
import type { Worker } from '../../../src/worker/worker.ts';
import type { ScriptedCoordinator } from './support/scriptedCoordinator.ts';
import { webPreset, Workshop } from './support/workshop.ts';

const run = promisify(execFile);

function builtin(name: string): Preset {
  const preset = builtinPresets[name];
  assert.ok(preset, name);
  return preset;
}

interface Row {
  readonly preset: Preset;
  readonly sources?: readonly string[];
  /** Purposes of its commands, for the table not to be empty words. */
  readonly purposes: readonly PlannedCommands['commands'][number]['purpose'][];
}

const rows: Readonly<Record<string, Row>> = {
  web: { preset: builtin('web'), purposes: ['encode'] },
  'two passes': {
    preset: { ...webPreset, video: { encoders: ['libx264'], bitrate: '200k', passes: 2 } },
    purposes: ['first-pass', 'encode'],
  },
  'a size to stay under': { preset: builtin('under-25mb'), purposes: ['first-pass', 'encode'] },
  'crop: auto': {
    preset: { ...webPreset, video: { encoders: ['libx264'], crop: 'auto', speed: 'fastest' } },
    sources: ['bars.mp4'],
    purposes: ['crop', 'encode'],
  },
  loudness: {
    preset: { container: 'm4a', audio: { encoder: 'aac', loudness: -16 } },
    purposes: ['loudness', 'encode'],
  },
  'crop, loudness and two passes': {
    preset: {
      container: 'mp4',
      video: { encoders: ['libx264'], crop: 'auto', bitrate: '200k', passes: 2, speed: 'fastest' },
      audio: { encoder: 'aac', loudness: -20 },
    },
    sources: ['bars.mp4'],
    purposes: ['crop', 'loudness', 'first-pass', 'encode'],
  },
  'a quality to reach': {
    preset: {
      container: 'mp4',
      video: { encoders: ['libx264'], targetQuality: { score: 0.95 }, speed: 'fastest' },
      audio: false,
    },
    purposes: ['quality', 'encode'],
  },
  hls: { preset: builtin('hls'), purposes: ['encode'] },
  join: { preset: webPreset, sources: ['clip.mp4', 'bars.mp4'], purposes: ['encode'] },
  'join by copy': {
    preset: { container: 'mp4', video: { copy: true }, audio: { tracks: [{ do: 'copy' }] } },
    sources: ['clip.mp4', 'clip.mp4'],
    purposes: ['encode'],
  },
  'contact sheet': { preset: builtin('contact-sheet'), purposes: ['encode'] },
  gif: { preset: builtin('gif'), purposes: ['encode'] },
  'burnt-in subtitles and a watermark': {
    preset: {
      ...webPreset,
      video: {
        encoders: ['libx264'],
        speed: 'fastest',
        burnSubtitles: { track: 1 },
        watermark: { file: 'logo.png' },
      },
    },
    sources: ['subtitled.mkv'],
    purposes: ['extract', 'encode'],
  },
  'several outputs': {
    preset: { ...webPreset, outputs: { film: {}, poster: { container: 'jpg' } } },
    purposes: ['encode', 'encode'],
  },
};

describe('worker: preview', function () {
  this.timeout(120_000);
  let shop: Workshop;
  let coordinator: ScriptedCoordinator;
  let worker: Worker;

  before(async () => {
    shop = await Workshop.openProved();
    ({ coordinator, worker } = shop.hire());
    await coordinator.ready();
    await shop.clip(shop.path('clip.mp4'), { seconds: 1, size: '160x120' });
    await run('ffmpeg', [
      ...['-loglevel', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=160x80:rate=25:duration=1'],
      ...['-f', 'lavfi', '-i', 'sine=duration=1', '-vf', 'pad=160:120:0:20', '-pix_fmt', 'yuv420p'],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac', shop.path('bars.mp4')],
    ]);
    await writeFile(shop.path('words.srt'), '1\n00:00:00,100 --> 00:00:00,900\nGood evening.\n');
    await run('ffmpeg', [
      ...['-loglevel', 'error', '-i', shop.path('clip.mp4'), '-i', shop.path('words.srt')],
      ...['-c', 'copy', '-c:s', 'srt', shop.path('subtitled.mkv')],
    ]);
    await run('ffmpeg', [
      ...['-loglevel', 'error', '-f', 'lavfi', '-i', 'color=red:s=16x16'],
      ...['-frames:v', '1', shop.path('logo.png')],
    ]);
  });
  after(() => shop.close());

  async function payload(preset: Preset, names: readonly string[] = ['clip.mp4']): Promise<EncodePayload> {
    const sources = names.map((name) => shop.path(name));
    const { probes } = await coordinator.peer.request('media.probe', { inquiryId: 'probe', sources });
    const outputs = outputsOf(preset).map((_, index) => ({ index, path: shop.path('out', `${index}`) }));
    return {
      ...{ kind: 'encode', jobId: 'j1', preset, outputs, onSuccess: 'keep' },
      sources: sources.map((source, index) => ({ path: source, probe: probes[index]! })),
    };
  }

  async function preview(encode: EncodePayload, inquiryId = 'preview') {
    const asked = { inquiryId, payload: encode };
    return (await coordinator.peer.request('encode.preview', asked)).outputs;
  }

  /** The commands that an attempt records, by its own report. */
  async function encoded(encode: EncodePayload, taskId: string) {
    await mkdir(shop.path('out'), { recursive: true });
    coordinator.onCommit = ({ output, taskId: task }) =>
      Promise.resolve({ path: shop.path('out', `${task}-${output}`) });
    await coordinator.peer.request('task.offer', { taskId, fence: 1, payload: encode });
    const all = () => coordinator.reports.flatMap((entry) => (entry.taskId === taskId ? [entry.report] : []));
    const wanted = encode.outputs.length;
    await coordinator.until(
      () =>
        all().some(({ type }) => type === 'failed') ||
        all().filter(({ type }) => type === 'delivered' || type === 'skipped').length === wanted,
    );
    const failed = all().find(({ type }) => type === 'failed');
    assert.equal(failed, undefined, JSON.stringify(failed));
    return all().flatMap((report) =>
      report.type === 'started'
        ? [{ output: report.output, purpose: report.purpose, argv: report.argv }]
        : [],
    );
  }

  async function nothingLeft(): Promise<void> {
    assert.deepEqual(await readdir(path.join(shop.stateDir, 'scratch', 'inquiries')), []);
  }

  for (const [name, { preset, sources, purposes }] of Object.entries(rows))
    it(`is what runs, to the byte: ${name}`, async () => {
      const encode = await payload(preset, sources);
      const before = (await readdir(shop.root)).sort();
      const outputs = await preview(encode);
      assert.deepEqual((await readdir(shop.root)).sort(), before, 'nothing is written beside the source');
      await nothingLeft();
      const previewed = outputs.flatMap(({ index, commands }) =>
        commands.map((command) => ({ output: index, ...command })),
      );
      const ran = await encoded(encode, `t-${name.replace(/\W/gu, '-')}`);
      assert.deepEqual(
        [...new Set(ran.map(({ purpose }) => purpose))],
        [...new Set(purposes)],
        'the row tests what it says',
      );
      assert.equal(JSON.stringify(previewed), JSON.stringify(ran));
    });

  it('says what was found, what lies beside the command, and how it may be cut', async () => {
    const quality: Preset = {
      container: 'mp4',
      video: { encoders: ['libx264'], targetQuality: { score: 0.95 }, speed: 'fastest' },
      audio: false,
    };
    const [searched] = await preview(await payload(quality));
    assert.ok(searched?.crf !== undefined);
    assert.match(searched.notes.map(({ message }) => message).join(), /crf \S+ was chosen/);
    assert.ok(searched.commands.at(-1)?.argv.includes(String(searched.crf)));
    assert.equal(searched.encoders?.video, 'libx264');
    assert.equal(searched.segmentSafe?.safe, 'yes');

    const burnt = rows['burnt-in subtitles and a watermark'];
    const [drawn] = await preview(await payload(burnt!.preset, burnt!.sources));
    const copied = drawn?.files.find(({ from }) => from === 'copy');
    assert.equal(copied?.from === 'copy' && copied.path, shop.path('logo.png'));
    assert.ok(drawn?.files.some(({ from }) => from === 'source'));
    assert.equal(drawn?.result, 'result.mp4');
  });

  it('says of each output what is wrong with it, at its field', async () => {
    const preset: Preset = { ...webPreset, outputs: { film: {}, late: { trim: { start: 100 } } } };
    const [film, late] = await preview(await payload(preset));
    assert.equal(film?.problem, undefined);
    assert.equal(film?.commands.length, 1);
    assert.equal(late?.problem?.code, 'preset-invalid');
    assert.deepEqual(late?.problem?.path, ['outputs', 'late', 'trim', 'start']);
    assert.deepEqual(late?.commands, []);
  });

  it('says that a file which the preset names is missing', async () => {
    const preset: Preset = {
      ...webPreset,
      video: { encoders: ['libx264'], watermark: { file: 'gone.png' } },
    };
    const [output] = await preview(await payload(preset));
    assert.equal(output?.problem?.code, 'asset-unusable');
  });

  it('leaves the source as it is', async () => {
    const before = await readFile(shop.path('clip.mp4'));
    await preview(await payload(builtin('web')));
    assert.deepEqual(await readFile(shop.path('clip.mp4')), before);
  });

  it('tells what it looks for, and ends with its request', async () => {
    const source = shop.path('long.mp4');
    await run('ffmpeg', [
      ...['-loglevel', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=25:duration=20'],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', source],
    ]);
    const preset: Preset = {
      container: 'mp4',
      video: { encoders: ['libx264'], targetQuality: { score: 0.999 }, speed: 'slowest' },
      audio: false,
    };
    const cancel = new AbortController();
    const answer = coordinator.peer.request(
      'encode.preview',
      { inquiryId: 'cancelled', payload: await payload(preset, ['long.mp4']) },
      { signal: cancel.signal },
    );
    const refused = assert.rejects(answer, { code: 'cancelled' });
    const told = await coordinator.until(() =>
      coordinator.inquiries.find(({ inquiryId }) => inquiryId === 'cancelled'),
    );
    assert.ok(told.step);
    cancel.abort();
    await refused;
    await worker.close();
    await nothingLeft();
  });
});
