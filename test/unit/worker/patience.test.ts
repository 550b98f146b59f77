import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { encoderTrials } from '../../../src/encoding/trial.ts';
import { DffmpegError } from '../../../src/protocol/errors.ts';
import { CapabilityProver } from '../../../src/worker/capabilities.ts';
import { FfmpegBinary } from '../../../src/worker/ffmpegBinary.ts';
import { FfmpegKeeper } from '../../../src/worker/ffmpegKeeper.ts';
import { findTools } from '../../../src/worker/findBinary.ts';
import { readBack } from '../../../src/worker/readBack.ts';
import { StallTimer } from '../../../src/worker/stallTimer.ts';
import { tryEncoder } from '../../../src/worker/trialRuns.ts';
import { defaultWorkerSettings } from '../../../src/worker/workerSettings.ts';

const itOnUnix = process.platform === 'win32' ? it.skip : it;

/** Stands in for ffmpeg where the real one cannot be made to fail; `$*` are its arguments. */
const answers = `
  -version) echo 'ffmpeg version 9.9 Copyright';;
  *-demuxers*) echo ' D   mov,mp4 QuickTime';;
  *-muxers*) echo '  E  mp4 MP4';;
  *-decoders*) echo ' V....D h264 H.264';;
  *-filters*) printf ' T.C ass V->V\n ... zscale V->V\n';;
  *filename=words.ass*) exit 0;;
  *enc_time_base*) exit 0;;
  *fps_mode*) exit 0;;
  *h264_nvenc*) echo 'Cannot load libcuda.so.1' >&2; exit 1;;
  *h264_videotoolbox*) echo "Unknown encoder 'h264_videotoolbox'" >&2; exit 1;;
  *hevc_nvenc*) kill -KILL $$;;
  *) exit 0;;`;

