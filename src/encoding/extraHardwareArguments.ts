import { streamOptions } from './extraArgumentRow.ts';
import type { ExtraArgument } from './extraArgumentRow.ts';
import { either, integer, number, oneOf, toggle } from './extraArgumentValues.ts';

/** Options of hardware encoders. None chooses a device: that is the worker's. */

const nvenc: readonly ExtraArgument[] = [
  ...streamOptions('nvenc', oneOf('vbr constqp cbr vbr_hq cbr_hq cbr_ld_hq'), 'rc'),
  ...streamOptions('nvenc', number(0, 63), 'cq'),
  ...streamOptions('nvenc', oneOf('disabled qres fullres'), 'multipass'),
  ...streamOptions('nvenc', either(oneOf('disabled each middle'), integer(-1, 2)), 'b_ref_mode'),
  ...streamOptions('nvenc', either(oneOf('main high'), integer(0, 1)), 'tier'),
  ...streamOptions('nvenc', integer(0, 64), 'surfaces dpb_size'),
  ...streamOptions('nvenc', integer(0, 1000), 'delay'),
  ...streamOptions('nvenc', integer(-1, 255), 'init_qpP init_qpB init_qpI'),
  ...streamOptions('nvenc', integer(-12, 12), 'qp_cb_offset qp_cr_offset'),
  ...streamOptions('nvenc', integer(0, 1), 'weighted_pred'),
  ...streamOptions('nvenc', integer(0, 255), 'ldkfs'),
  ...streamOptions('nvenc', integer(-1, 4), 'tf_level'),
  ...streamOptions('nvenc', either(oneOf('auto'), integer(-1, 3)), 'lookahead_level'),
  ...streamOptions('nvenc', either(oneOf('auto disabled forced'), integer(0, 15)), 'split_encode_mode'),
  ...streamOptions(
    'nvenc',
    toggle,
    `2pass cbr no-scenecut b_adapt spatial-aq temporal-aq temporal_aq zerolatency nonref_p strict_gop
    extra_sei single-slice-intra-refresh constrained-encoding s12m_tc highbitdepth unidir_b cbr_padding`,
  ),
];

const qsv: readonly ExtraArgument[] = [
  ...streamOptions('qsv', integer(1, 64), 'async_depth'),
  ...streamOptions('qsv', integer(1, 65_535), 'avbr_accuracy avbr_convergence'),
  ...streamOptions(
    'qsv',
    integer(-1, 1),
    `rdo bitrate_limit mbbrc extbrc adaptive_i adaptive_b single_sei_nal_unit recovery_point_sei transform_skip
    repeat_pps`,
  ),
  ...streamOptions('qsv', integer(0, 2), 'p_strategy dblk_idc'),
  ...streamOptions('qsv', toggle, 'forced_idr low_power low_delay_brc cavlc pic_timing_sei look_ahead gpb'),
  ...streamOptions(
    'qsv',
    integer(-1, 100_000_000),
    'max_frame_size max_frame_size_i max_frame_size_p max_slice_size',
  ),
  ...streamOptions('qsv', integer(-1, 255), 'max_qp_i min_qp_i max_qp_p min_qp_p max_qp_b min_qp_b'),
  ...streamOptions('qsv', integer(-1, 65_535), 'idr_interval max_dec_frame_buffering tile_cols'),
  ...streamOptions('qsv', integer(0, 250), 'look_ahead_depth'),
  ...streamOptions('qsv', oneOf('auto off 2x 4x unknown'), 'look_ahead_downsampling'),
  ...streamOptions('qsv', either(oneOf('none vertical horizontal'), integer(-1, 2)), 'int_ref_type'),
  ...streamOptions('qsv', integer(-1, 32_767), 'int_ref_cycle_size int_ref_cycle_dist'),
  ...streamOptions('qsv', integer(-51, 51), 'int_ref_qp_delta'),
  ...streamOptions('qsv', integer(0, 65_535), 'tile_rows'),
  ...streamOptions(
    'qsv',
    oneOf(`unknown displayremoting videoconference archive livestreaming cameracapture videosurveillance
      gamestreaming remotegaming`),
    'scenario',
  ),
];

const videotoolbox: readonly ExtraArgument[] = [
  ...streamOptions('nvenc, videotoolbox', toggle, 'spatial_aq'),
  ...streamOptions(
    'videotoolbox',
    toggle,
    'allow_sw require_sw realtime frames_before frames_after constant_bit_rate',
  ),
  ...streamOptions('videotoolbox', integer(-1, 1), 'prio_speed power_efficient'),
  ...streamOptions('videotoolbox', integer(0, 16), 'max_ref_frames'),
  ...streamOptions('videotoolbox', integer(-1, 10_000_000), 'max_slice_bytes'),
  ...streamOptions('videotoolbox', number(0, 1), 'alpha_quality'),
];

export const hardwareExtraArguments: readonly ExtraArgument[] = [...nvenc, ...qsv, ...videotoolbox];
