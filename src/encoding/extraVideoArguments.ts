import { aomParameters, svtav1Parameters, x264Parameters, x265Parameters } from './encoderParameters.ts';
import { streamOptions } from './extraArgumentRow.ts';
import type { ExtraArgument } from './extraArgumentRow.ts';
import {
  either,
  flags,
  fourcc,
  integer,
  matching,
  number,
  numbers,
  oneOf,
  partitions,
  rate,
  someOf,
  toggle,
  word,
} from './extraArgumentValues.ts';

/** Options of pictures and their software encoders. One name may mean something in several encoders. */

const video = 'every video encoder';
const keyframes = matching(
  'times in seconds divided by “,”, or source, or expr:gte(t,n_forced*2)',
  'expr:gte(t,n_forced*2)',
  /^(?:source|\d{1,6}(?:\.\d{1,3})?(?:,\d{1,6}(?:\.\d{1,3})?){0,99}|expr:gte\(t,n_forced\*\d{1,3}(?:\.\d{1,3})?\))$/,
);

const picture: readonly ExtraArgument[] = [
  ...streamOptions(video, keyframes, 'force_key_frames'),
  ...streamOptions(video, oneOf('progressive tt bb tb bt'), 'field_order'),
  ...streamOptions(video, integer(-1, 1), 'top'),
  ...streamOptions(
    video,
    oneOf(
      `bt709 bt470m bt470bg smpte170m smpte240m film bt2020 smpte428 smpte428_1 smpte431 smpte432 jedec-p22
      ebu3213 unspecified unknown`,
    ),
    'color_primaries',
  ),
  ...streamOptions(
    video,
    oneOf(
      `bt709 gamma22 gamma28 smpte170m smpte240m linear log100 log316 iec61966-2-4 bt1361e iec61966-2-1
      bt2020-10 bt2020-12 smpte2084 smpte428 arib-std-b67 unspecified unknown`,
    ),
    'color_trc',
  ),
  ...streamOptions(
    video,
    oneOf(
      `bt709 rgb fcc bt470bg smpte170m smpte240m ycgco bt2020nc bt2020c smpte2085 chroma-derived-nc
      chroma-derived-c ictcp unspecified unknown`,
    ),
    'colorspace',
  ),
  ...streamOptions(video, oneOf('tv pc mpeg jpeg limited full unspecified unknown'), 'color_range'),
  ...streamOptions(
    video,
    oneOf('left center topleft top bottomleft bottom unspecified unknown'),
    'chroma_sample_location',
  ),
];

/** Named alike in many encoders. */
const common: readonly ExtraArgument[] = [
  ...streamOptions('every encoder', rate, 'b maxrate minrate bufsize'),
  ...streamOptions(video, rate, 'bt'),
  ...streamOptions('mjpeg, libmp3lame, libvorbis, aac, videotoolbox', number(-1, 255), 'q qscale'),
  ...streamOptions('qsv, aac, libwebp', integer(0, 100_000), 'global_quality'),
  ...streamOptions('libx264, libx265, libsvtav1, libaom-av1, libvpx-vp9', number(-1, 70, 22), 'crf'),
  ...streamOptions('libx264, libx265, libsvtav1, nvenc', integer(-1, 255, 22), 'qp'),
  ...streamOptions(
    'libx264, libx265, libsvtav1, nvenc, qsv, libwebp',
    either(
      oneOf('medium ultrafast superfast veryfast faster fast slow slower veryslow placebo'),
      oneOf('p1 p2 p3 p4 p5 p6 p7 default none picture photo drawing icon text'),
      integer(-2, 13),
    ),
    'preset',
  ),
  ...streamOptions(
    'libx264, libx265, libaom-av1, libvpx-vp9, nvenc',
    someOf('film animation grain stillimage fastdecode zerolatency psnr ssim hq uhq ll ull lossless iq'),
    'tune',
  ),
  ...streamOptions('every encoder with profiles', word, 'profile'),
  ...streamOptions(
    video,
    matching('a level such as 4.1', '4.1', /^(?:-1|auto|\d{1,3}(?:\.\d)?b?)$/),
    'level',
  ),
  ...streamOptions(video, integer(-1, 100_000, 250), 'g keyint_min'),
  ...streamOptions(video, integer(-1, 16), 'bf refs'),
  ...streamOptions(video, integer(-1, 1_000_000_000), 'sc_threshold'),
  ...streamOptions(video, integer(-1, 1024), 'qmin qmax qdiff'),
  ...streamOptions(video, number(-100, 100), 'qcomp qblur i_qfactor b_qfactor i_qoffset b_qoffset'),
  ...streamOptions(video, integer(0, 1_000_000_000), 'rc_init_occupancy'),
  ...streamOptions(video, integer(0, 1000), 'slices me_range trellis mbd subq'),
  ...streamOptions('every encoder', integer(0, 64), 'threads'),
  ...streamOptions('every encoder', flags('slice frame'), 'thread_type'),
  ...streamOptions(
    'every encoder',
    flags('cgop global_header bitexact ildct ilme low_delay loop qscale mv4 qpel aic gray'),
    'flags',
  ),
  ...streamOptions('flac, libopus, libwebp, png', integer(-1, 100), 'compression_level'),
  ...streamOptions(
    'libx264, libaom-av1, libvpx-vp9',
    either(
      oneOf('none variance autovariance autovariance-biased complexity cyclic equator360'),
      integer(-1, 4),
    ),
    'aq-mode',
  ),
  ...streamOptions('libx264, nvenc', number(-1, 15), 'aq-strength'),
  ...streamOptions('libx264, nvenc', integer(-1, 250), 'rc-lookahead'),
  ...streamOptions('libx264, nvenc, videotoolbox', oneOf('cabac cavlc ac vlc auto default'), 'coder'),
  ...streamOptions('libx264, nvenc', toggle, 'aud bluray-compat intra-refresh'),
  ...streamOptions('libx264, libx265, nvenc', toggle, 'forced-idr udu_sei'),
  ...streamOptions('libx264, libx265, nvenc, qsv, videotoolbox', toggle, 'a53cc'),
  ...streamOptions('libx264, qsv', integer(-1, 2), 'b_strategy'),
  ...streamOptions('libvpx-vp9, libwebp', integer(-1, 1), 'lossless'),
  ...streamOptions('libvpx-vp9, libwebp', either(oneOf('good best realtime'), number(-1, 100)), 'quality'),
  ...streamOptions('libx265, libsvtav1, libaom-av1', toggle, 'dolbyvision'),
];

