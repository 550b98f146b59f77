/**
 * The line of a refused trial's stderr that says why: the encoder's own first word (`[h264_nvenc @ 0x…] Cannot load
 * libcuda.so.1`), since ffmpeg's last one only says that it gave up; without one, the last line.
 */
export function refusalReason(stderr: string): string {
  const lines = stderr.trim().split('\n');
  const own = lines.map((line) => /^\[\w+ @ 0x[0-9a-f]+\] (?:\[\w+\] )?(.+)$/.exec(line)?.[1]).find(Boolean);
  return (own ?? lines.at(-1) ?? '').trim();
}
