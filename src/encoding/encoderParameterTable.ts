import {
  either,
  integer,
  matching,
  number,
  numbers,
  oneOf,
  partitions,
  wordsOf,
} from './extraArgumentValues.ts';
import type { ValueKind } from './extraArgumentValues.ts';

/** Why a parameter is not taken. */
export type ParameterRefusal = 'files' | 'passes' | 'stream' | 'log' | 'machine';

/**
 * What an encoder library takes through one option of ffmpeg, `-x265-params a=b:c=d`: the libraries read and write
 * files of their own by some of these names, so each name is listed here with the form of its value.
 */
export interface ParameterList {
  readonly library: string;
  readonly keys: ReadonlyMap<string, ValueKind>;
  /** Names a person may well know, and why they are not taken. */
  readonly refused: ReadonlyMap<string, ParameterRefusal>;
  /** x264 and x265 read `_` as `-`, and `no-sao=1` as `sao=0`. */
  readonly lenient: boolean;
}

function all<T>(value: T, names: string): [string, T][] {
  return wordsOf(names).map((name) => [name, value]);
}

export const yesNo = oneOf('1 0 true false');
const whole = integer(-2_147_483_648, 2_147_483_647);
const real = number(-1_000_000, 1_000_000);
/** The names of the standards: `bt709`, `smpte2084`, `bt2020-ncl`, or their numbers. */
const colour = matching('the name of a standard', 'bt709', /^[a-z0-9]+(?:[-_.][a-z0-9]+){0,3}$/);
const keyint = either(whole, oneOf('infinite'));
const level = matching('a level such as 4.1', '4.1', /^(?:\d(?:\.\d)?|\d\d|1b)$/);
const lightLevel = matching('two numbers, as 1000,400', '1000,400', /^\d{1,5},\d{1,5}$/);

/** Each zone sets its quality alone: x264 would take any parameter there, `stats` too. */
const zone = String.raw`\d{1,9},\d{1,9},(?:q|b|crf)=\d{1,3}(?:\.\d{1,3})?`;
const zones = matching(
  'zones as first,last,q=20, divided by “/”',
  '0,100,q=20',
  new RegExp(`^${zone}(?:/${zone}){0,63}$`),
);

const pair = String.raw`\([\d.]{1,9},[\d.]{1,9}\)`;
const masteringDisplay = matching(
  'G(x,y)B(x,y)R(x,y)WP(x,y)L(max,min)',
  'G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)',
  new RegExp(`^G${pair}B${pair}R${pair}WP${pair}L${pair}$`),
);

export const x264: ParameterList = {
  library: 'x264',
  lenient: true,
  keys: new Map<string, ValueKind>([
    ...all(
      yesNo,
      `sliced-threads deterministic cpu-independent bluray-compat intra-refresh open-gop cabac tff bff interlaced
      constrained-intra 8x8dct weightb weight-b psy chroma-me mixed-refs fast-pskip dct-decimate mbtree psnr ssim
      aud force-cfr filler pic-struct fake-interlaced stitchable repeat-headers`,
    ),
    ...all(
      whole,
      `threads lookahead-threads sync-lookahead avcintra-class ref frameref dpb-size min-keyint keyint-min scenecut
      bframes b-adapt b-bias slice-max-size slice-max-mbs slice-min-mbs slices slices-max cabac-idc weightp
      chroma-qp-offset merange me-range mvrange mv-range mvrange-thread mv-range-thread subme subq trellis
      deadzone-inter deadzone-intra nr bitrate qp rc-lookahead qpmin qp-min qpmax qp-max qpstep qp-step
      vbv-maxrate vbv-bufsize aq-mode sps-id frame-packing chromaloc`,
    ),
    ...all(
      real,
      `crf crf-max ratetol vbv-init ipratio ip-factor pbratio pb-factor aq-strength qcomp qblur cplxblur cplx-blur`,
    ),
    ...all(numbers(2, ',|'), 'psy-rd deblock filter'),
    ...all(partitions, 'analyse partitions'),
    ...all(oneOf('none strict normal 0 1 2'), 'b-pyramid'),
    ...all(oneOf('none spatial temporal auto'), 'direct direct-pred'),
    ...all(oneOf('dia hex umh esa tesa'), 'me'),
    // Any other word is the name of a file with matrices.
    ...all(oneOf('flat jvt'), 'cqm'),
    ...all(oneOf('none vbr cbr'), 'nal-hrd'),
    ...all(oneOf('on off auto'), 'fullrange'),
    ...all(oneOf('undef show crop'), 'overscan'),
    ...all(oneOf('undef component pal ntsc secam mac'), 'videoformat'),
    ...all(colour, 'colorprim transfer colormatrix alternative-transfer'),
    ...all(level, 'level level-idc'),
    ...all(keyint, 'keyint'),
    ...all(zones, 'zones'),
    ...all(masteringDisplay, 'mastering-display'),
    ...all(lightLevel, 'cll'),
  ]),
  refused: new Map([
    // With opencl, x264 keeps what it has compiled in a file of the current folder.
    ...all('files' as const, 'stats cqmfile dump-yuv opencl opencl-clbin qpfile tcfile-in tcfile-out output'),
    ...all('passes' as const, 'pass'),
    ...all('stream' as const, 'fps sar crop-rect annexb global-header'),
    ...all('log' as const, 'log log-level log-file'),
    ...all('machine' as const, 'asm opencl-device'),
  ]),
};

