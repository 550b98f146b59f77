/** The encodes that recordProgressTraces.ts runs. Each takes 15 to 60 s of a slow processor. */

export interface ProgressRecipe {
  readonly name: string;
  readonly description: string;
  /** Arguments of ffmpeg runs that make the sources; not recorded. */
  readonly prepare?: readonly (readonly string[])[];
  readonly steps: readonly RecipeStep[];
}

/** What a plan would say of the step before it runs. Seconds. */
export interface RecipeStep {
  readonly label?: string;
  readonly weight: number;
  readonly duration?: number;
  readonly frames?: number;
  /** The file whose own statement is the expected duration. */
  readonly probe?: string;
  readonly arguments: readonly string[];
}

/**
 * Four clips of different films after one another, each a quarter of the whole. They begin with another one in each
 * recipe: else what the last one costs would be the same surprise for all.
 */
function reel(width: number, height: number, firstClip: number): Source {
  const order = ['bigbuckbunny.mp4', 'bikes.mp4', 'elf.mp4', 'rabbit.mp4'];
  const clips = [...order.slice(firstClip), ...order.slice(0, firstClip)];
  const fit = `scale=${width}:${height}:force_original_aspect_ratio=decrease,pad=${width}:${height}:-1:-1,setsar=1,fps=25`;
  const filters = clips.map((_, index) => `[${index}:v]${fit},format=yuv420p[v${index}]`);
  const chain = `${clips.map((_, index) => `[v${index}]`).join('')}concat=n=${clips.length}[v]`;
  return {
    arguments: [
      ...clips.flatMap((clip) => ['-i', `clip:${clip}`]),
      ...['-stream_loop', '-1', '-i', 'clip:viper.mp3'],
      ...['-filter_complex', [...filters, chain].join(';'), '-map', '[v]', '-t', String(reelSeconds)],
    ],
    audio: ['-map', `${clips.length}:a`],
    duration: reelSeconds,
    frames: reelSeconds * 25,
  };
}

const reelSeconds = 30;

/** Seconds of the clips. */
const films = { 'bigbuckbunny.mp4': 5.2, 'bikes.mp4': 10, 'elf.mp4': 8, 'rabbit.mp4': 7.7 };
const shotSeconds = 1.25;
const rounds = 6;
const montageSeconds = rounds * Object.keys(films).length * shotSeconds;

/**
 * Makes montage.mkv: shots of four films in turn, with music. Shots are short against the whole, as they are in a film,
 * which reel() is too short for. They do not follow the films' course, and in each recipe another one comes first:
 * else a film that becomes easier would be the same surprise for all.
 */
function makeMontage(width: number, height: number, first: number): string[] {
  const shots = [0, 3, 1, 5, 2, 4].flatMap((_, round, order) =>
    Object.entries(films).map(([clip, length]) => {
      const place = order[(round + first) % order.length] ?? 0;
      return { clip, at: (place * (length - shotSeconds)) / (order.length - 1) };
    }),
  );
  const fit = `scale=${width}:${height}:force_original_aspect_ratio=decrease,pad=${width}:${height}:-1:-1`;
  const filters = shots.map((_, index) => `[${index}:v]${fit},setsar=1,fps=25,format=yuv420p[v${index}]`);
  const joined = `${shots.map((_, index) => `[v${index}]`).join('')}concat=n=${shots.length}[v]`;
  return [
    ...shots.flatMap(({ clip, at }) => [
      '-ss',
      at.toFixed(2),
      '-t',
      String(shotSeconds),
      '-i',
      `clip:${clip}`,
    ]),
    ...['-i', 'clip:viper.mp3', '-filter_complex', [...filters, joined].join(';')],
    ...['-map', '[v]', '-map', `${shots.length}:a`, '-t', String(montageSeconds)],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '12', '-c:a', 'libmp3lame', 'montage.mkv'],
  ];
}

const montage: Source = {
  arguments: ['-i', 'montage.mkv'],
  audio: [],
  duration: montageSeconds,
  frames: montageSeconds * 25,
};

/** The montage over and over, so that what is held by a look-ahead is little, as in a film. */
function long(seconds: number): Source {
  return {
    arguments: ['-stream_loop', '-1', '-i', 'montage.mkv', '-t', String(seconds)],
    audio: [],
    duration: seconds,
    frames: seconds * 25,
  };
}

interface Source {
  readonly arguments: readonly string[];
  /** Arguments that add sound. */
  readonly audio: readonly string[];
  readonly duration: number;
  readonly frames: number;
}

