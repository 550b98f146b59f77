import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { builtinPresets } from '../../../src/encoding/builtinPresets.ts';
import type { Dialect } from '../../../src/encoding/dialect.ts';
import { judge } from '../../../src/encoding/judge.ts';
import type { Preset } from '../../../src/encoding/preset.ts';
import { trialArguments } from '../../../src/encoding/trial.ts';
import { Clips, realClips } from './clips.ts';
import { encodeClip, findDialect, probeClip, runToEnd, succeeds } from './encodeClip.ts';
import type { Encoded } from './encodeClip.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'dffmpeg-encoding-'));
const clips = new Clips(folder);
const output = path.join(folder, 'result.part');
let dialect: Dialect;

/** Quick to encode, and asks for everything that changes a picture. */
const quick: Preset = {
  container: 'mp4',
  video: { encoders: ['libx264'], speed: 'fastest', maxHeight: 120, maxFrameRate: 30 },
  audio: { encoder: 'aac' },
};
const keep: Preset = {
  container: 'mkv',
  video: { encoders: ['libx264'], speed: 'fastest' },
  audio: { encoder: 'libopus' },
};

async function encode(preset: Preset, file: string): Promise<Encoded> {
  const encoded = await encodeClip(preset, file, output, dialect);
  if ('code' in encoded) assert.fail(`${encoded.code}: ${encoded.message}`);
  return encoded;
}

async function passes(preset: Preset, file: string): Promise<Encoded> {
  const encoded = await encode(preset, file);
  assert.equal(encoded.run.code, 0, encoded.run.stderr);
  assert.equal(encoded.verdict.level, 'pass', JSON.stringify(encoded.verdict));
  return encoded;
}

async function refusal(preset: Preset, file: string): Promise<string> {
  const encoded = await encodeClip(preset, file, output, dialect);
  assert.ok('code' in encoded, 'it was encoded');
  return encoded.code;
}

