const yuv420p = ['-pix_fmt', 'yuv420p'];

/**
 * Plain ffmpeg by the advice of each encoder's own guide (ffmpeg's wiki pages on H.264, H.265, AV1 and VP9; SVT-AV1's
 * CommonQuestions; ProRes and DNxHR by their profiles), at the size and sound that the preset promises. By preset.
 */
export const guides: Readonly<Record<string, (source: string, result: string) => string[][]>> = {
  web: one([
    '-c:v',
    'libx264',
    '-preset',
    'medium',
    '-crf',
    '22',
    ...atMost(1080),
    ...yuv420p,
    ...aac('160k'),
  ]),
  'web-720': one([
    ...['-c:v', 'libx264', '-preset', 'medium', '-crf', '22', '-maxrate', '4M', '-bufsize', '8M'],
    ...[...atMost(720), ...yuv420p, ...aac('128k')],
  ]),
  small: one([
    '-c:v',
    'libx264',
    '-preset',
    'medium',
    '-crf',
    '28',
    ...atMost(720),
    ...yuv420p,
    ...aac('96k'),
  ]),
  av1: one([
    ...['-c:v', 'libsvtav1', '-preset', '7', '-crf', '30', '-pix_fmt', 'yuv420p10le'],
    ...['-c:a', 'libopus', '-b:a', '192k'],
  ]),
  'hevc-archive': one([
    ...['-c:v', 'libx265', '-preset', 'slow', '-crf', '20', '-pix_fmt', 'yuv420p10le', '-c:a', 'copy'],
  ]),
  'av1-archive': one([
    ...['-c:v', 'libsvtav1', '-preset', '5', '-crf', '24', '-pix_fmt', 'yuv420p10le', '-c:a', 'copy'],
  ]),
  vp9: (source, result) => {
    const video = [
      '-c:v',
      'libvpx-vp9',
      '-b:v',
      '0',
      '-crf',
      '31',
      '-row-mt',
      '1',
      ...atMost(1080),
      ...yuv420p,
    ];
    const from = ['-v', 'error', '-y', '-i', source, ...video];
    return [
      [...from, '-pass', '1', '-speed', '4', '-an', '-f', 'null', '-'],
      [...from, '-pass', '2', '-speed', '2', '-c:a', 'libopus', '-b:a', '128k', '-ac', '2', result],
    ];
  },
  'prores-proxy': one(['-c:v', 'prores_ks', '-profile:v', 'proxy', ...atMost(1080), '-c:a', 'pcm_s16le']),
  'dnxhr-proxy': one([
    ...[
      '-c:v',
      'dnxhd',
      '-profile:v',
      'dnxhr_lb',
      ...atMost(1080),
      '-pix_fmt',
      'yuv422p',
      '-c:a',
      'pcm_s16le',
    ],
  ]),
  'under-25mb': (source, result) => {
    const video = ['-c:v', 'libx264', '-preset', 'slow', '-b:v', '4M', ...atMost(720), ...yuv420p];
    const from = ['-v', 'error', '-y', '-i', source, ...video];
    return [
      [...from, '-pass', '1', '-an', '-f', 'null', '-'],
      [...from, '-pass', '2', ...aac('96k'), result],
    ];
  },
  jpeg: one(['-q:v', '2', '-pix_fmt', 'yuvj420p']),
  poster: one(['-q:v', '5', '-pix_fmt', 'yuvj420p']),
  webp: one(['-c:v', 'libwebp', '-quality', '85']),
  avif: one([
    ...['-c:v', 'libaom-av1', '-crf', '18', '-cpu-used', '4', '-still-picture', '1'],
    ...['-pix_fmt', 'yuv420p10le'],
  ]),
};

function one(argv: string[]): (source: string, result: string) => string[][] {
  return (source, result) => [['-v', 'error', '-y', '-i', source, ...argv, result]];
}

function atMost(height: number): string[] {
  return ['-vf', `scale=-2:'min(${height},ih)'`];
}

function aac(bitrate: string): string[] {
  return ['-c:a', 'aac', '-b:a', bitrate, '-ac', '2'];
}
