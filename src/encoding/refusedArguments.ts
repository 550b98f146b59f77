import { quoted, wordsOf } from './extraArgumentValues.ts';
import type { Fault } from './extraArgumentValues.ts';

/**
 * Options of ffmpeg that a person may well know, and why they may not stand among extra arguments. This list
 * only explains: what is allowed is said by extraArgumentTable.ts alone.
 */
interface Reason {
  /** Goes on after “it …”. */
  readonly does: string;
  readonly hint: string;
  readonly options: string;
  /** Beginnings of names that all belong here. */
  readonly families?: readonly string[];
}

const leaveOut = 'Leave it out: an encode reads its sources and writes its result, and nothing else.';

const reasons: readonly Reason[] = [
  {
    does: 'reads a file',
    hint: leaveOut,
    options: `attach filter_script filter_complex_script fpre vpre apre spre pre stats_enc_file cookies cert_file
      key_file ca_file cafile license_file rc_override_file print_graphs_file`,
    // `-/option FILE`: ffmpeg takes the value from the file.
    families: ['/'],
  },
  {
    does: 'writes a file beside the result',
    hint: leaveOut,
    options: `dump_attachment report vstats vstats_file sdp_file passlogfile stats vstats_version dump_extra
      update strftime strftime_mkdir frame_pts atomic_writing start_number single_file single_file_name
      init_seg_name media_seg_name master_pl_name var_stream_map cc_stream_map tee_options use_fifo fifo_options
      format_options print_graphs hls_key_info_file`,
    families: ['stats_enc_', 'stats_mux_', 'hls_', 'segment_', 'dash_', 'print_graphs'],
  },
  {
    does: 'opens connections or says how',
    hint: leaveOut,
    options: `method headers user_agent http_proxy httpproxy http_opts protocol_opts listen timeout rw_timeout
      utc_timing_url referer content_type multiple_requests reconnect icy rtpflags rtsp_transport rtmp_live
      sdp_flags ignore_io_errors http_persistent tls_verify seg_duration lhls ldash streaming remove_at_exit`,
    families: ['http_', 'rtmp_', 'rtsp_', 'rtp_', 'srt_', 'ice_', 'whip_', 'tls_'],
  },
  {
    does: 'opens up what ffmpeg may read',
    hint: 'Leave it out: DFFmpeg limits formats and protocols to what the sources need.',
    options: 'protocol_whitelist protocol_blacklist format_whitelist codec_whitelist safe allowed_extensions',
  },
  {
    does: 'chooses sources, streams or chapters',
    hint: 'Leave it out and use the preset’s own fields, such as “audio”, “subtitles” and “chapters”.',
    options: `i map map_metadata map_chapters map_channel an vn sn dn program stream_group streamid discard
      copy_unknown ignore_unknown recast_media`,
    families: ['map_'],
  },
  {
    does: 'chooses an encoder or a container',
    hint: 'Leave it out and use the preset’s “container” and “encoders”.',
    options: `f c codec vcodec acodec scodec dcodec target format bsf vbsf absf dec encoder muxer use_wallclock`,
  },
  {
    does: 'changes the picture or the sound on the way to the encoder',
    hint: 'Leave it out and use the preset’s own fields, such as “maxHeight”, “maxChannels” or “loudness”.',
    options: `ac ar aspect vf af filter filter_complex lavfi s r fpsmax pix_fmt vol channel_layout ch_layout apad reinit_filter
      autoscale autorotate filter_threads filter_complex_threads auto_conversion_filters guess_layout_max
      display_rotation display_hflip display_vflip canvas_size fix_sub_duration fix_sub_duration_heartbeat force_fps
      intra_matrix inter_matrix chroma_intra_matrix`,
    families: ['filter'],
  },
  {
    does: 'changes times or the length, by which DFFmpeg judges the result',
    hint: 'Leave it out and use the preset’s “trim”, “frameRate” or “frameTiming”.',
    options: `shortest ss to t sseof fs frames vframes aframes dframes itsoffset itsscale copyts start_at_zero copytb
      enc_time_base time_base vsync fps_mode async output_ts_offset avoid_negative_ts seek_timestamp accurate_seek
      frame_drop_threshold dts_delta_threshold dts_error_threshold copyinkf copypriorss timestamp isync
      mpegts_copyts start_time_realtime shortest_buf_duration adrift_threshold use_wallclock_as_timestamps`,
  },
  {
    does: 'runs passes, which DFFmpeg does itself',
    hint: 'Leave it out and use the preset’s “passes”.',
    options: 'pass pass1 pass2',
  },
  {
    does: 'changes what ffmpeg says and asks, by which DFFmpeg follows it',
    hint: 'Leave it out; the job’s log has what ffmpeg said.',
    options: `loglevel v progress stats_period nostats hide_banner stdin nostdin y n benchmark benchmark_all debug
      debug_ts dump hex psnr ssim qphist fdebug h help version L buildconf formats codecs encoders dump_separator`,
  },
  {
    does: 'decides when ffmpeg gives up, by which DFFmpeg judges the result',
    hint: 'Leave it out.',
    options: 'timelimit max_alloc max_error_rate xerror abort_on err_detect cpuflags cpucount',
  },
  {
    does: 'chooses a device or loads code, which is the worker’s business',
    hint: 'Leave it out: the worker chooses the device that it has tried.',
    options: `init_hw_device filter_hw_device hwaccel hwaccel_device hwaccel_output_format vaapi_device qsv_device
      gpu load_plugin load_plugins device opencl_options extra_hw_frames`,
  },
  {
    does: 'is for sources, and extra arguments are for the result',
    hint: 'Leave it out.',
    options: `re readrate readrate_initial_burst readrate_catchup stream_loop thread_queue_size find_stream_info
      probesize analyzeduration fpsprobesize skip_frame seek2any`,
  },
  {
    does: 'carries a key, and a job’s arguments are kept and shown',
    hint: 'Leave it out: encrypt the result after the encode.',
    options: 'encryption_scheme encryption_key encryption_kid decryption_key cryptokey cenc_decryption_key',
  },
];

/** Why an option is not taken, if it is one of those that are known. `name` is without dash and specifier. */
export function whyRefused(name: string): Fault | undefined {
  const reason =
    reasons.find(({ options }) => wordsOf(options).includes(name)) ??
    reasons.find(({ families }) => families?.some((beginning) => name.startsWith(beginning)));
  if (reason === undefined) return undefined;
  return {
    message: `${quoted(`-${name}`)} may not be an extra argument: it ${reason.does}.`,
    hint: reason.hint,
  };
}
