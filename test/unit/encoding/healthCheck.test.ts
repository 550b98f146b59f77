import assert from 'node:assert/strict';
import { createDamageReader, type DamageSummary } from '../../../src/encoding/damageReader.ts';
import { createFrameReader, type DecodedTrack } from '../../../src/encoding/decodedFrames.ts';
import { judgeHealth, type HealthReport } from '../../../src/encoding/healthCheck.ts';
import { healthRuns, type HealthRun } from '../../../src/encoding/healthRuns.ts';
import type { Probe } from '../../../src/encoding/probe.ts';
import { audioStream, dialects, probeOf, videoStream } from './probes.ts';

const film = probeOf([videoStream(), audioStream()]);
const fine: DamageSummary = {
  ...{ messages: 0, places: [], morePlaces: 0, harmless: true, truncated: false, tail: [] },
};

function track(reached: number, changes: Partial<DecodedTrack> = {}): DecodedTrack {
  return { frames: Math.max(1, reached * 25), begins: 0, reached, covered: reached, ...changes };
}

const run = (part: HealthRun['part'], tracks = [0, 1], from = part === 'end' ? 7 : 0): HealthRun => ({
  ...{ part, from, tracks, argv: [] },
});

/** A thorough check in which each track reached so far. */
function whole(reached: (number | undefined)[], damage: Partial<DamageSummary> = {}): HealthReport {
  const decoded = new Map(
    reached.flatMap((second, position) => (second === undefined ? [] : [[position, track(second)] as const])),
  );
  return { run: run('whole', [...reached.keys()]), decoded, damage: { ...fine, ...damage } };
}

function ends(beginning: number[], end: number[], damage: Partial<DamageSummary> = {}): HealthReport[] {
  const decoded = (positions: number[]) => new Map(positions.map((position) => [position, track(3)]));
  return [
    { run: run('beginning'), decoded: decoded(beginning), damage: { ...fine, ...damage } },
    { run: run('end'), decoded: decoded(end), damage: fine },
  ];
}

function thorough(probe: Probe, ...reports: HealthReport[]) {
  return judgeHealth({ probe, thorough: true, reports });
}

function quick(probe: Probe, reports: HealthReport[]) {
  return judgeHealth({ probe, thorough: false, reports });
}

const saysOf = ({ verdict }: ReturnType<typeof judgeHealth>): string =>
  `${verdict.level}: ${verdict.findings.map(({ message }) => message).join(' ')}`;

describe('a file’s health, thoroughly', () => {
  it('is good when each track reaches what it announces, within what containers round', () => {
    const judged = thorough(film, whole([10, 9.98]));
    assert.equal(saysOf(judged), 'pass: ');
    assert.equal(judged.reached, 10);
    assert.deepEqual(
      judged.tracks.map(({ index, announced, reached, frames }) => ({ index, announced, reached, frames })),
      [
        { index: 0, announced: 10, reached: 10, frames: 250 },
        { index: 1, announced: 10, reached: 9.98, frames: 249.5 },
      ],
    );
  });

  it('fails for a track that ends early, with both times', () => {
    assert.equal(
      saysOf(thorough(film, whole([10, 6]))),
      'fail: The sound (track 1, aac) ends at 6.00 s of the 10.00 s that the file announces.',
    );
  });

  it('warns of a little that is missing', () => {
    assert.match(saysOf(thorough(film, whole([9.5, 10]))), /^warn: The picture/);
  });

  it('counts from where a track begins', () => {
    const late = probeOf([videoStream(), audioStream({ startTime: 4, duration: 6 })]);
    assert.equal(thorough(late, whole([10, 10])).verdict.level, 'pass');
    assert.equal(thorough(late, whole([10, 6])).verdict.level, 'fail');
  });

  it('does not take a guessed duration for a promise, unless something is damaged', () => {
    const guessed = probeOf([audioStream({ index: 0 })], { formatName: 'mp3' });
    assert.match(saysOf(thorough(guessed, whole([8]))), /^pass: .* a guess/);
    const cut = whole([8], { truncated: true });
    assert.match(saysOf(thorough(guessed, cut)), /^fail: The file ends in the middle/);
  });

  it('allows a picture of variable rate to stand at its end', () => {
    const still = probeOf([videoStream({ variableFrameRate: true })]);
    assert.equal(thorough(still, whole([9.2])).verdict.level, 'pass');
    assert.equal(thorough(still, whole([5])).verdict.level, 'warn');
  });

  it('fails for a track of which nothing comes out', () => {
    assert.match(saysOf(thorough(film, whole([10, undefined]))), /^fail: Nothing of the sound/);
  });

  it('does not expect time of a cover', () => {
    const cover = probeOf([
      audioStream({ index: 0 }),
      videoStream({ index: 1, attachedPicture: true, codec: 'mjpeg' }),
    ]);
    assert.equal(thorough(cover, whole([10, 0.04])).verdict.level, 'pass');
  });

  it('warns of sound that is missing in the middle, which no decoder notices', () => {
    const report: HealthReport = {
      ...whole([10]),
      decoded: new Map([
        [0, track(10)],
        [1, track(10, { begins: 0.5, covered: 8.5 })],
      ]),
      run: run('whole'),
    };
    assert.match(saysOf(thorough(film, report)), /^warn: 1\.00 s of the sound/);
  });

  it('says how many places are damaged, and where the first is', () => {
    const damage = {
      messages: 5,
      places: [{ at: 4.5, message: 'h264: error while decoding MB 13 13' }, { message: 'x' }],
      morePlaces: 1,
      harmless: false,
    };
    const judged = thorough(film, whole([10, 10], damage));
    assert.equal(
      saysOf(judged),
      'fail: The file is damaged in 3 places, first near 4.50 s: h264: error while decoding MB 13 13.',
    );
    assert.equal(judged.damage, 5);
  });

  it('only warns where packets are out of step and nothing is lost', () => {
    const damage = { messages: 1, places: [{ message: 'mpegts: Packet corrupt' }], harmless: true };
    assert.equal(thorough(film, whole([10, 10], damage)).verdict.level, 'warn');
  });

  it('says why ffmpeg did not come to the end', () => {
    const report = { ...whole([10, 10]), failure: 'The source could not be read to its end.' };
    assert.match(saysOf(thorough(film, report)), /^fail: The source could not be read to its end\./);
  });

  it('says what it could not look at', () => {
    const unknown = probeOf([videoStream(), audioStream({ codec: 'unknown', channels: undefined })]);
    assert.match(saysOf(thorough(unknown, whole([10]))), /^warn: .*track 1.*was not looked at/);
  });
});

