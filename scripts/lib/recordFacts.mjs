/**
 * `node scripts/lib/recordFacts.mjs FFMPEG FOLDER`: writes down what one ffmpeg says of itself and how it takes small
 * trials, so that tests can hold parsers and arguments against binaries that are not on this machine.
 *
 *   FOLDER/version.txt, filters.txt, …      listings, as printed
 *   FOLDER/encoder-libx265.txt, muxer-….txt `-h` of one part
 *   FOLDER/trials.json                      [{ name, argv, code, stdout, stderr, wrote }]
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Listing → the column after which a line is cut: what follows is prose. */
const listings = {
  version: 200,
  filters: 34,
  muxers: 28,
  demuxers: 34,
  encoders: 100,
  decoders: 30,
  bsfs: 100,
};

const parts = {
  encoder: [
    ...['libsvtav1', 'libx265', 'libx264', 'libaom-av1', 'libvpx-vp9', 'aac', 'libopus'],
    ...['prores_ks', 'libwebp', 'hevc_nvenc'],
  ],
  muxer: ['avif', 'hls', 'dash', 'mp4', 'gif', 'webp', 'image2'],
  filter: ['subtitles', 'tonemap', 'loudnorm', 'bwdif', 'cropdetect', 'libvmaf'],
  bsf: ['hevc_metadata', 'dovi_rpu', 'filter_units'],
};

