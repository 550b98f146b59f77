/** A Blu-ray subtitle stream (PGS, `.sup`) of plain boxes: ffmpeg reads and copies PGS, but has no encoder for it. */
export interface PgsPicture {
  /** Seconds. */
  readonly from: number;
  readonly to: number;
  /** The player shows it even with subtitles turned off. */
  readonly forced?: boolean;
}

const screen = { width: 320, height: 240 };
const box = { x: 80, y: 190, width: 160, height: 32 };
const segmentType = { palette: 0x14, object: 0x15, composition: 0x16, window: 0x17, end: 0x80 };
const epochStart = 0x80;
const normal = 0x00;
const white = 1;

export function pgsStream(pictures: readonly PgsPicture[]): Uint8Array {
  const sets = pictures.flatMap(({ from, to, forced = false }, index) => [
    ...shown(from, 2 * index + 1, forced),
    ...cleared(to, 2 * index + 2),
  ]);
  // ffmpeg takes the first time of a file for its zero.
  return Buffer.concat([...cleared(0, 0), ...sets]);
}

function shown(time: number, number: number, forced: boolean): Buffer[] {
  const place = [...u16(0), 0, forced ? 0x40 : 0, ...u16(box.x), ...u16(box.y)];
  return [
    segment(time, segmentType.composition, [...composition(number, epochStart), 1, ...place]),
    segment(time, segmentType.window, windows()),
    segment(time, segmentType.palette, [0, 0, white, 235, 128, 128, 255]),
    segment(time, segmentType.object, whiteObject()),
    segment(time, segmentType.end, []),
  ];
}

function cleared(time: number, number: number): Buffer[] {
  return [
    segment(time, segmentType.composition, [...composition(number, normal), 0]),
    segment(time, segmentType.window, windows()),
    segment(time, segmentType.end, []),
  ];
}

function composition(number: number, state: number): number[] {
  const frameRate = 0x10;
  return [...u16(screen.width), ...u16(screen.height), frameRate, ...u16(number), state, 0, 0];
}

function windows(): number[] {
  return [1, 0, ...u16(box.x), ...u16(box.y), ...u16(box.width), ...u16(box.height)];
}

/** Run-length coded, each line one run of white; the length counts width and height too. */
function whiteObject(): number[] {
  const line = [0, 0xc0 | (box.width >> 8), box.width & 0xff, white, 0, 0];
  const lines = Array.from({ length: box.height }, () => line).flat();
  const onlyPart = 0xc0;
  const length = lines.length + 4;
  return [
    0,
    0,
    0,
    onlyPart,
    length >> 16,
    ...u16(length & 0xffff),
    ...u16(box.width),
    ...u16(box.height),
    ...lines,
  ];
}

function segment(time: number, type: number, payload: readonly number[]): Buffer {
  const header = Buffer.alloc(13);
  header.write('PG', 0, 'latin1');
  header.writeUInt32BE(Math.round(time * 90_000), 2);
  header.writeUInt8(type, 10);
  header.writeUInt16BE(payload.length, 11);
  return Buffer.concat([header, Uint8Array.from(payload)]);
}

function u16(value: number): number[] {
  return [value >> 8, value & 0xff];
}