describe('a file’s health, quickly', () => {
  it('is good when both ends can be decoded; how far the tracks reach is not known', () => {
    const judged = quick(film, ends([0, 1], [0, 1]));
    assert.equal(saysOf(judged), 'pass: ');
    assert.equal(judged.reached, 10);
    assert.ok(judged.tracks.every(({ decoded, reached }) => !decoded && reached === undefined));
  });

  it('fails when the end is not there', () => {
    assert.match(saysOf(quick(film, ends([0, 1], []))), /^fail: .*can be decoded at the end.* 10\.00 s/);
    assert.match(saysOf(quick(film, ends([0], [0, 1]))), /^fail: Nothing of the sound.*at the beginning/);
  });

  it('expects a track only where it says that it is', () => {
    const short = probeOf([videoStream(), audioStream({ duration: 5 })]);
    assert.equal(quick(short, ends([0, 1], [0])).verdict.level, 'pass');
    const late = probeOf([videoStream(), audioStream({ startTime: 5, duration: 5 })]);
    assert.equal(quick(late, ends([0], [0, 1])).verdict.level, 'pass');
  });

  it('only warns where the end is a guess', () => {
    const guessed = { ...film, formatName: 'mpegts' };
    assert.match(saysOf(quick(guessed, ends([0, 1], []))), /^warn: .*thorough/);
  });

  it('warns where the file does not say how long it is', () => {
    const unfinished = probeOf([videoStream()], { formatName: 'matroska,webm', duration: undefined });
    const report = { run: run('beginning', [0]), decoded: new Map([[0, track(3)]]), damage: fine };
    assert.match(saysOf(quick(unfinished, [report])), /^warn: .*thorough/);
    assert.equal(quick({ ...unfinished, formatName: 'h264' }, [report]).verdict.level, 'pass');
  });
});

