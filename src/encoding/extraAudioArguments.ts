import { streamOptions } from './extraArgumentRow.ts';
import type { ExtraArgument } from './extraArgumentRow.ts';
import { either, integer, number, oneOf, toggle } from './extraArgumentValues.ts';

/** Options of sound and its encoders. */

const audio = 'every audio encoder';

export const audioExtraArguments: readonly ExtraArgument[] = [
  ...streamOptions(audio, oneOf('s16 s32 flt dbl u8 s16p s32p fltp dblp u8p'), 'sample_fmt'),
  ...streamOptions(audio, integer(0, 96_000), 'cutoff'),
  ...streamOptions('flac', integer(0, 65_535), 'frame_size'),
  ...streamOptions(audio, oneOf('ma ef vi hi di co em vo ka'), 'audio_service_type'),

  ...streamOptions('aac', oneOf('twoloop fast anmr'), 'aac_coder'),
  ...streamOptions('aac', toggle, 'aac_ms aac_is aac_pns aac_tns aac_ltp aac_pred aac_pce'),
  ...streamOptions('libopus', oneOf('audio voip lowdelay'), 'application'),
  ...streamOptions('libopus', oneOf('20 2.5 5 10 40 60 80 100 120'), 'frame_duration'),
  ...streamOptions('libopus', integer(0, 100), 'packet_loss'),
  ...streamOptions('libopus', toggle, 'fec apply_phase_inv dtx'),
  ...streamOptions('libopus', either(oneOf('on off constrained'), integer(0, 5)), 'vbr'),
  ...streamOptions('libopus', integer(-1, 255), 'mapping_family'),
  ...streamOptions('libmp3lame', toggle, 'reservoir joint_stereo abr copyright original'),
  ...streamOptions('libvorbis', number(-15, 0), 'iblock'),
  ...streamOptions('ac3, eac3', integer(-31, -1), 'dialnorm'),
  ...streamOptions('ac3, eac3', oneOf('notindicated on off'), 'dsur_mode'),

  ...streamOptions('flac', integer(0, 15), 'lpc_coeff_precision'),
  ...streamOptions('flac', oneOf('none fixed levinson cholesky'), 'lpc_type'),
  ...streamOptions('flac', integer(1, 16), 'lpc_passes'),
  ...streamOptions('flac', integer(-1, 8), 'min_partition_order max_partition_order'),
  ...streamOptions('flac, alac', integer(-1, 32), 'min_prediction_order max_prediction_order'),
  ...streamOptions('flac', oneOf('estimation 2level 4level 8level search log'), 'prediction_order_method'),
  ...streamOptions('flac', oneOf('auto indep left_side right_side mid_side'), 'ch_mode'),
  ...streamOptions('flac', toggle, 'exact_rice_parameters multi_dim_quant'),
];