export const x265: ParameterList = {
  library: 'x265',
  lenient: true,
  keys: new Map<string, ValueKind>([
    ...all(
      yesNo,
      `pmode pme wpp high-tier allow-non-conformance repeat-headers rect amp temporal-mvp early-skip tskip tskip-fast
      strong-intra-smoothing lossless cu-lossless constrained-intra cip fast-intra open-gop intra-refresh
      temporal-layers limit-modes weightp weightb rd-refine signhide b-intra sao sao-non-deblock ssim psnr aud info
      b-pyramid hrd rc-grain cutree strict-cbr uhd-bd vui-timing-info vui-hrd-info opt-qp-pps
      opt-ref-list-length-pps hist-scenecut opt-cu-delta-qp aq-motion ssim-rd hdr hdr10 hdr-opt hdr10-opt limit-sao
      dhdr10-opt idr-recovery-sei const-vbv splitrd-skip lowpass-dct single-sei hrd-concat hevc-aq fades field cll
      hme analyze-src-pics mcstf sbrc`,
    ),
    ...all(
      whole,
      `frame-threads lookahead-threads ctu min-cu-size tu-intra-depth tu-inter-depth max-tu-size subme merange
      max-merge rskip rskip-edge-threshold rdpenalty lookahead-slices scenecut min-keyint rc-lookahead bframes
      bframe-bias b-adapt ref limit-refs cbqpoffs crqpoffs rd rdoq rdoq-level hash qpstep aq-mode vbv-maxrate
      vbv-bufsize qpmin qpmax qp bitrate nr-intra nr-inter qg-size min-luma max-luma log2-max-poc-lsb slices
      limit-tu gop-lookahead radl atc-sei pic-struct selective-sao chromaloc scenecut-aware-qp dynamic-refine`,
    ),
    ...all(
      real,
      `crf crf-max crf-min ipratio ip-factor pbratio pb-factor qcomp cplxblur qblur aq-strength
      vbv-init vbv-end vbv-end-fr-adj psy-rd psy-rdoq scenecut-bias hist-threshold dynamic-rd max-ausize-factor
      qp-adaptation-range min-vbv-fullness max-vbv-fullness`,
    ),
    ...all(numbers(2, ','), 'deblock'),
    ...all(oneOf('dia hex umh star sea full 0 1 2 3 4 5'), 'me'),
    // Any other word is the name of a file with lists.
    ...all(oneOf('off default'), 'scaling-list'),
    ...all(oneOf('show crop'), 'overscan'),
    ...all(oneOf('component pal ntsc secam mac undef'), 'videoformat'),
    ...all(oneOf('limited full'), 'range'),
    ...all(colour, 'colorprim transfer colormatrix'),
    ...all(
      matching('numbers of threads', '2', /^(?:none|[\d+*-]{1,4}(?:,[\d+*-]{1,4}){0,15})$/),
      'pools numa-pools',
    ),
    ...all(level, 'level level-idc'),
    ...all(keyint, 'keyint'),
    ...all(zones, 'zones'),
    ...all(masteringDisplay, 'master-display'),
    ...all(lightLevel, 'max-cll'),
  ]),
  refused: new Map([
    ...all(
      'files' as const,
      `stats csv csv-log-level cu-stats recon qpfile lambda-file zonefile scaling-list-file dhdr10-info nalu-file
      analysis-save analysis-load analysis-reuse-file analysis-reuse-mode analysis-reuse-level
      analysis-save-reuse-level analysis-load-reuse-level multi-pass-opt-analysis multi-pass-opt-distortion
      multi-pass-opt-rps refine-intra refine-inter refine-mv refine-analysis-type refine-ctu-distortion scale-factor
      ctu-info dolby-vision-rpu dolby-vision-profile film-grain aom-film-grain multiview-config abr-ladder input
      output`,
    ),
    ...all('passes' as const, 'pass slow-firstpass vbv-live-multi-pass'),
    ...all(
      'stream' as const,
      `fps sar input-res input-csp input-depth output-depth interlace total-frames frames seek display-window
      crop-rect chunk-start chunk-end annexb frame-dup dup-threshold dither`,
    ),
    ...all('log' as const, 'log log-level'),
    ...all('machine' as const, 'asm svt copy-pic force-flush'),
  ]),
};