describe('the runs of a health check', () => {
  const source = { path: '/films/a film.mkv', probe: { ...film, formatName: 'matroska,webm' } };

  function runsOf(isThorough: boolean, dialect = dialects['ffmpeg-8'], probe = source.probe) {
    const planned = healthRuns({ ...source, probe }, dialect, isThorough);
    assert.ok(planned.ok);
    return planned.runs;
  }

  it('are both ends, or all', () => {
    assert.deepEqual(
      runsOf(false).map(({ part, from }) => [part, from]),
      [
        ['beginning', 0],
        ['end', 7],
      ],
    );
    assert.deepEqual(
      runsOf(true).map(({ part, duration }) => [part, duration]),
      [['whole', 10]],
    );
    const unknown = { ...source.probe, duration: undefined };
    assert.deepEqual(
      runsOf(false, undefined, unknown).map(({ part }) => part),
      ['beginning'],
    );
  });

  it('open nothing but the file, and map every picture and sound', () => {
    const [all] = runsOf(true, undefined, {
      ...source.probe,
      streams: [...film.streams, { ...audioStream({ index: 2 }), type: 'subtitle', codec: 'subrip' }],
    });
    assert.deepEqual(all?.tracks, [0, 1]);
    const argv = all?.argv.join(' ') ?? '';
    assert.match(argv, /-f matroska -protocol_whitelist file -format_whitelist matroska,webm -i file:/);
    assert.match(argv, /-map 0:0 -map 0:1 .* -f framecrc pipe:1$/);
  });

  it('speak to ffmpeg in its own words', () => {
    assert.ok(runsOf(true, dialects['ffmpeg-4.4'])[0]?.argv.includes('-vsync'));
    assert.ok(runsOf(true, dialects['ffmpeg-8'])[0]?.argv.includes('-fps_mode'));
  });

  it('are refused for what may not be opened', () => {
    assert.equal(
      healthRuns({ ...source, probe: { ...film, formatName: 'hls' } }, dialects['ffmpeg-8'], true).ok,
      false,
    );
  });
});

describe('lines of decoded frames', () => {
  const text = [
    '#software: Lavf59.27.100',
    '#tb 0: 1/25',
    '#tb 1: 1/48000',
    '0,          0,          0,        1,      472, 0x2881196f',
    '0,          1,          1,        1,      472, 0x2881196f, S=1,       4, 0x00000000',
    '1,      -1024,      -1024,     1024,     2048, 0x8a3a07d6',
    '1,      48000,      48000,     1024,     2048, 0x8a3a07d6',
    '',
  ].join('\n');

  it('are read wherever they are cut', () => {
    for (const size of [1, 7, 1000]) {
      const reader = createFrameReader();
      for (let at = 0; at < text.length; at += size) reader.push(text.slice(at, at + size));
      assert.deepEqual(reader.tracks.get(0), { frames: 2, begins: 0, reached: 0.08, covered: 0.08 });
      const sound = reader.tracks.get(1);
      assert.equal(sound?.frames, 2);
      assert.ok(Math.abs(sound.reached - 49_024 / 48_000) < 1e-9);
      assert.ok(sound.begins < 0);
      assert.equal(reader.reached, sound.reached);
    }
  });

  it('that are none are passed over', () => {
    const reader = createFrameReader();
    reader.push('hello\n#tb x\n0, what, ever\n');
    assert.equal(reader.tracks.size, 0);
    assert.equal(reader.reached, 0);
  });
});

describe('complaints about a file', () => {
  it('within a second are one place, by its first words', () => {
    const reader = createDamageReader();
    reader.push('[h264 @ 0x55] [error] error while decoding MB 13 13, bytestream -28\n', 4);
    reader.push('[error] Error while decoding stream #0:1: Invalid data found\n[aac @ 0x5', 4.5);
    reader.push('6] [error] channel element 0.11 is not allocated\n', 9);
    const summary = reader.summary();
    assert.equal(summary.messages, 3);
    assert.deepEqual(summary.places, [
      { at: 4, message: 'h264: error while decoding MB 13 13, bytestream -28' },
      { at: 9, message: 'aac: channel element 0.11 is not allocated' },
    ]);
    assert.equal(summary.harmless, false);
  });

  it('are kept to fifty places', () => {
    const reader = createDamageReader();
    for (let at = 0; at < 200; at += 2) reader.push('[x @ 0x1] [error] broken\n', at);
    const { places, morePlaces } = reader.summary();
    assert.deepEqual([places.length, morePlaces], [50, 50]);
  });

  it('are not warnings, nor what this check brings upon itself', () => {
    const reader = createDamageReader();
    reader.push('[mp3 @ 0x1] [warning] Estimating duration from bitrate, this may be inaccurate\n', 1);
    reader.push(
      '[framecrc @ 0x1] [error] Application provided invalid, non monotonically increasing dts\n',
      1,
    );
    reader.push('[opus @ 0x1] [error] Error parsing Opus packet header.\n', 1);
    assert.equal(reader.summary().messages, 0);
  });

  it('say when the file was cut off', () => {
    const reader = createDamageReader();
    reader.push('[mov @ 0x1] [error] stream 0, offset 0x30: partial file\n', 1);
    assert.equal(reader.summary().truncated, true);
  });

  it('that only packets are out of step are harmless', () => {
    const reader = createDamageReader();
    reader.push('[mpegts @ 0x1] [warning] Packet corrupt (stream = 0, dts = 212400).\n', 1);
    reader.push('[warning] file:a.ts: corrupt input packet in stream 0\n', 1);
    const { harmless, messages } = reader.summary();
    assert.deepEqual({ harmless, messages }, { harmless: true, messages: 2 });
  });
});
