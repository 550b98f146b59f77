import { about } from './match.ts';
import { colour, x265 } from './trait.ts';
import type { Trait } from './trait.ts';

/** Sources whose numbers are known, so that a result can be held against what it must be. */

const pq = colour('bt2020', 'smpte2084', 'bt2020nc');
/** cd/m², from left to right. */
const steps = [0, 10, 50, 100, 1000];

/** SMPTE ST 2084: the 10-bit code of limited range that stands for so much light. */
function codeOf(light: number): number {
  const power = (light / 10_000) ** 0.1593017578125;
  const signal = ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375;
  return Math.round(64 + 876 * signal);
}

/** Nested choices, from the last bar back to the first. */
const bars = steps
  .map((light, at) => ({ code: codeOf(light), end: (at + 1) / steps.length }))
  .reduceRight(
    (rest, { code, end }) => (rest === '' ? String(code) : `if(lt(X,W*${end}),${code},${rest})`),
    '',
  );

export const proofTraits = {
  'pq-steps': {
    file: 'pq-steps.mp4',
    what: 'HDR10: upright bars of 0, 10, 50, 100 and 1,000 cd/m²',
    steps: [
      {
        ffmpeg: [
          ...['-f', 'lavfi', '-i', 'color=gray:size=320x240:rate=25:duration=0.2'],
          ...['-vf', `format=yuv420p10le,geq=lum='${bars}':cb=512:cr=512,${pq.filter}`],
          ...x265('hdr10=1:repeat-headers=1:crf=4:max-cll=1000,400'),
          ...[...pq.options, '-tag:v', 'hvc1', 'pq-steps.mp4'],
        ],
      },
    ],
    facts: {
      streams: [{ codec_name: 'hevc', pix_fmt: 'yuv420p10le', color_transfer: 'smpte2084' }],
      frame: { side_data_list: [{ side_data_type: 'Content light level metadata', max_content: 1000 }] },
    },
  },
  grainy: {
    file: 'grainy.mp4',
    what: 'Eight seconds of grain, which no encoder can make small by itself',
    steps: [
      {
        ffmpeg: [
          ...['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=25:duration=8,noise=alls=30:allf=t'],
          ...['-f', 'lavfi', '-i', 'anoisesrc=duration=8:amplitude=0.2:seed=1'],
          ...['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '24', '-pix_fmt', 'yuv420p'],
          ...['-c:a', 'aac', '-b:a', '96k', 'grainy.mp4'],
        ],
      },
    ],
    facts: { format: { duration: about(8, 0.1) }, streams: [{ nb_frames: '200' }, { codec_name: 'aac' }] },
  },
} as const satisfies Record<string, Trait>;