export const svtav1: ParameterList = {
  library: 'SVT-AV1',
  lenient: false,
  keys: new Map<string, ValueKind>([
    ...all(
      whole,
      `preset qp film-grain film-grain-denoise hierarchical-levels tier level lp lookahead scd max-qp min-qp bias-pct
      minsection-pct maxsection-pct undershoot-pct overshoot-pct mbr-overshoot-pct recode-loop scm aq-mode profile
      pred-struct enable-tpl-la tune enable-hdr enable-dlf qm-min qm-max chroma-qm-min chroma-qm-max
      use-fixed-qindex-offsets startup-mg-size variance-boost-strength variance-octile variance-boost-curve
      fast-decode enable-tf buf-initial-sz buf-optimal-sz buf-sz enable-cdef enable-restoration enable-mfmv
      key-frame-chroma-qindex-offset key-frame-qindex-offset luma-y-dc-qindex-offset chroma-u-dc-qindex-offset
      chroma-u-ac-qindex-offset chroma-v-dc-qindex-offset chroma-v-ac-qindex-offset tile-rows tile-columns sharpness
      luminance-qp-bias irefresh-type rc tf-strength`,
    ),
    ...all(
      yesNo,
      'enable-overlays enable-qm enable-variance-boost adaptive-film-grain gop-constraint-rc rmv',
    ),
    ...all(real, 'crf qp-scale-compress-strength ac-bias'),
    ...all(matching('frames, or seconds as 5s', '5s', /^-?\d{1,5}s?$/), 'keyint'),
    ...all(matching('a rate such as 2500k or 4m', '2500k', /^\d{1,9}(?:\.\d{1,3})?[kKmM]?$/), 'tbr mbr'),
    ...all(oneOf('unknown vertical left colocated topleft 0 1 2'), 'chroma-sample-position'),
    ...all(oneOf('studio full 0 1'), 'color-range'),
    ...all(colour, 'color-primaries transfer-characteristics matrix-coefficients'),
    ...all(masteringDisplay, 'mastering-display'),
    ...all(lightLevel, 'content-light'),
  ]),
  refused: new Map([
    ...all(
      'files' as const,
      'stats fgs-table recon stat-file qpfile use-q-file input output config errlog roi-map-file',
    ),
    ...all('passes' as const, 'pass passes'),
    ...all(
      'stream' as const,
      `w h width height fps fps-num fps-denom input-depth color-format frames n skip forced-max-frame-width
      forced-max-frame-height resize-mode superres-mode enable-force-key-frames`,
    ),
    ...all('log' as const, 'enable-stat-report progress'),
    ...all('machine' as const, 'asm ss pin unpin'),
  ]),
};

export const aom: ParameterList = {
  library: 'libaom',
  lenient: false,
  keys: new Map<string, ValueKind>([
    ...all(
      yesNo,
      `row-mt auto-tiles lossless enable-rect-partitions enable-ab-partitions enable-1to4-partitions
      enable-dual-filter enable-chroma-deltaq enable-intra-edge-filter enable-order-hint enable-tx64
      enable-flip-idtx enable-rect-tx enable-dist-wtd-comp enable-masked-comp enable-onesided-comp
      enable-interintra-comp enable-smooth-interintra enable-diff-wtd-comp enable-interinter-wedge
      enable-interintra-wedge enable-global-motion enable-warped-motion enable-filter-intra enable-smooth-intra
      enable-paeth-intra enable-cfl-intra enable-directional-intra enable-diagonal-intra enable-obmc enable-overlay
      enable-palette enable-intrabc enable-angle-delta enable-qm reduced-tx-type-set use-intra-dct-only
      use-inter-dct-only use-intra-default-tx-only enable-dnl-denoising enable-ref-frame-mvs frame-parallel
      delta-lf-mode reduced-reference-set enable-restoration enable-tpl-model`,
    ),
    ...all(
      whole,
      `cpu-used auto-alt-ref noise-sensitivity sharpness static-thresh tile-columns tile-rows arnr-maxframes
      arnr-strength cq-level max-intra-rate max-inter-rate gf-cbr-boost enable-cdef qm-min qm-max aq-mode deltaq-mode
      deltaq-strength frame-boost min-partition-size max-partition-size quant-b-adapt coeff-cost-upd-freq
      mode-cost-upd-freq mv-cost-upd-freq dv-cost-upd-freq num-tile-groups denoise-noise-level denoise-block-size
      min-gf-interval max-gf-interval gf-min-pyr-height gf-max-pyr-height max-reference-frames target-seq-level-idx
      cdf-update-mode set-tier-mask enable-keyframe-filtering film-grain-test disable-trellis-quant error-resilient
      loopfilter-control fwd-kf-dist tile-width tile-height mtu-size`,
    ),
    // “vmaf…” reads a model from a file.
    ...all(oneOf('psnr ssim butteraugli iq ssimulacra2'), 'tune'),
    ...all(oneOf('default screen film'), 'tune-content'),
    ...all(oneOf('dynamic 64 128'), 'sb-size'),
    ...all(oneOf('psnr qm-psnr'), 'dist-metric'),
    ...all(oneOf('unknown vertical colocated'), 'chroma-sample-position'),
    ...all(colour, 'color-primaries transfer-characteristics matrix-coefficients'),
  ]),
  refused: new Map([
    ...all(
      'files' as const,
      `film-grain-table vmaf-model-path partition-info-path rate-distribution-info second-pass-log
      enable-rate-guide-deltaq two-pass-input two-pass-output fpf`,
    ),
    ...all('passes' as const, 'pass passes'),
    ...all('stream' as const, 'width height input-chroma-subsampling-x input-chroma-subsampling-y'),
  ]),
};