/** A generated picture, `rate` frames a second. */
function generated(graph: string, seconds: number, rate: number): Source {
  return {
    arguments: ['-f', 'lavfi', '-i', graph, '-t', String(seconds)],
    audio: [],
    duration: seconds,
    frames: seconds * rate,
  };
}

function looped(clip: string, seconds: number, rate: number): Source {
  return {
    arguments: ['-stream_loop', '-1', '-i', `clip:${clip}`, '-t', String(seconds)],
    audio: [],
    duration: seconds,
    frames: seconds * rate,
  };
}

/** Static pictures cost little, noise much: `e` and `h` in the given order, each for so many seconds. */
function scenes(order: string, seconds: number): Source {
  const inputs = [...order].map((kind, index) => {
    const size = 'size=480x270:rate=25';
    const length = `trim=duration=${seconds},setpts=PTS-STARTPTS`;
    const graph =
      kind === 'e' ? `smptehdbars=${size},${length}` : `testsrc2=${size},noise=alls=40:allf=t+u,${length}`;
    return `${graph},format=yuv420p[s${index}]`;
  });
  const labels = inputs.map((_, index) => `[s${index}]`).join('');
  const graph = `${inputs.join(';')};${labels}concat=n=${order.length}[out0]`;
  return generated(graph, seconds * order.length, 25);
}

function encode(source: Source, output: readonly string[], weight = 1, label?: string): RecipeStep {
  return {
    label,
    weight,
    duration: source.duration,
    frames: source.frames,
    arguments: [...source.arguments, ...output],
  };
}

const aac = ['-c:a', 'aac', '-b:a', '128k'];

/** Two passes of one encoder; `first` is the first one's declared share of the second. */
function twoPasses(
  source: Source,
  video: readonly string[],
  first: number,
  sound: readonly string[],
): RecipeStep[] {
  return [
    encode(source, [...video, '-pass', '1', '-an', '-f', 'null', '-'], first, 'pass 1 of 2'),
    encode(source, [...video, '-pass', '2', ...sound, 'out.mkv'], 1, 'pass 2 of 2'),
  ];
}

const measureLoudness = ['-vn', '-af', 'loudnorm=print_format=json', '-f', 'null', '-'];

const reelX264 = reel(854, 480, 0);
const reelTwoPass = reel(640, 360, 1);
const reelX265 = reel(640, 360, 2);
const reelAv1 = reel(480, 270, 3);
const reelVp9 = reel(480, 270, 0);
const reelVfr = reel(640, 360, 1);
const reelLoudness = reel(640, 360, 2);
const reelFfv1 = reel(854, 480, 3);
const bikes = looped('bikes.mp4', 10, 25);
const elf = looped('elf.mp4', 8, 30);