describe('worker: one bad moment', () => {
  let root: string;
  const { signal } = new AbortController();

  beforeEach(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-patience-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function fakeFfmpeg(first = ''): Promise<void> {
    await writeFile(path.join(root, 'ffmpeg'), `#!/bin/sh\n${first}\ncase "$*" in ${answers}\nesac\n`, {
      mode: 0o755,
    });
    await writeFile(path.join(root, 'ffprobe'), '#!/bin/sh\n', { mode: 0o755 });
  }

  async function tools() {
    const found = await findTools(root, { env: {}, platform: process.platform });
    assert.ok(found);
    return found;
  }

  const open = async () =>
    CapabilityProver.open(await tools(), { stateDir: root, signal, onChange: () => undefined });

  async function onDisk(): Promise<string> {
    const folder = path.join(root, 'cache');
    // An ffmpeg that was written anew has a file of its own: the newest is meant.
    const files = (await readdir(folder)).filter((name) => name.endsWith('.json'));
    const dated = await Promise.all(
      files.map(async (name) => ({ name, at: (await stat(path.join(folder, name))).mtimeMs })),
    );
    const newest = dated.toSorted((a, b) => b.at - a.at)[0];
    return newest === undefined ? '' : readFile(path.join(folder, newest.name), 'utf8');
  }

  itOnUnix('does not lose ffmpeg: it is looked at again', async () => {
    const flag = path.join(root, 'failed');
    await fakeFfmpeg(`if [ ! -e '${flag}' ]; then touch '${flag}'; exit 1; fi`);
    const states: string[] = [];
    await new Promise<void>((resolve) => {
      const keeper = new FfmpegKeeper({
        binary: new FfmpegBinary({ configured: root, env: {}, platform: process.platform }),
        stateDir: root,
        settings: { ...defaultWorkerSettings, ffmpegRetrySeconds: 0.01 },
        onCapabilities: () => undefined,
        idle: () => Promise.resolve(),
        onStatus: () => {
          states.push(keeper.status.state);
          if (keeper.status.state !== 'ready') return;
          keeper.close();
          void running.then(resolve);
        },
      });
      // Keeps this process alive, which the keeper's own timers do not.
      const alive = setInterval(() => undefined, 1000);
      const running = keeper.run().finally(() => {
        clearInterval(alive);
      });
    });
    assert.deepEqual(states, ['missing', 'ready']);
  });

  itOnUnix('caches no dialect of which a part could not be read', async () => {
    for (const broken of ['*-demuxers*) exit 0', '*-filters*) exit 1', '*fps_mode*) kill -KILL $$']) {
      await fakeFfmpeg(`case "$*" in ${broken};; esac`);
      await assert.rejects(open(), { code: 'ffmpeg-missing' });
      assert.equal(await onDisk(), '');
    }
    await fakeFfmpeg();
    const { dialect } = await open();
    assert.deepEqual(dialect, {
      version: '9.9',
      frameRateModeOption: '-fps_mode',
      sourceTimeBase: 'demux',
      demuxers: ['mov', 'mp4'],
      muxers: ['mp4'],
      decoders: ['h264'],
      filters: ['ass', 'zscale'],
      features: [],
      refusals: {},
    });
  });

  itOnUnix('tries a feature when it is asked for, and keeps why it is missing', async () => {
    await fakeFfmpeg();
    const prover = await open();
    const { features, refusals } = await prover.proveFeatures(['libass', 'tonemap', 'avif', 'no-such']);
    assert.deepEqual(features, ['libass']);
    assert.deepEqual(refusals, {
      tonemap: 'This ffmpeg has no filter tonemap.',
      avif: 'This ffmpeg has no muxer avif.',
    });
    assert.deepEqual((await open()).dialect, prover.dialect);
  });

  itOnUnix(
    'calls an encoder untried while a fact that its arguments ask for could not be found',
    async () => {
      await fakeFfmpeg('case "$*" in *svtav1-params*tune=0*null*) kill -KILL $$;; esac');
      const known = await (await open()).prove(['libsvtav1']);
      assert.ok(known['libsvtav1']);
      assert.doesNotMatch(await onDisk(), /libsvtav1/u);
      await fakeFfmpeg();
      await (await open()).prove(['libsvtav1']);
      assert.match(await onDisk(), /libsvtav1/u);
    },
  );

  itOnUnix('tries an encoder once more whose trial the system has ended', async () => {
    const flag = path.join(root, 'killed');
    await fakeFfmpeg(`case "$*" in *aac*) [ -e '${flag}' ] || { touch '${flag}'; kill -KILL $$; };; esac`);
    assert.equal((await (await open()).prove(['aac']))['aac']?.usable, true);
  });

  itOnUnix('puts on disk only what the binary itself decides', async () => {
    await fakeFfmpeg();
    const prover = await open();
    const known = await prover.prove(['aac', 'h264_nvenc', 'hevc_nvenc', 'h264_videotoolbox']);
    assert.deepEqual(
      Object.entries(known)
        .map(([name, { usable }]) => `${name} ${usable}`)
        .sort(),
      ['aac true', 'h264_nvenc false', 'h264_videotoolbox false', 'hevc_nvenc false'],
    );
    const stored = JSON.parse(await onDisk()) as { encoders: object };
    assert.deepEqual(Object.keys(stored.encoders).sort(), ['aac', 'h264_videotoolbox']);
    // The next worker of this process knows the refusal, and not the trial that was cut short.
    assert.deepEqual(Object.keys((await open()).known).sort(), ['aac', 'h264_nvenc', 'h264_videotoolbox']);
    const cut = encoderTrials.find(({ encoder }) => encoder === 'hevc_nvenc');
    assert.ok(cut);
    const settings = defaultWorkerSettings;
    const options = { tools: await tools(), settings, priority: 'normal', signal } as const;
    assert.equal((await tryEncoder(cut, [], options)).holds, 'moment');
  });

  describe('reading the result back', () => {
    const media = { formatName: 'mov', duration: 1, bytes: 1, streams: [] };
    const options = {
      signal,
      log: () => undefined,
      settings: { ...defaultWorkerSettings, readBackSeconds: 0 },
    };
    const slow = new DffmpegError('timeout', 'Too slow.');

    it('tries again when the machine is at fault, and says so in the end', async () => {
      let tries = 0;
      const after = (failures: number) => () => {
        tries += 1;
        return tries > failures ? Promise.resolve(media) : Promise.reject(slow);
      };
      assert.equal(await readBack(after(2), options), media);
      tries = 0;
      await assert.rejects(readBack(after(3), options), slow);
      assert.equal(tries, 3);
    });

    it('takes what is no media for an answer', async () => {
      const broken = new DffmpegError('source-damaged', 'Broken.');
      assert.equal(await readBack(() => Promise.reject(broken), options), undefined);
    });
  });

  it('does not take ffmpeg for stuck while its file changes', async () => {
    const output = path.join(root, 'result.mp4');
    await writeFile(output, '');
    let writes = 0;
    let timer: StallTimer | undefined;
    const end = performance.now();
    await new Promise<void>((resolve) => {
      const writer = setInterval(() => {
        writes += 1;
        if (writes > 30) clearInterval(writer);
        else void appendFile(output, 'x');
      }, 10);
      timer = new StallTimer({ milliseconds: 200, folder: root, onStall: resolve });
    });
    assert.ok(writes > 30 && timer?.fired);
    assert.ok(performance.now() - end >= 300);
  });
});
