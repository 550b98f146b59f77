import { audioExtraArguments } from './extraAudioArguments.ts';
import { hardwareExtraArguments } from './extraHardwareArguments.ts';
import { outputOptions, streamOptions } from './extraArgumentRow.ts';
import type { ExtraArgument } from './extraArgumentRow.ts';
import {
  either,
  flags,
  fourcc,
  integer,
  matching,
  number,
  oneOf,
  tag,
  toggle,
} from './extraArgumentValues.ts';
import { videoExtraArguments } from './extraVideoArguments.ts';

const every = 'every output';
const mov = 'mp4, mov, m4a';
const matroska = 'mkv, webm';

const dispositions = `default dub original comment lyrics karaoke forced hearing_impaired
   visual_impaired clean_effects captions descriptions still_image`;

/** Options of ffmpeg itself and of every container. */
const general: readonly ExtraArgument[] = [
  { name: 'metadata', value: tag, specifier: 'metadata', for: every },
  ...streamOptions(every, either(flags(dispositions), oneOf('0')), 'disposition'),
  ...streamOptions(every, fourcc, 'tag'),
  ...streamOptions(every, integer(1, 65_536), 'max_muxing_queue_size'),
  ...streamOptions(
    every,
    either(oneOf('experimental unofficial normal strict very'), integer(-2, 2)),
    'strict',
  ),
  ...outputOptions(every, undefined, 'bitexact'),
  ...outputOptions(every, flags('bitexact flush_packets autobsf'), 'fflags'),
  ...outputOptions(every, number(0, 60), 'muxdelay muxpreload'),
  ...outputOptions(every, integer(-1, 10_000_000), 'max_delay max_interleave_delta'),
  ...outputOptions(every, integer(-1, 1), 'flush_packets'),
  ...outputOptions(every, integer(-1, 1_000_000), 'metadata_header_padding'),
  ...outputOptions(
    every,
    matching('a time as hh:mm:ss:ff', '01:00:00:00', /^\d\d:\d\d:\d\d[:;.]\d\d$/),
    'timecode',
  ),
  ...outputOptions(
    every,
    flags(
      `bilinear fast_bilinear bicubic neighbor area bicublin gauss sinc lanczos spline
      accurate_rnd full_chroma_int full_chroma_inp bitexact error_diffusion`,
    ),
    'sws_flags',
  ),
];

const containers: readonly ExtraArgument[] = [
  ...outputOptions(
    mov,
    flags(
      `faststart frag_keyframe empty_moov default_base_moof separate_moof frag_every_frame delay_moov
      disable_chpl dash cmaf global_sidx skip_sidx skip_trailer omit_tfhd_offset negative_cts_offsets
      use_metadata_tags write_colr prefer_icc write_gama hybrid_fragmented`,
    ),
    'movflags',
  ),
  ...outputOptions(mov, toggle, 'use_editlist write_btrt write_tmcd empty_hdlr_name skip_iods'),
  ...outputOptions(
    mov,
    integer(0, 2_000_000_000),
    'frag_duration min_frag_duration frag_size frag_interleave',
  ),
  ...outputOptions(mov, integer(0, 100_000_000), 'moov_size'),
  ...outputOptions(`${mov}, avif`, integer(0, 10_000_000), 'video_track_timescale movie_timescale'),
  ...outputOptions(mov, number(0, 10), 'mov_gamma'),
  ...outputOptions(mov, fourcc, 'brand'),
  ...outputOptions(matroska, integer(0, 10_000_000), 'reserve_index_space'),
  ...outputOptions(matroska, integer(-1, 100_000_000), 'cluster_size_limit cluster_time_limit'),
  ...outputOptions(matroska, toggle, 'cues_to_front write_crc32'),
  ...outputOptions(matroska, oneOf('infer infer_no_subs passthrough'), 'default_mode'),
  ...outputOptions('mp3', oneOf('3 4 0'), 'id3v2_version'),
  ...outputOptions('mp3', toggle, 'write_id3v1 write_xing'),
  ...outputOptions('opus, ogg', integer(0, 65_025), 'oggpagesize'),
  ...outputOptions('opus, ogg', integer(0, 60_000_000), 'page_duration'),
  ...outputOptions('opus, ogg', integer(0, 2_147_483_647), 'serial_offset'),
  ...outputOptions('wav', oneOf('auto always never'), 'rf64'),
  ...outputOptions('wav', toggle, 'write_bext'),
  ...outputOptions(
    'ts',
    integer(1, 65_535),
    'mpegts_transport_stream_id mpegts_original_network_id mpegts_service_id',
  ),
  ...outputOptions(
    'ts',
    oneOf('digital_tv digital_radio mpeg2_digital_hdtv advanced_codec_digital_hdtv hevc_digital_hdtv'),
    'mpegts_service_type',
  ),
  ...outputOptions('ts', integer(32, 8186), 'mpegts_pmt_start_pid mpegts_start_pid'),
  ...outputOptions('ts', toggle, 'mpegts_m2ts_mode omit_video_pes_length'),
  ...outputOptions(
    'ts',
    flags('resend_headers latm pat_pmt_at_frames system_b initial_discontinuity nit'),
    'mpegts_flags',
  ),
  ...outputOptions('ts', integer(0, 2_000_000_000), 'muxrate pes_payload_size'),
  ...outputOptions('ts', integer(-1, 10_000), 'pcr_period'),
  ...outputOptions('ts', number(0.01, 60), 'pat_period sdt_period'),
  ...outputOptions('gif, webp, avif', integer(-1, 65_535), 'loop'),
  ...outputOptions('gif', integer(-1, 65_535), 'final_delay'),
];

export const extraArgumentRows: readonly ExtraArgument[] = [
  ...general,
  ...containers,
  ...videoExtraArguments,
  ...hardwareExtraArguments,
  ...audioExtraArguments,
];

/** By name. What is not here is refused. */
export const extraArgumentTable: ReadonlyMap<string, ExtraArgument> = new Map(
  extraArgumentRows.map((row) => [row.name, row]),
);

const pictureNames: ReadonlySet<string> = new Set([
  ...[...videoExtraArguments, ...hardwareExtraArguments].map((row) => row.name),
  ...['strict', 'sws_flags'],
]);

/** Whether a run that encodes the picture alone has a use for it. */
export function isOfPicture(name: string): boolean {
  return pictureNames.has(name);
}