const x26x: readonly ExtraArgument[] = [
  ...streamOptions('libx264', x264Parameters, 'x264-params x264opts'),
  ...streamOptions('libx265', x265Parameters, 'x265-params'),
  ...streamOptions('libx264', toggle, 'fastfirstpass psy weightb mixed-refs 8x8dct fast-pskip mbtree'),
  ...streamOptions('libx264', number(-1, 100), 'crf_max cplxblur'),
  ...streamOptions('libx264', integer(-1, 2), 'wpredp'),
  ...streamOptions('libx264', either(oneOf('none simple smart'), integer(-1, 2)), 'weightp'),
  ...streamOptions('libx264', integer(-100, 100), 'b-bias chromaoffset'),
  ...streamOptions('libx264', either(oneOf('none strict normal'), integer(-1, 2)), 'b-pyramid'),
  ...streamOptions('libx264', numbers(2, ':,'), 'psy-rd deblock'),
  ...streamOptions('libx264', partitions, 'partitions'),
  ...streamOptions('libx264', either(oneOf('none spatial temporal auto'), integer(-1, 3)), 'direct-pred'),
  ...streamOptions('libx264', integer(-1, 10_000_000), 'slice-max-size'),
  ...streamOptions('libx264', either(oneOf('none vbr cbr'), integer(-1, 2)), 'nal-hrd'),
  ...streamOptions('libx264', oneOf('50 100 200 300 480 -1'), 'avcintra-class'),
  ...streamOptions('libx264', either(oneOf('dia hex umh esa tesa'), integer(-1, 4)), 'motion-est me_method'),
  ...streamOptions('libx264, mjpeg', integer(-1, 1_000_000), 'noise_reduction'),
  ...streamOptions('libx264', toggle, 'mb_info'),
];