/** A trial works in an empty folder of its own; `level` is ffmpeg's log level, `before` a trial whose files it needs. */
const picture = (seconds = 0.2, size = '128x96') => [
  ...['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=25:duration=${seconds}`],
];
const still = [...picture(), '-frames:v', '1'];
const tone = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000:duration=0.2'];
const surround = (layout) => ['-f', 'lavfi', '-i', `anullsrc=channel_layout=${layout}:sample_rate=48000`];
const shortly = ['-t', '0.2'];
const nowhere = ['-f', 'null', '-'];
const toSdr = [
  'zscale=transfer=linear:npl=100',
  'format=gbrpf32le',
  'zscale=primaries=bt709',
  'tonemap=tonemap=hable:desat=0',
  'zscale=transfer=bt709:matrix=bt709:range=tv',
  'format=yuv420p',
].join(',');
const tagged = 'setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc';
const masteringDisplay = 'G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)';

const trials = {
  'fps_mode cfr': { argv: [...picture(), '-fps_mode', 'cfr', ...nowhere] },
  'fps_mode of one stream': { argv: [...picture(), '-fps_mode:v:0', 'vfr', ...nowhere] },
  'vsync cfr': { argv: [...picture(), '-vsync', 'cfr', ...nowhere] },
  'enc_time_base demux': { argv: [...picture(), '-enc_time_base', 'demux', ...nowhere] },
  'enc_time_base -1': { argv: [...picture(), '-enc_time_base', '-1', ...nowhere] },
  'channel_layout of an output': { argv: [...tone, '-channel_layout', 'mono', ...nowhere] },
  'ch_layout of an output': { argv: [...tone, '-ch_layout', 'mono', ...nowhere] },
  'display_rotation of an input': {
    argv: ['-display_rotation:v:0', '90', '-i', 'plain.mp4', '-c', 'copy', 'turned.mp4'],
    before: 'plain file',
  },
  'rotate tag': {
    argv: ['-i', 'plain.mp4', '-c', 'copy', '-metadata:s:v', 'rotate=90', 'turned.mp4'],
    before: 'plain file',
  },
  'filter from a file, -filter_script': {
    argv: [...picture(), '-filter_script:v', 'graph.txt', ...nowhere],
    files: { 'graph.txt': 'scale=64:48' },
  },
  'filter from a file, -filter_complex_script': {
    argv: [...picture(), '-filter_complex_script', 'graph.txt', ...nowhere],
    files: { 'graph.txt': '[0:v]scale=64:48' },
  },
  'filter from a file, -/filter': {
    argv: [...picture(), '-/filter:v', 'graph.txt', ...nowhere],
    files: { 'graph.txt': 'scale=64:48' },
  },
  stats_period: { argv: [...picture(), '-stats_period', '0.25', '-progress', 'pipe:1', ...nowhere] },
  'plain file': { argv: [...picture(), ...tone, '-c:v', 'libx264', '-c:a', 'aac', 'plain.mp4'] },
  'libx265 hdr10': {
    argv: [
      ...[...picture(), '-vf', tagged, '-pix_fmt', 'yuv420p10le', '-c:v', 'libx265', '-preset', 'ultrafast'],
      ...['-x265-params', `hdr10=1:repeat-headers=1:master-display=${masteringDisplay}:max-cll=1000,400`],
      'hdr.mp4',
    ],
  },
  libsvtav1: { argv: [...picture(), '-c:v', 'libsvtav1', '-preset', '12', '-crf', '40', ...nowhere] },
  'libsvtav1 svtav1-params': {
    argv: [...picture(), '-c:v', 'libsvtav1', '-preset', '12', '-svtav1-params', 'tune=0', ...nowhere],
  },
  'libsvtav1 film grain': {
    argv: [...picture(), '-c:v', 'libsvtav1', '-preset', '12', '-svtav1-params', 'film-grain=8', ...nowhere],
  },
  'libsvtav1 hdr10': {
    argv: [
      ...[...picture(), '-vf', tagged, '-pix_fmt', 'yuv420p10le', '-c:v', 'libsvtav1', '-preset', '12'],
      ...[
        '-svtav1-params',
        'mastering-display=G(0.265,0.69)B(0.15,0.06)R(0.68,0.32)WP(0.3127,0.329)L(1000,0.0001):content-light=1000,400',
      ],
      ...nowhere,
    ],
  },
  'libsvtav1 unknown parameter': {
    argv: [...picture(), '-c:v', 'libsvtav1', '-preset', '12', '-svtav1-params', 'no-such=1', ...nowhere],
  },
  'libsvtav1 4:4:4': {
    argv: [...picture(), '-pix_fmt', 'yuv444p', '-c:v', 'libsvtav1', '-preset', '12', ...nowhere],
  },
  'libsvtav1 two passes': {
    argv: [...picture(), '-c:v', 'libsvtav1', '-preset', '12', '-b:v', '100k', '-pass', '1', ...nowhere],
  },
  'libaom-av1': { argv: [...picture(), '-c:v', 'libaom-av1', '-cpu-used', '8', '-crf', '40', ...nowhere] },
  'libvpx-vp9': { argv: [...picture(), '-c:v', 'libvpx-vp9', '-crf', '40', '-b:v', '0', ...nowhere] },
  av1_nvenc: { argv: [...picture(0.2, '320x240'), '-c:v', 'av1_nvenc', ...nowhere] },
  av1_qsv: { argv: [...picture(0.2, '320x240'), '-c:v', 'av1_qsv', ...nowhere] },
  'tone map': { argv: [...still, '-vf', `${tagged},${toSdr}`, ...nowhere] },
  libplacebo: { argv: [...still, '-vf', 'libplacebo=tonemapping=bt.2390', ...nowhere] },
  'subtitles filter': {
    argv: [...still, '-vf', 'subtitles=filename=words.srt', ...nowhere],
    files: { 'words.srt': '1\n00:00:00,000 --> 00:00:01,000\nHello\n\n' },
  },
  'ass filter': {
    argv: [...still, '-vf', 'ass=filename=words.ass', ...nowhere],
    files: {
      'words.ass':
        '[Script Info]\nScriptType: v4.00+\n\n[Events]\nFormat: Start, End, Text\nDialogue: 0:00:00.00,0:00:01.00,Hello\n',
    },
  },
  'drawtext filter': { argv: [...still, '-vf', 'drawtext=text=Hello', ...nowhere] },
  'drop packets': {
    argv: [...picture(), '-c:v', 'mpeg4', '-bsf:v', String.raw`noise=drop=lt(pts\,0)`, ...nowhere],
  },
  'avif from libaom-av1': {
    argv: [
      ...still,
      '-c:v',
      'libaom-av1',
      '-still-picture',
      '1',
      '-cpu-used',
      '8',
      '-f',
      'avif',
      'still.avif',
    ],
  },
  'avif from libsvtav1': {
    argv: [...still, '-c:v', 'libsvtav1', '-preset', '12', '-f', 'avif', 'still.avif'],
  },
  'webp still': { argv: [...still, '-c:v', 'libwebp', '-quality', '80', 'still.webp'] },
  'jpeg still': { argv: [...still, '-c:v', 'mjpeg', '-q:v', '3', 'still.jpg'] },
  'jpeg still, -update': { argv: [...still, '-f', 'image2', '-update', '1', 'still.jpg'] },
  'jpeg still of full range': { argv: [...still, '-pix_fmt', 'yuvj420p', '-update', '1', 'still.jpg'] },
  'jpeg still of limited range': { argv: [...still, '-pix_fmt', 'yuv420p', '-update', '1', 'still.jpg'] },
  'gif of a palette': {
    argv: [
      ...picture(),
      '-filter_complex',
      '[0:v]split[a][b];[a]palettegen[p];[b][p]paletteuse',
      'moving.gif',
    ],
  },
  'hls of two variants': {
    argv: [
      ...[...picture(), ...tone, '-map', '0:v', '-map', '0:v', '-map', '1:a', '-map', '1:a'],
      ...['-c:v', 'libx264', '-c:a', 'aac', '-f', 'hls', '-hls_segment_type', 'fmp4'],
      ...['-hls_playlist_type', 'vod', '-master_pl_name', 'master.m3u8'],
      ...['-var_stream_map', 'v:0,a:0 v:1,a:1', '-hls_segment_filename', 'v%v_%03d.m4s', 'v%v.m3u8'],
    ],
  },
  dash: { argv: [...picture(), '-c:v', 'libx264', '-f', 'dash', 'manifest.mpd'] },
  'libopus 5.1(side)': { argv: [...surround('5.1(side)'), ...shortly, '-c:a', 'libopus', ...nowhere] },
  'libopus 5.1': { argv: [...surround('5.1'), ...shortly, '-c:a', 'libopus', ...nowhere] },
  'libopus 7.1(wide)': { argv: [...surround('7.1(wide)'), ...shortly, '-c:a', 'libopus', ...nowhere] },
  'libopus 5.1(side) as mapping family 255': {
    argv: [...surround('5.1(side)'), ...shortly, '-c:a', 'libopus', '-mapping_family', '255', ...nowhere],
  },
  'aac 5.1(side)': { argv: [...surround('5.1(side)'), ...shortly, '-c:a', 'aac', ...nowhere] },
  'aac 7.1': { argv: [...surround('7.1'), ...shortly, '-c:a', 'aac', ...nowhere] },
  'ac3 7.1': { argv: [...surround('7.1'), ...shortly, '-c:a', 'ac3', ...nowhere] },
  'libmp3lame 5.1': { argv: [...surround('5.1'), ...shortly, '-c:a', 'libmp3lame', ...nowhere] },
  'flac 5.1(side)': { argv: [...surround('5.1(side)'), ...shortly, '-c:a', 'flac', ...nowhere] },
  'downmix by aformat': {
    argv: [...surround('5.1(side)'), ...shortly, '-af', 'aformat=channel_layouts=stereo', ...nowhere],
  },
  'loudnorm measured': {
    argv: [...tone, '-af', 'loudnorm=print_format=json', ...nowhere],
    level: 'info',
  },
  cropdetect: {
    argv: [...picture(), '-vf', 'pad=128:128:0:16,cropdetect=limit=24:round=2', ...nowhere],
    level: 'info',
  },
  idet: { argv: [...picture(), '-vf', 'idet', ...nowhere], level: 'info' },
  ssim: { argv: [...picture(), ...picture(), '-lavfi', 'ssim', ...nowhere], level: 'info' },
  psnr: { argv: [...picture(), ...picture(), '-lavfi', 'psnr', ...nowhere], level: 'info' },
  libvmaf: { argv: [...picture(), ...picture(), '-lavfi', 'libvmaf', ...nowhere], level: 'info' },
  bwdif: { argv: [...picture(), '-vf', 'bwdif=mode=send_frame:deint=interlaced', ...nowhere] },
  'inverse telecine': {
    argv: [...picture(), '-vf', 'fieldmatch,yadif=deint=interlaced,decimate', ...nowhere],
  },
  'text as picture subtitles': {
    argv: [
      ...[...picture(1, '720x576'), '-i', 'words.srt', '-map', '0', '-map', '1'],
      ...['-c:v', 'libx264', '-c:s', 'dvdsub', 'words.mkv'],
    ],
    files: { 'words.srt': '1\n00:00:00,000 --> 00:00:01,000\nHello\n\n' },
  },
  'odd size into yuv420p of libx264': {
    argv: [...picture(0.2, '129x97'), '-pix_fmt', 'yuv420p', '-c:v', 'libx264', ...nowhere],
  },
  'unknown option': { argv: [...picture(), '-no_such_option', '1', ...nowhere] },
  'unknown encoder': { argv: [...picture(), '-c:v', 'no_such_encoder', ...nowhere] },
  'unknown filter': { argv: [...picture(), '-vf', 'no_such_filter', ...nowhere] },
  'no such file': { argv: ['-i', 'file:no-such-file.mp4', ...nowhere] },
};

const [ffmpeg, folder] = process.argv.slice(2);
if (!ffmpeg || !folder) {
  console.error('Usage: node scripts/lib/recordFacts.mjs FFMPEG FOLDER');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
for (const [name, columns] of Object.entries(listings))
  write(`${name}.txt`, text(run(['-hide_banner', `-${name}`]).stdout, columns));
for (const [kind, names] of Object.entries(parts))
  for (const name of names) {
    const { stdout } = run(['-hide_banner', '-h', `${kind}=${name}`]);
    if (stdout.length > 200) write(`${kind}-${name}.txt`, text(stdout));
  }
const rows = Object.keys(trials).map((name) => JSON.stringify(runTrial(name)));
write('trials.json', `[\n${rows.join(',\n')}\n]`);

function runTrial(name) {
  const { argv, level = 'warning', files = {}, before } = trials[name];
  const cwd = mkdtempSync(path.join(os.tmpdir(), 'dffmpeg-facts-'));
  try {
    if (before) prepare(trials[before], cwd);
    for (const [file, content] of Object.entries(files)) writeFileSync(path.join(cwd, file), content);
    const there = readdirSync(cwd);
    const { status, stdout, stderr } = run(trialArguments(argv, level), cwd);
    const wrote = readdirSync(cwd).filter(
      (file) => !there.includes(file) && statSync(path.join(cwd, file)).size > 0,
    );
    return { name, argv, code: status, stdout: text(stdout), stderr: text(stderr), wrote };
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

function prepare({ argv, files = {} }, cwd) {
  for (const [file, content] of Object.entries(files)) writeFileSync(path.join(cwd, file), content);
  run(trialArguments(argv, 'error'), cwd);
}

function trialArguments(argv, level) {
  return ['-hide_banner', '-nostdin', '-nostats', '-loglevel', level, ...argv];
}

function run(argv, cwd) {
  return spawnSync(ffmpeg, argv, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
}

/** What differs from run to run and machine to machine is taken out, and so are endless tails. */
function text(printed, columns = 140) {
  return printed
    .split(/\r?\n/u)
    .map((line) =>
      line
        .slice(0, columns)
        .replaceAll(/0x[0-9a-f]{4,}/gu, '0x1')
        .replaceAll(/\s+$/gu, ''),
    )
    .filter(
      (line) =>
        !/^\s*(?:configuration:|built with|x265 \[info\]|Svt\[info\]|Stream |Metadata:|(?:In|Out)put #|encoder )/u.test(
          line,
        ),
    )
    .slice(0, 700)
    .join('\n');
}

function write(name, content) {
  writeFileSync(path.join(folder, name), content.endsWith('\n') ? content : `${content}\n`);
}