export const progressRecipes: readonly ProgressRecipe[] = [
  {
    name: 'x264-medium-reel',
    description: 'Four clips after one another with music, x264 medium',
    steps: [encode(reelX264, [...reelX264.audio, '-c:v', 'libx264', ...aac, 'out.mp4'])],
  },
  {
    name: 'x264-slower-short',
    description: 'A clip of 8 s with sound, x264 slower: its look-ahead holds a quarter of all frames',
    steps: [encode(elf, ['-c:v', 'libx264', '-preset', 'slower', ...aac, 'out.mp4'])],
  },
  {
    name: 'x264-slow-surround',
    description: 'One clip in a loop with 5.1 sound, x264 slow',
    steps: [
      encode(looped('bigbuckbunny.mp4', 12, 25), ['-c:v', 'libx264', '-preset', 'slow', ...aac, 'out.mp4']),
    ],
  },
  {
    name: 'x264-veryfast-testsrc',
    description: 'A moving test picture without sound, x264 veryfast, many frames',
    steps: [
      encode(generated('testsrc2=size=1280x720:rate=30', 40, 30), [
        ...['-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-preset', 'veryfast', 'out.mp4'],
      ]),
    ],
  },
  {
    name: 'x264-life',
    description: 'The game of life, which calms down, x264 medium',
    steps: [
      encode(generated('life=size=320x180:rate=25:mold=10:ratio=0.1:seed=7', 60, 25), [
        ...['-vf', 'scale=640:360', '-pix_fmt', 'yuv420p', '-c:v', 'libx264', 'out.mp4'],
      ]),
    ],
  },
  {
    name: 'x264-two-pass',
    description: 'Four clips with music, x264 medium in two passes',
    steps: twoPasses(reelTwoPass, ['-c:v', 'libx264', '-b:v', '1M'], 0.4, [...reelTwoPass.audio, ...aac]),
  },
  {
    name: 'x265-medium-reel',
    description: 'Four clips after one another with music, x265 medium',
    steps: [encode(reelX265, [...reelX265.audio, '-c:v', 'libx265', ...aac, 'out.mp4'])],
  },
  {
    name: 'x265-slow-silent',
    description: 'A clip of 10 s without sound, x265 slow: out_time lags behind frame by the look-ahead',
    steps: [encode(bikes, ['-c:v', 'libx265', '-preset', 'slow', 'out.mp4'])],
  },
  {
    name: 'x265-mandelbrot',
    description: 'A zoom into the Mandelbrot set, whose pictures cost more and more to make, x265 fast',
    steps: [
      encode(generated('mandelbrot=size=480x270:rate=25:maxiter=2000', 24, 25), [
        ...['-pix_fmt', 'yuv420p', '-c:v', 'libx265', '-preset', 'fast', 'out.mp4'],
      ]),
    ],
  },
  {
    name: 'x265-two-pass',
    description: 'A clip of 8 s with sound, x265 in two passes, which take about the same time',
    steps: twoPasses(elf, ['-c:v', 'libx265', '-preset', 'fast', '-b:v', '800k'], 1, aac),
  },
  {
    name: 'svtav1-8-reel',
    description: 'Four clips after one another with music, SVT-AV1 preset 8',
    steps: [
      encode(reelAv1, [...reelAv1.audio, '-c:v', 'libsvtav1', '-preset', '8', '-c:a', 'libopus', 'out.mp4']),
    ],
  },
  {
    name: 'svtav1-6-silent',
    description: 'A clip of 7 s without sound, SVT-AV1 preset 6: packets come in bursts of a mini-GOP',
    steps: [encode(looped('rabbit.mp4', 7, 30), ['-an', '-c:v', 'libsvtav1', '-preset', '6', 'out.mp4'])],
  },
  {
    name: 'vp9-reel',
    description: 'Four clips after one another without sound, VP9',
    steps: [
      encode(reelVp9, [
        ...['-c:v', 'libvpx-vp9', '-crf', '33', '-b:v', '0', '-cpu-used', '4', '-row-mt', '1', 'out.webm'],
      ]),
    ],
  },
  {
    name: 'vp9-two-pass',
    description: 'A clip of 7 s without sound, VP9 in two passes: the first one is short',
    steps: twoPasses(
      looped('rabbit.mp4', 7, 30),
      ['-c:v', 'libvpx-vp9', '-crf', '33', '-b:v', '0', '-cpu-used', '3', '-row-mt', '1'],
      0.12,
      ['-an'],
    ),
  },
  {
    name: 'aom-clip',
    description: 'A clip with sound, libaom at speed 8',
    steps: [
      encode(looped('rabbit.mp4', 7, 30), [
        ...['-c:v', 'libaom-av1', '-cpu-used', '8', '-crf', '34', '-b:v', '0', '-row-mt', '1'],
        ...['-c:a', 'libopus', 'out.mkv'],
      ]),
    ],
  },
  {
    name: 'audio-opus',
    description: 'Half an hour of music to Opus',
    steps: [
      {
        weight: 1,
        duration: 1800,
        arguments: [
          '-stream_loop',
          '-1',
          '-i',
          'clip:viper.mp3',
          '-t',
          '1800',
          '-c:a',
          'libopus',
          'out.opus',
        ],
      },
    ],
  },
  {
    name: 'audio-loudnorm-aac',
    description: 'Music through loudnorm to AAC',
    steps: [
      {
        weight: 1,
        duration: 600,
        arguments: [
          ...['-stream_loop', '-1', '-i', 'clip:viper.mp3', '-t', '600', '-af', 'loudnorm', '-ar', '48000'],
          ...[...aac, 'out.m4a'],
        ],
      },
    ],
  },
  {
    name: 'audio-estimated',
    description: 'An MP3 of varying bit rate without an index: the expected duration is the demuxer’s guess',
    prepare: [
      [
        ...[
          '-f',
          'lavfi',
          '-i',
          'sine=frequency=440:duration=600',
          '-stream_loop',
          '-1',
          '-i',
          'clip:viper.mp3',
        ],
        '-filter_complex',
        '[1:a]atrim=duration=1200,aformat=channel_layouts=mono,aresample=44100[m];[m][0:a]concat=n=2:v=0:a=1',
        ...['-q:a', '4', '-write_xing', '0', 'source.mp3'],
      ],
    ],
    steps: [
      { weight: 1, probe: 'source.mp3', arguments: ['-i', 'source.mp3', '-c:a', 'libopus', 'out.opus'] },
    ],
  },
  {
    name: 'unknown-duration',
    description: 'A stream that does not say how long it is',
    prepare: [
      [
        ...['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=25:duration=25', '-c:v', 'mpeg4', '-q:v', '3'],
        ...['-f', 'matroska', '-live', '1', 'source.mkv'],
      ],
    ],
    steps: [
      {
        weight: 1,
        arguments: ['-i', 'source.mkv', '-c:v', 'libx264', '-preset', 'slow', 'out.mp4'],
      },
    ],
  },
  {
    name: 'easy-then-hard',
    description: 'A still test card for the first half, then noise, x264 medium',
    steps: [encode(scenes('eh', 12), ['-c:v', 'libx264', 'out.mp4'])],
  },
  {
    name: 'hard-then-easy',
    description: 'Noise for the first half, then a still test card, x264 medium',
    steps: [encode(scenes('he', 12), ['-c:v', 'libx264', 'out.mp4'])],
  },
  {
    name: 'scenes-in-turn',
    description: 'Still and noisy scenes of 3 s in turn, x264 medium',
    steps: [encode(scenes('hehehehe', 3), ['-c:v', 'libx264', 'out.mp4'])],
  },
  {
    name: 'vfr-reel',
    description: 'Four clips of which frames are dropped at random, variable frame rate: frames unknown',
    steps: [
      {
        weight: 1,
        duration: reelVfr.duration,
        arguments: [
          ...reelVfr.arguments.map((argument) =>
            argument.replace(/\[v\]$/u, (label) =>
              argument === '[v]' ? label : `,select='gt(random(1)\\,0.4)'${label}`,
            ),
          ),
          ...[...reelVfr.audio, '-vsync', 'vfr', '-c:v', 'libx264', '-preset', 'slow', ...aac, 'out.mp4'],
        ],
      },
    ],
  },
  {
    name: 'fast-mpeg4',
    description: 'As fast as with hardware: MPEG-4 at 320x180, hundreds of frames between two blocks',
    steps: [
      encode(generated('testsrc2=size=320x180:rate=30', 900, 30), ['-c:v', 'mpeg4', '-q:v', '5', 'out.mp4']),
    ],
  },
  {
    name: 'fast-ultrafast-audio',
    description: 'As fast as with hardware: x264 ultrafast, with sound',
    steps: [
      {
        weight: 1,
        duration: 270,
        frames: 270 * 25,
        arguments: [
          ...['-stream_loop', '-1', '-i', 'clip:bikes.mp4', '-stream_loop', '-1', '-i', 'clip:viper.mp3'],
          ...['-t', '270', '-c:v', 'libx264', '-preset', 'ultrafast', ...aac, 'out.mp4'],
        ],
      },
    ],
  },
  {
    name: 'denoise-nlmeans',
    description: 'A filter that costs more than the encoder: nlmeans, x264 veryfast',
    steps: [
      encode(looped('elf.mp4', 8, 30), [
        '-an',
        ...['-vf', 'nlmeans=s=3:p=5:r=7', '-c:v', 'libx264', '-preset', 'veryfast', 'out.mp4'],
      ]),
    ],
  },
  {
    name: 'frame-rate-halved',
    description: 'Sixty frames a second taken down to thirty, x264 medium',
    steps: [
      {
        weight: 1,
        duration: 40,
        frames: 1200,
        arguments: [
          ...['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=60', '-t', '40'],
          ...['-vf', 'fps=30', '-pix_fmt', 'yuv420p', '-c:v', 'libx264', 'out.mp4'],
        ],
      },
    ],
  },
  {
    name: 'loudness-then-x264',
    description: 'Loudness is measured first, then a film of four clips encoded with x264 medium',
    steps: [
      {
        label: 'measuring loudness',
        weight: 0.1,
        duration: 30,
        arguments: ['-i', 'clip:viper.mp3', '-t', '30', ...measureLoudness],
      },
      encode(
        reelLoudness,
        [...reelLoudness.audio, '-af', 'loudnorm', '-ar', '48000', '-c:v', 'libx264', ...aac, 'out.mp4'],
        1,
        'encoding',
      ),
    ],
  },
  {
    name: 'loudness-two-pass',
    description: 'Three steps: loudness, then x264 slow in two passes, one clip in a loop',
    steps: [
      {
        label: 'measuring loudness',
        weight: 0.1,
        duration: 20,
        arguments: ['-stream_loop', '-1', '-i', 'clip:rabbit.mp4', '-t', '20', ...measureLoudness],
      },
      ...twoPasses(looped('rabbit.mp4', 20, 30), ['-c:v', 'libx264', '-preset', 'slow', '-b:v', '1M'], 0.4, [
        '-af',
        'loudnorm',
        '-ar',
        '48000',
        ...aac,
      ]),
    ],
  },
  {
    name: 'ffv1-reel',
    description: 'A mezzanine without look-ahead: FFV1 with PCM',
    steps: [
      encode(reelFfv1, [
        ...reelFfv1.audio,
        '-c:v',
        'ffv1',
        '-level',
        '3',
        '-slices',
        '4',
        '-c:a',
        'pcm_s16le',
        'out.mkv',
      ]),
    ],
  },
  {
    name: 'montage-x264-medium',
    description: 'Short shots of four films in turn, with music, x264 medium',
    prepare: [makeMontage(854, 480, 0)],
    steps: [encode(montage, ['-c:v', 'libx264', ...aac, 'out.mp4'])],
  },
  {
    name: 'montage-x264-slow',
    description: 'Short shots of four films in turn, with music, x264 slow',
    prepare: [makeMontage(640, 360, 1)],
    steps: [encode(montage, ['-c:v', 'libx264', '-preset', 'slow', ...aac, 'out.mp4'])],
  },
  {
    name: 'montage-x264-two-pass',
    description: 'Short shots of four films in turn, with music, x264 medium in two passes',
    prepare: [makeMontage(640, 360, 2)],
    steps: twoPasses(montage, ['-c:v', 'libx264', '-b:v', '800k'], 0.4, aac),
  },
  {
    name: 'montage-x265-medium',
    description: 'Short shots of four films in turn, without sound, x265 medium',
    prepare: [makeMontage(480, 270, 3)],
    steps: [encode(montage, ['-an', '-c:v', 'libx265', 'out.mp4'])],
  },
  {
    name: 'montage-svtav1-8',
    description: 'Short shots of four films in turn, with music, SVT-AV1 preset 8',
    prepare: [makeMontage(480, 270, 4)],
    steps: [encode(montage, ['-c:v', 'libsvtav1', '-preset', '8', '-c:a', 'libopus', 'out.mp4'])],
  },
  {
    name: 'montage-vp9',
    description: 'Short shots of four films in turn, with music, VP9',
    prepare: [makeMontage(426, 240, 5)],
    steps: [
      encode(montage, [
        ...['-c:v', 'libvpx-vp9', '-crf', '33', '-b:v', '0', '-cpu-used', '4', '-row-mt', '1'],
        ...['-c:a', 'libopus', 'out.webm'],
      ]),
    ],
  },
  {
    name: 'long-x264-medium',
    description: 'Many frames: the shots of four films four times over, with music, x264 medium at 180p',
    prepare: [makeMontage(320, 180, 0)],
    steps: [encode(long(120), ['-c:v', 'libx264', ...aac, 'out.mp4'])],
  },
  {
    name: 'long-x264-two-pass',
    description:
      'Many frames: the shots of four films twice over, with music, x264 slow in two passes at 180p',
    prepare: [makeMontage(320, 180, 0)],
    steps: twoPasses(long(60), ['-c:v', 'libx264', '-preset', 'slow', '-b:v', '300k'], 0.4, aac),
  },
  {
    name: 'long-x265-fast',
    description: 'Many frames: the shots of four films twice over, with music, x265 fast at 180p',
    prepare: [makeMontage(320, 180, 0)],
    steps: [encode(long(60), ['-c:v', 'libx265', '-preset', 'fast', ...aac, 'out.mp4'])],
  },
  {
    name: 'long-svtav1-10',
    description: 'Many frames: the shots of four films twice over, with music, SVT-AV1 preset 10 at 180p',
    prepare: [makeMontage(320, 180, 0)],
    steps: [encode(long(60), ['-c:v', 'libsvtav1', '-preset', '10', '-c:a', 'libopus', 'out.mp4'])],
  },
  {
    name: 'long-vp9-realtime',
    description: 'Many frames: the shots of four films twice over, without sound, VP9 at speed 5 and 180p',
    prepare: [makeMontage(320, 180, 0)],
    steps: [
      encode(long(60), [
        '-an',
        '-c:v',
        'libvpx-vp9',
        '-crf',
        '35',
        '-b:v',
        '0',
        '-cpu-used',
        '5',
        'out.webm',
      ]),
    ],
  },
];
