/**
 * Records what real ffmpegs say when they fail: `node scripts/recordFailures.mjs FFMPEG…`, as root on Linux (some need a
 * full disk or another user). Writes test/unit/encoding/failures/VERSION.json; the table beside it says what each means.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const folder = path.join(import.meta.dirname, '..', 'test', 'unit', 'encoding', 'failures');
/** As many as the program keeps, see src/encoding/stderr.ts. */
const keptLines = 40;

const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25:duration=0.4'];
const sound = ['-f', 'lavfi', '-i', 'sine=duration=0.4'];
const from = (file) => ['-i', `file:${file}`];
const to = (file = 'out.mp4') => [`file:${file}`];
const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast'];

/** Name → arguments; `as`: run as another user, `limit`: kilobytes of memory. */
const cases = {
  'source missing': { argv: [...from('missing.mp4'), ...to()] },
  'source not readable': {
    argv: [...from('secret.mp4'), ...to(path.join(os.tmpdir(), 'x.mp4'))],
    as: 'nobody',
  },
  'source is a folder': { argv: [...from('folder'), ...to()] },
  'source is text': { argv: [...from('text.mp4'), ...to()] },
  'source is empty': { argv: [...from('empty.mp4'), ...to()] },
  'source without index': { argv: [...from('noindex.mp4'), ...to()] },
  'source of zeros': { argv: [...from('zeros.mkv'), ...to()] },
  'source is a playlist': { argv: ['-format_whitelist', 'mov', '-f', 'hls', ...from('list.mp4'), ...to()] },
  'source names another': {
    argv: ['-f', 'concat', '-safe', '0', '-protocol_whitelist', 'file', ...from('concat.txt'), ...to()],
  },
  'source cut in its header': { argv: [...from('header.mkv'), ...to()] },
  'wav of nothing': { argv: [...from('short.wav'), ...to('out.m4a')] },
  'track gone': { argv: [...from('clip.mp4'), '-map', '0:a:5', ...to()] },
  'picture gone': { argv: [...from('sound.m4a'), '-map', '0:v:0', ...to()] },
  'nothing left': { argv: [...from('clip.mp4'), '-vn', '-an', ...to()] },
  'decoder unknown': { argv: ['-c:v', 'nosuchdecoder', ...from('clip.mp4'), ...to()] },
  'result folder missing': { argv: [...picture, ...x264, ...to('nowhere/out.mp4')] },
  'result folder not writable': {
    argv: [...picture, ...x264, ...to(`${os.tmpdir()}/dffmpeg-locked/out.mp4`)],
    as: 'nobody',
  },
  'result folder read only': { argv: [...picture, ...x264, ...to('readonly/out.mp4')] },
  'disk full': {
    argv: [
      '-f',
      'lavfi',
      '-i',
      'testsrc2=size=640x360:rate=25:duration=4',
      '-c:v',
      'rawvideo',
      ...to('full/out.mkv'),
    ],
  },
  'result there already': { argv: [...picture, ...x264, ...to('clip.mp4')] },
  'container unknown': { argv: [...picture, '-f', 'nosuchmuxer', ...to()] },
  'container cannot hold it': { argv: [...sound, '-c:a', 'pcm_s16le', ...to('out.webm')] },
  'subtitles copied into mp4': { argv: [...from('words.srt'), '-c:s', 'copy', ...to()] },
  'subtitles drawn as pictures': { argv: [...from('words.srt'), '-c:s', 'dvdsub', ...to('out.mkv')] },
  'encoder unknown': { argv: [...picture, '-c:v', 'nosuchencoder', ...to()] },
  'odd size': { argv: [...picture, '-vf', 'scale=321:181', ...x264, '-pix_fmt', 'yuv420p', ...to()] },
  'profile of other pixels': {
    argv: [...picture, ...x264, '-pix_fmt', 'yuv422p', '-profile:v', 'baseline', ...to()],
  },
  'speed unknown': { argv: [...picture, '-c:v', 'libx264', '-preset', 'nosuchpreset', ...to()] },
  'tune unknown': { argv: [...picture, '-c:v', 'libx265', '-tune', 'nosuchtune', ...to()] },
  'parameter unknown': { argv: [...picture, '-c:v', 'libsvtav1', '-svtav1-params', 'nosuch=1', ...to()] },
  'value out of range': { argv: [...picture, '-c:v', 'libvpx-vp9', '-crf', '99', ...to('out.webm')] },
  'channels refused by opus': {
    argv: [...sound, '-af', 'aformat=channel_layouts=5.1(side)', '-c:a', 'libopus', ...to('out.mka')],
  },
  'channels refused by mp3': {
    argv: [...sound, '-af', 'aformat=channel_layouts=7.1', '-c:a', 'libmp3lame', ...to('out.mp3')],
  },
  'sample rate refused': { argv: [...sound, '-c:a', 'libopus', '-ar', '44100', ...to('out.opus')] },
  'nvidia missing': { argv: [...picture, '-c:v', 'h264_nvenc', ...to()] },
  'quick sync missing': { argv: [...picture, '-c:v', 'h264_qsv', ...to()] },
  'vaapi missing': {
    argv: [
      '-vaapi_device',
      '/dev/dri/renderD128',
      ...picture,
      '-vf',
      'format=nv12,hwupload',
      '-c:v',
      'h264_vaapi',
      ...to(),
    ],
  },
  'filter unknown': { argv: [...picture, '-vf', 'nosuchfilter', ...x264, ...to()] },
  'filter option unknown': { argv: [...picture, '-vf', 'scale=nosuch=1', ...x264, ...to()] },
  'crop too large': { argv: [...picture, '-vf', 'crop=9999:9999', ...x264, ...to()] },
  'subtitle file missing': { argv: [...picture, '-vf', 'subtitles=missing.srt', ...x264, ...to()] },
  'subtitle file broken': { argv: [...picture, '-vf', 'subtitles=text.mp4', ...x264, ...to()] },
  'lut missing': { argv: [...picture, '-vf', 'lut3d=missing.cube', ...x264, ...to()] },
  'lut broken': { argv: [...picture, '-vf', 'lut3d=broken.cube', ...x264, ...to()] },
  'colours without a way': {
    argv: [...picture, '-vf', 'zscale=matrix=bt709:matrixin=unspecified:transfer=linear', ...x264, ...to()],
  },
  'option unknown': { argv: [...picture, '-nosuchoption', '1', ...to()] },
  'option without value': { argv: [...picture, '-c:v'] },
  'statistics of the first pass missing': {
    argv: [...picture, ...x264, '-b:v', '200k', '-pass', '2', ...to()],
  },
  'memory refused': {
    argv: ['-f', 'lavfi', '-i', 'testsrc2=size=7680x4320:rate=25:duration=1', ...x264, ...to('out.mkv')],
    limit: 400_000,
  },
};

