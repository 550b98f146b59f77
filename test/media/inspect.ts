/** What ffprobe and a decode say of a file, as tests compare it. */
import { execa } from 'execa';

/** ffprobe’s own JSON; only the lists are relied on to be there. */
export interface Inspection {
  readonly format: Readonly<Record<string, unknown>>;
  readonly streams: readonly Readonly<Record<string, unknown>>[];
  readonly chapters: readonly unknown[];
  readonly programs: readonly unknown[];
}

export interface Packet {
  /** Seconds. */
  readonly time: number;
  readonly key: boolean;
  /** To be decoded, not to be shown. */
  readonly discarded: boolean;
}

export async function inspect(file: string): Promise<Inspection> {
  const parts = ['-show_format', '-show_streams', '-show_chapters', '-show_programs'];
  return JSON.parse(await ffprobe(file, parts)) as Inspection;
}

/** The first frame of the first picture, with its side data. */
export async function firstFrame(file: string): Promise<unknown> {
  const answer = await ffprobe(file, ['-select_streams', 'v:0', '-show_frames', '-read_intervals', '%+#1']);
  return (JSON.parse(answer) as { frames: unknown[] }).frames[0];
}

/** Of one stream (`v:0`), in the order of the file. */
export async function packets(file: string, stream: string): Promise<Packet[]> {
  const answer = await ffprobe(file, ['-select_streams', stream, '-show_entries', 'packet=pts_time,flags']);
  const list = (JSON.parse(answer) as { packets: { pts_time: string; flags: string }[] }).packets;
  return list.map(({ pts_time, flags }) => ({
    time: Number(pts_time),
    key: flags.includes('K'),
    discarded: flags.includes('D'),
  }));
}

async function ffprobe(file: string, argv: readonly string[]): Promise<string> {
  const { stdout } = await execa('ffprobe', ['-v', 'error', '-of', 'json', ...argv, file], {
    stdin: 'ignore',
  });
  return stdout;
}

/** Standard error of a whole decode through filters, at a log level; of the picture alone when there are filters. */
export async function decode(file: string, level: 'error' | 'info', filters?: string): Promise<string> {
  const through = filters === undefined ? [] : ['-map', '0:v:0', '-vf', filters];
  const argv = [
    '-hide_banner',
    '-nostdin',
    '-nostats',
    '-v',
    level,
    '-i',
    file,
    ...through,
    '-f',
    'null',
    '-',
  ];
  const { stderr } = await execa('ffmpeg', argv, { stdin: 'ignore', reject: false });
  return stderr;
}

/** Which field of the frames is first, where most of them show combs. */
export async function combed(file: string): Promise<'tff' | 'bff' | 'none'> {
  const said = await decode(file, 'info', 'idet');
  const counts = /Multi frame detection: TFF: *(\d+) BFF: *(\d+) Progressive: *(\d+)/u.exec(said);
  const [tff = 0, bff = 0, progressive = 0] = (counts ?? []).slice(1).map(Number);
  if (progressive >= tff + bff) return 'none';
  return tff > bff ? 'tff' : 'bff';
}

/** The picture without black bars, as the crop filter takes it: `320:180:0:30`. */
export async function crop(file: string): Promise<string | undefined> {
  const said = await decode(file, 'info', 'cropdetect=round=2');
  return said
    .match(/crop=\S+/gu)
    ?.at(-1)
    ?.slice('crop='.length);
}