const av1AndVp9: readonly ExtraArgument[] = [
  ...streamOptions('libsvtav1', svtav1Parameters, 'svtav1-params'),
  ...streamOptions('libsvtav1 of ffmpeg before 5.1', integer(-1, 120), 'la_depth'),
  ...streamOptions('libaom-av1', aomParameters, 'aom-params'),
  ...streamOptions('libaom-av1, libvpx-vp9', integer(-16, 16), 'cpu-used'),
  ...streamOptions('libvpx-vp9', integer(-16, 16), 'speed'),
  ...streamOptions('libvpx-vp9', either(oneOf('good best realtime'), integer(0, 1_000_000_000)), 'deadline'),
  ...streamOptions('libaom-av1, libvpx-vp9', toggle, 'row-mt frame-parallel'),
  ...streamOptions('libaom-av1, libvpx-vp9', integer(-1, 6), 'tile-columns tile-rows auto-alt-ref'),
  ...streamOptions('libaom-av1', matching('columns and rows, as 2x2', '2x2', /^\d{1,2}x\d{1,2}$/), 'tiles'),
  ...streamOptions('libaom-av1, libvpx-vp9', integer(-1, 250), 'lag-in-frames'),
  ...streamOptions('libvpx-vp9', integer(-1, 15), 'arnr-maxframes arnr-type'),
  ...streamOptions('libaom-av1', integer(-1, 15), 'arnr-max-frames'),
  ...streamOptions('libaom-av1, libvpx-vp9', integer(-1, 6), 'arnr-strength'),
  ...streamOptions('libaom-av1, libvpx-vp9', integer(0, 1_000_000), 'static-thresh'),
  ...streamOptions('libaom-av1, libvpx-vp9', integer(-1, 100), 'undershoot-pct'),
  ...streamOptions('libaom-av1, libvpx-vp9', integer(-1, 1000), 'overshoot-pct'),
  ...streamOptions('libaom-av1', integer(-1, 5000), 'minsection-pct maxsection-pct'),
  ...streamOptions('libvpx-vp9', integer(-1, 10_000), 'max-intra-rate corpus-complexity'),
  ...streamOptions('libvpx-vp9', integer(0, 4), 'noise-sensitivity'),
  ...streamOptions('libvpx-vp9', integer(-1, 7), 'sharpness'),
  ...streamOptions('libvpx-vp9', integer(-1, 250), 'min-gf-interval'),
  ...streamOptions('libvpx-vp9', either(oneOf('default screen film'), integer(-1, 2)), 'tune-content'),
  ...streamOptions('libvpx-vp9', toggle, 'enable-tpl'),
  ...streamOptions('libvpx-vp9', flags('default partitions'), 'error-resilient'),
  ...streamOptions('libaom-av1', flags('default'), 'error-resilience'),
  ...streamOptions('libaom-av1', integer(-1, 1000), 'denoise-noise-level denoise-block-size'),
  ...streamOptions('libaom-av1', oneOf('good realtime allintra'), 'usage'),
  ...streamOptions(
    'libaom-av1',
    toggle,
    `enable-cdef enable-global-motion enable-intrabc enable-restoration still-picture enable-rect-partitions
    enable-1to4-partitions enable-ab-partitions enable-angle-delta enable-cfl-intra enable-filter-intra
    enable-intra-edge-filter enable-smooth-intra enable-paeth-intra enable-palette enable-flip-idtx enable-tx64
    reduced-tx-type-set use-intra-dct-only use-inter-dct-only use-intra-default-tx-only enable-ref-frame-mvs
    enable-reduced-reference-set enable-obmc enable-dual-filter enable-diff-wtd-comp enable-dist-wtd-comp
    enable-onesided-comp enable-interinter-wedge enable-interintra-wedge enable-masked-comp
    enable-interintra-comp enable-smooth-interintra`,
  ),
];

const intermediatesAndStills: readonly ExtraArgument[] = [
  ...streamOptions('prores_ks', fourcc, 'vendor'),
  ...streamOptions('prores_ks', integer(0, 8192), 'bits_per_mb'),
  ...streamOptions('prores_ks', oneOf('8 4 2 1'), 'mbs_per_slice'),
  ...streamOptions('prores_ks', oneOf('auto proxy lt standard hq default'), 'quant_mat'),
  ...streamOptions('prores_ks', oneOf('16 8 0'), 'alpha_bits'),
  ...streamOptions('prores_ks, ffv1', integer(0, 64), 'bits_per_raw_sample'),
  ...streamOptions('dnxhd', toggle, 'nitris_compat'),
  ...streamOptions('dnxhd', integer(-1000, 1000), 'ibias'),
  ...streamOptions('ffv1', toggle, 'slicecrc'),
  ...streamOptions('ffv1', integer(0, 1), 'context'),
  ...streamOptions('gif', flags('offsetting transdiff'), 'gifflags'),
  ...streamOptions('gif', toggle, 'global_palette'),
  ...streamOptions('mjpeg', oneOf('optimal default'), 'huffman'),
  ...streamOptions('png', oneOf('none sub up avg paeth mixed'), 'pred'),
  ...streamOptions('png', integer(0, 65_536), 'dpi'),
];

export const videoExtraArguments: readonly ExtraArgument[] = [
  ...picture,
  ...common,
  ...x26x,
  ...av1AndVp9,
  ...intermediatesAndStills,
];