function prepare(ffmpeg) {
  const place = mkdtempSync(path.join(os.tmpdir(), 'dffmpeg-failures-'));
  const run = (...argv) => {
    const { status, stderr } = spawnSync(ffmpeg, ['-v', 'error', '-y', ...argv], {
      cwd: place,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
  };
  const file = (name) => path.join(place, name);
  run(...picture, ...sound, ...x264, '-pix_fmt', 'yuv420p', '-c:a', 'aac', 'clip.mp4');
  run(...sound, '-c:a', 'aac', 'sound.m4a');
  const clip = readFileSync(file('clip.mp4'));
  writeFileSync(file('noindex.mp4'), clip.subarray(0, clip.length - 2500));
  writeFileSync(file('secret.mp4'), clip);
  chmodSync(file('secret.mp4'), 0);
  run(...picture, ...x264, 'clip.mkv');
  writeFileSync(file('header.mkv'), readFileSync(file('clip.mkv')).subarray(0, 60));
  writeFileSync(file('text.mp4'), 'This is no film.\n'.repeat(50));
  writeFileSync(file('empty.mp4'), '');
  writeFileSync(file('zeros.mkv'), Buffer.alloc(5000));
  writeFileSync(file('short.wav'), 'RIFF....WAVE');
  writeFileSync(file('broken.cube'), 'LUT_3D_SIZE many\n');
  writeFileSync(
    file('list.mp4'),
    '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n',
  );
  writeFileSync(file('concat.txt'), "file 'http://127.0.0.1:9/a.ts'\n");
  writeFileSync(file('words.srt'), '1\n00:00:00,000 --> 00:00:00,300\nHello\n');
  mkdirSync(file('folder'));
  mkdirSync(file('readonly'));
  mkdirSync(file('full'));
  mkdirSync(path.join(os.tmpdir(), 'dffmpeg-locked'), { recursive: true, mode: 0o700 });
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', file('full')]);
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'none', file('readonly')]);
  chmodSync(place, 0o755);
  return place;
}

function record(ffmpeg) {
  const [, version] =
    /version (\S+)/u.exec(spawnSync(ffmpeg, ['-version'], { encoding: 'utf8' }).stdout) ?? [];
  const place = prepare(ffmpeg);
  const said = {};
  try {
    for (const [name, { argv, as, limit }] of Object.entries(cases)) {
      for (const left of readdirSync(place)) if (left.startsWith('out.')) rmSync(path.join(place, left));
      const command = [
        ffmpeg,
        '-hide_banner',
        '-loglevel',
        '+level+warning',
        '-n',
        '-nostdin',
        '-nostats',
        ...argv,
      ];
      const line = command.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
      const limited = limit === undefined ? line : `ulimit -v ${limit}; ${line}`;
      const [program, ...words] =
        as === undefined
          ? ['sh', '-c', limited]
          : ['setpriv', `--reuid=${as}`, `--regid=nogroup`, '--clear-groups', 'sh', '-c', limited];
      const { status, signal, stderr } = spawnSync(program, words, {
        cwd: place,
        encoding: 'utf8',
        timeout: 60_000,
      });
      if (status === 0) continue;
      const lines = stderr
        .split('\n')
        .filter((text) => text.trim() !== '')
        .slice(-keptLines);
      said[name] = {
        ...(signal === null ? {} : { signal }),
        lines: lines.map((text) =>
          text
            .replaceAll(/0x[0-9a-f]{6,}/gu, '0x1')
            .replaceAll(place, '/place')
            .replaceAll(os.tmpdir(), '/temporary'),
        ),
      };
    }
  } finally {
    for (const mounted of ['full', 'readonly']) spawnSync('umount', [path.join(place, mounted)]);
    rmSync(place, { recursive: true, force: true });
    rmSync(path.join(os.tmpdir(), 'dffmpeg-locked'), { recursive: true, force: true });
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    path.join(folder, `${version?.replace(/-.*/u, '')}.json`),
    `${JSON.stringify(said, undefined, 1)}\n`,
  );
  console.log(
    `${version}: ${Object.keys(said).length} of ${Object.keys(cases).length} failed as they should`,
  );
}

for (const ffmpeg of process.argv.slice(2)) record(ffmpeg);