/** Seconds at which frames are shown, in order. */
function times(file: string): number[] {
  const argv = ['-v', 'error', '-select_streams', 'v', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0'];
  return execFileSync('ffprobe', [...argv, file], { encoding: 'utf8' })
    .split('\n')
    .map(Number.parseFloat)
    .filter((time) => !Number.isNaN(time))
    .toSorted((a, b) => a - b);
}

describe('encoding with a real ffmpeg', function () {
  this.timeout(120_000);
  before(async () => {
    dialect = await findDialect();
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('each built-in preset, on a plain clip', async () => {
    const file = await clips.plain();
    for (const [name, preset] of Object.entries(builtinPresets)) {
      if (name === 'av1' && !(await succeeds(trialArguments('libsvtav1', 'yuv420p10le')))) continue;
      const { last } = await passes(preset, file);
      assert.ok(last?.end);
      assert.ok(Math.abs((last.outTime ?? 0) - 2) < 0.1, `${name}: ${last.outTime}`);
    }
  });

  it('a name with a leading dash, spaces, quotes, a colon, percent signs, a newline and an emoji', async () => {
    await passes(quick, await clips.plain(`-take: 'one' "two" %03d\n🎬.mp4`));
  });

  it('odd sides and 4:4:4 become even and 4:2:0', async () => {
    const { result } = await passes(keep, await clips.odd());
    const [video] = result?.streams ?? [];
    assert.deepEqual([video?.width, video?.height, video?.pixelFormat], [320, 240, 'yuv420p']);
  });

  it('a picture turned by its metadata is stored upright', async () => {
    const { result, source } = await passes(quick, await clips.rotated());
    assert.ok(source.streams[0]?.rotation === 90 || source.streams[0]?.rotation === 270);
    const [video] = result?.streams ?? [];
    assert.deepEqual([video?.width, video?.height, video?.rotation], [90, 120, undefined]);
  });

  it('a variable rate keeps the time of each frame', async () => {
    const sources = await clips.variable();
    for (const file of [sources.mp4, sources.mkv]) {
      await passes(keep, file);
      const [wanted, got] = [times(file), times(output)];
      assert.equal(got.length, wanted.length);
      const offset = got[0]! - wanted[0]!;
      for (const [at, time] of wanted.entries())
        assert.ok(Math.abs(got[at]! - time - offset) < 0.002, `frame ${at} of ${file}`);
    }
  });

  it('59.94 fps under a limit of 30 becomes 29.97', async () => {
    const { result } = await passes(quick, await clips.fast());
    assert.ok(Math.abs((result?.streams[0]?.frameRate ?? 0) - 29.97) < 0.01);
  });

  it('every audio track, 5.1(side) to Opus among them, in Matroska; one in MP4', async () => {
    const file = await clips.many();
    const all = await passes(keep, file);
    assert.deepEqual(
      all.result?.streams.map((stream) => [stream.type, stream.channels]),
      [
        ['video', undefined],
        ['audio', 6],
        ['audio', 1],
      ],
    );
    assert.match(JSON.stringify(all.verdict.findings), /1 subtitle track is left out/u);
    assert.equal((await passes(quick, file)).result?.streams.length, 2);
  });

  it('sound alone: every audio container, from MP3 with a cover and from 96 kHz', async () => {
    const presets: Preset[] = [
      { container: 'm4a', audio: { encoder: 'aac' } },
      { container: 'mp3', audio: { encoder: 'libmp3lame', bitrate: '128k' } },
      { container: 'opus', audio: { encoder: 'libopus', bitrate: '64k' } },
      { container: 'flac', audio: { encoder: 'flac' } },
    ];
    for (const file of [await clips.cover(), await clips.wave()])
      for (const preset of presets) await passes(preset, file);
    assert.equal(await refusal(quick, clips.path('cover.mp3')), 'source-no-stream');
  });

  it('a transport stream, whose duration is a guess', async () => {
    await passes(quick, await clips.transportStream());
  });

  it('a truncated file is encoded as far as it goes, with a warning that counts', async () => {
    const { verdict } = await encode(quick, await clips.truncated());
    assert.equal(verdict.level, 'warn', JSON.stringify(verdict));
    assert.match(JSON.stringify(verdict.findings), /ends early.*\d+ places?/u);
  });

  it('a result cut afterwards is not taken for the source’s fault', async () => {
    const file = await clips.plain();
    const { command, source, last } = await encode(quick, file);
    assert.ok(command.expected.duration);
    const half = await probeClip(await cut(output));
    const verdict = judge({
      expected: command.expected,
      source,
      read: { outTime: last?.outTime, frames: last?.frame, damage: 0, truncated: false },
      result: half.ok ? half.probe : undefined,
      exit: { code: 0, signal: null },
    });
    assert.equal(verdict.level, 'fail');
  });

  it('files that are no media are refused by the probe', async () => {
    assert.equal(await refusal(quick, await clips.withoutIndex()), 'source-not-media');
    assert.equal(await refusal(quick, clips.write('empty.mp4', '')), 'source-not-media');
    assert.equal(
      await refusal(quick, clips.write('text.mp4', 'Not a film.\n'.repeat(500))),
      'source-not-media',
    );
    assert.equal(await refusal(quick, clips.path('missing.mp4')), 'source-not-media');
  });

  describe('a playlist named .mp4', () => {
    let server: http.Server;
    let requests = 0;
    let playlist: string;
    before((done) => {
      server = http.createServer((_, response) => {
        requests += 1;
        response.end();
      });
      server.listen(0, '127.0.0.1', () => {
        const { port } = server.address() as AddressInfo;
        playlist = clips.write(
          'playlist.mp4',
          `#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttp://127.0.0.1:${port}/a.ts\n#EXT-X-ENDLIST\n`,
        );
        done();
      });
    });
    after((done) => {
      server.close(done);
    });

    it('is refused by the probe and fetches nothing', async () => {
      assert.equal(await refusal(quick, playlist), 'source-not-media');
      assert.equal(requests, 0);
    });

    it('fetches nothing either where it takes the place of a file that was probed', async () => {
      const { command } = await encode(quick, await clips.plain());
      const argv = command.argv.map((argument) =>
        argument === `file:${clips.path('plain.mp4')}` ? `file:${playlist}` : argument,
      );
      const done = await runToEnd('ffmpeg', ['-y', ...argv.filter((argument) => argument !== '-n')]);
      assert.notEqual(done.code, 0);
      assert.equal(requests, 0);
    });
  });

  for (const file of realClips())
    it(`a real clip: ${path.basename(file)}`, async () => {
      await passes(file.endsWith('.mp3') ? builtinPresets.audio! : quick, file);
    });
});

async function cut(file: string): Promise<string> {
  const half = path.join(folder, 'half.mp4');
  const done = await runToEnd('ffmpeg', [
    ...['-hide_banner', '-loglevel', 'error', '-y', '-f', 'mov', '-i', file, '-t', '1', '-c', 'copy', half],
  ]);
  assert.equal(done.code, 0, done.stderr);
  return half;
}
