import { allDemuxerNames, fileUrl, inputWhitelists } from './demuxers.ts';

/**
 * ffprobe's arguments for a folder to stream from that this program has just written: the one place where a playlist
 * is opened, and with it the files that it names. Never for a file of somebody else's.
 */
export function ladderProbeArguments(file: string, demuxer: 'hls' | 'dash'): string[] {
  return [
    ...['-hide_banner', '-loglevel', 'error'],
    ...inputWhitelists([demuxer, ...allDemuxerNames]),
    ...['-print_format', 'json', '-show_format', '-show_streams'],
    ...['-f', demuxer, '-i', fileUrl(file)],
  ];
}
