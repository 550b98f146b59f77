import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { audioEncoderTable } from '../../../src/encoding/audioEncoders.ts';
import { dialectTrials } from '../../../src/encoding/dialectTrials.ts';
import type { OutputPreset } from '../../../src/encoding/output.ts';
import { encoderTrials, trialArguments } from '../../../src/encoding/trial.ts';
import type { EncoderTrial, TrialVariant } from '../../../src/encoding/trial.ts';
import { trialOutcome } from '../../../src/encoding/trialOutcome.ts';
import { CapabilityProver } from '../../../src/worker/capabilities.ts';
import { FfmpegBinary } from '../../../src/worker/ffmpegBinary.ts';
import { FfmpegKeeper } from '../../../src/worker/ffmpegKeeper.ts';
import { findTools } from '../../../src/worker/findBinary.ts';
import { proveFor } from '../../../src/worker/proveFor.ts';
import { itOnUnix } from './support/itOnUnix.ts';
import { probePayload, Workshop } from './support/workshop.ts';

const run = promisify(execFile);

describe('worker: ffmpeg and its capabilities', function () {
  this.timeout(120_000);
  let shop: Workshop;

  beforeEach(async () => {
    shop = await Workshop.open();
  });
  afterEach(() => shop.close());

  /** An ffmpeg that writes down each of its runs before it becomes the real one. */
  async function countingFfmpeg(): Promise<{ path: string; runs: () => Promise<string[]> }> {
    const file = shop.path('bin', 'ffmpeg');
    const log = shop.path('runs');
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, `#!/bin/sh\necho "$*" >> '${log}'\nexec ffmpeg "$@"\n`, { mode: 0o755 });
    const runs = async () => (await readFile(log, 'utf8').catch(() => '')).split('\n').filter(Boolean);
    return { path: file, runs };
  }

  it('offers an encoder exactly if it works by hand, with exactly the formats that do', async () => {
    const proved = await Workshop.openProved();
    try {
      const { coordinator } = proved.hire();
      // What a driver refuses is not kept on disk: those are tried anew.
      const { capabilities } = await coordinator.until(
        () =>
          Object.keys(coordinator.worker?.capabilities ?? {}).length === encoderTrials.length &&
          coordinator.worker,
      );
      assert.deepEqual(Object.keys(capabilities).sort(), encoderTrials.map((trial) => trial.encoder).sort());
      const features = ['svtav1-crf', 'svtav1-params'];
      const works = async (encoder: EncoderTrial['encoder'], variant: TrialVariant) =>
        trialOutcome({
          code: 0,
          ...(await run('ffmpeg', trialArguments(encoder, variant, features)).catch(
            ({ stderr }: { stderr: string }) => ({
              code: 1,
              stderr,
            }),
          )),
        }).worked;
      for (const { encoder, pixelFormats } of encoderTrials) {
        const capability = capabilities[encoder];
        if (pixelFormats.length === 0 || capability?.usable !== true) {
          assert.equal(capability?.usable, await works(encoder, {}), encoder);
          continue;
        }
        // What works does so in one run; each that does not was told why.
        const formats = pixelFormats.filter((format) => capability.pixelFormats.includes(format));
        assert.ok(await works(encoder, { pixelFormats: formats }), encoder);
        for (const format of pixelFormats.filter((each) => !formats.includes(each))) {
          assert.equal(await works(encoder, { pixelFormats: [format] }), false, `${encoder} ${format}`);
          assert.ok(capability.refusals?.[format], `${encoder} ${format}`);
        }
      }
      for (const [name, capability] of Object.entries(capabilities))
        if (!capability.usable) assert.notEqual(capability.refusal, '', name);
    } finally {
      await proved.close();
    }
  });

  itOnUnix('tries once, whichever of two workers does it, and remembers', async () => {
    const ffmpeg = await countingFfmpeg();
    const two = [shop.hire({ ffmpegPath: ffmpeg.path }), shop.hire({ ffmpegPath: ffmpeg.path, id: 'w2' })];
    const encoders = ['libx264', 'aac', 'libsvtav1'];
    const answers = await Promise.all(
      two.map(({ coordinator }) => coordinator.peer.request('capabilities.try', { encoders })),
    );
    assert.deepEqual(answers[0], answers[1]);
    assert.deepEqual(Object.keys(answers[0]?.capabilities ?? {}).sort(), encoders.toSorted());
    for (const { worker } of two) await worker.close();

    const runs = await ffmpeg.runs();
    const tries = (all: string[], text: string) => all.filter((line) => line.includes(text)).length;
    // All formats of an encoder in one run, and each fact that its arguments ask for in another.
    const counted = [
      '-c:v:0 libx264 ',
      '-c:a:0 aac ',
      '-c:v:0 libsvtav1 ',
      '-svtav1-params tune=0',
      '-preset 8 -crf 40',
    ];
    for (const text of counted) assert.equal(tries(runs, text), 1, text);
    for (const once of ['-version', '-hide_banner -nostdin -demuxers', '-hide_banner -nostdin -filters'])
      assert.equal(runs.filter((line) => line === once).length, 1, once);

    const third = shop.hire({ ffmpegPath: ffmpeg.path, id: 'w3' });
    await third.coordinator.peer.request('capabilities.try', { encoders });
    await third.worker.close();
    const later = await ffmpeg.runs();
    for (const text of [...counted, '-demuxers']) assert.equal(tries(later, text), tries(runs, text), text);
  });

  describe('proved for what is asked', () => {
    const ended = new AbortController();
    const { TMPDIR } = process.env;
    afterEach(() => {
      if (TMPDIR === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = TMPDIR;
    });
    const open = async (ffmpeg?: string) => {
      const tools = await findTools(ffmpeg, { env: process.env, platform: process.platform });
      assert.ok(tools);
      return CapabilityProver.open(tools, {
        stateDir: shop.stateDir,
        signal: ended.signal,
        onChange: () => undefined,
      });
    };
    const output = (more: Partial<OutputPreset>): OutputPreset => ({
      container: 'mp4',
      video: { encoders: ['h264_nvenc', 'libx264', 'libx265'] },
      ...more,
    });

    itOnUnix('an ordinary encode waits for no more than its encoders', async () => {
      const ffmpeg = await countingFfmpeg();
      const prover = await open(ffmpeg.path);
      const examined = (await ffmpeg.runs()).length;
      assert.equal(examined, 7, 'version, four listings, two facts');
      const { dialect, capabilities } = await proveFor([output({ audio: { encoder: 'aac' } })], prover);
      assert.deepEqual(Object.keys(capabilities).sort(), ['aac', 'h264_nvenc', 'libx264']);
      assert.deepEqual(dialect.features, []);
    });

    itOnUnix('burnt-in subtitles wait for libass as well, once', async () => {
      const ffmpeg = await countingFfmpeg();
      const prover = await open(ffmpeg.path);
      const burnt = output({ video: { encoders: ['libx264'], burnSubtitles: { track: 1 } } });
      const { dialect } = await proveFor([burnt, burnt], prover);
      assert.equal(dialect.features.includes('libass'), dialect.refusals['libass'] === undefined);
      assert.ok(dialect.filters.includes('ass') === dialect.features.includes('libass'));
      const before = (await ffmpeg.runs()).length;
      assert.deepEqual((await proveFor([burnt], await open(ffmpeg.path))).dialect, dialect);
      assert.equal((await ffmpeg.runs()).length, before);
    });

    itOnUnix('other trials prove other things: nothing of the old ones counts', async () => {
      const ffmpeg = await countingFfmpeg();
      await (await open(ffmpeg.path)).prove(['aac']);
      const entry = audioEncoderTable.aac as { arguments: typeof audioEncoderTable.aac.arguments };
      const { arguments: own } = entry;
      try {
        entry.arguments = ({ stream }) => [`-b:${stream}`, '96000'];
        assert.deepEqual((await open(ffmpeg.path)).known, {});
      } finally {
        entry.arguments = own;
      }
      assert.ok((await open(ffmpeg.path)).known['aac']?.usable);
    });

    it('every feature is found here, or said why not, in its own time', async () => {
      const temporary = shop.path('temporary');
      await mkdir(temporary);
      process.env['TMPDIR'] = temporary;
      const prover = await open();
      const begun = performance.now();
      const { features, refusals } = await prover.proveFeatures(dialectTrials.map(({ feature }) => feature));
      console.log(`      ${dialectTrials.length} features in ${Math.round(performance.now() - begun)} ms`);
      assert.deepEqual(
        [...features, ...Object.keys(refusals)].sort(),
        dialectTrials.map(({ feature }) => feature).sort(),
      );
      for (const [feature, refusal] of Object.entries(refusals)) assert.notEqual(refusal, '', feature);
      assert.deepEqual(await readdir(temporary), [], 'a folder was left');
    });
  });

  itOnUnix('says how to install ffmpeg, and notices when it is there', async () => {
    const folder = shop.path('bin');
    const { coordinator } = shop.hire({ ffmpegPath: folder });
    const missing = await coordinator.until(
      () => coordinator.worker?.ffmpeg.state === 'missing' && coordinator.worker,
    );
    assert.ok(missing.ffmpeg.state === 'missing' && missing.ffmpeg.error.hint);
    assert.equal(missing.ffmpeg.error.code, 'ffmpeg-missing');
    const payload = probePayload(shop.path('a.mp4'), shop.root);
    const offer = () => coordinator.peer.request('task.offer', { taskId: 't1', fence: 1, payload });
    assert.deepEqual(await offer(), { accepted: false });

    await countingFfmpeg();
    await coordinator.ready();
    assert.ok(coordinator.registrations.at(-1)?.dialect?.demuxers.includes('mov'));
    assert.deepEqual(await offer(), { accepted: true });
  });

  itOnUnix('notices at the next task that ffmpeg was replaced, or is gone', async () => {
    const ffmpeg = await countingFfmpeg();
    const { coordinator } = shop.hire({ ffmpegPath: ffmpeg.path });
    await coordinator.ready();
    const before = coordinator.registrations.length;
    await utimes(ffmpeg.path, new Date(0), new Date(0));
    await coordinator.peer.request('capabilities.try', { encoders: ['aac'] });
    await coordinator.until(
      () => coordinator.registrations.length > before && coordinator.worker?.ffmpeg.state === 'ready',
    );
    await rm(ffmpeg.path);
    const payload = probePayload(shop.path('a.mp4'), shop.root);
    const answer = await coordinator.peer.request('task.offer', { taskId: 't1', fence: 1, payload });
    assert.deepEqual(answer, { accepted: false });
    await coordinator.until(() => coordinator.worker?.ffmpeg.state === 'missing');
  });

  itOnUnix('says so when what it found does not run', async () => {
    const file = shop.path('bin', 'ffmpeg');
    await mkdir(path.dirname(file));
    await writeFile(
      file,
      '#!/bin/sh\necho "error while loading shared libraries: libavdevice.so.59" >&2; exit 127\n',
    );
    await chmod(file, 0o755);
    const { coordinator } = shop.hire({ ffmpegPath: file });
    const { ffmpeg } = await coordinator.until(
      () => coordinator.worker?.ffmpeg.state === 'missing' && coordinator.worker,
    );
    assert.match(ffmpeg.state === 'missing' ? ffmpeg.error.message : '', /libavdevice/);
  });

  it('is closed while it looks at an ffmpeg that it knows', async () => {
    const proved = await Workshop.openProved();
    const found = { env: process.env, platform: process.platform };
    class ClosedMeanwhile extends FfmpegBinary {
      override async look(): ReturnType<FfmpegBinary['look']> {
        const looked = await super.look();
        keeper.close();
        return looked;
      }
    }
    const keeper: FfmpegKeeper = new FfmpegKeeper({
      ...{ binary: new ClosedMeanwhile(found), stateDir: proved.stateDir, idle: () => Promise.resolve() },
      ...{ onStatus: () => undefined, onCapabilities: () => undefined },
    });
    try {
      await keeper.run();
      assert.equal(keeper.status.state, 'checking');
    } finally {
      await proved.close();
    }
  });

  it('measures the load while somebody looks', async () => {
    const proved = await Workshop.openProved();
    try {
      const { coordinator } = proved.hire();
      await coordinator.ready();
      assert.equal(coordinator.load.length, 0);
      coordinator.peer.emit('load.wanted', { wanted: true });
      const load = await coordinator.until(() => coordinator.load[0]);
      assert.ok(load.cpu >= 0 && load.cpu <= 1);
      assert.ok(load.memoryUsed > 0 && load.memoryUsed < load.memoryTotal);
      assert.ok(load.disk && load.disk.free > 0 && load.disk.free <= load.disk.total);
    } finally {
      await proved.close();
    }
  });
});
