/** Byte edits of MP4 and MOV that ffmpeg itself cannot make. Boxes of more than 4 GiB and of size 0 do not occur here. */
interface Box {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** Where the children of a box begin, counted from its own start. */
const childrenAt: Record<string, number> = { stsd: 16, hvc1: 86, avc1: 86, dvh1: 86, mp4a: 36 };

/** The box at a path such as `moov/trak/mdia`; of several with one name the first. */
function find(bytes: Buffer, path: string): Box[] {
  const found: Box[] = [];
  let [from, to] = [0, bytes.length];
  for (const type of path.split('/')) {
    const box = children(bytes, from, to).find((child) => child.type === type);
    if (!box) throw new Error(`There is no box ${path} in this file.`);
    found.push(box);
    [from, to] = [box.start + (childrenAt[type] ?? 8), box.end];
  }
  return found;
}

function children(bytes: Buffer, from: number, to: number): Box[] {
  const boxes: Box[] = [];
  for (let start = from; start + 8 <= to;) {
    const size = bytes.readUInt32BE(start);
    if (size < 8) throw new Error(`A box of ${size} bytes at ${start} is none that is written here.`);
    boxes.push({ type: bytes.toString('latin1', start + 4, start + 8), start, end: start + size });
    start += size;
  }
  return boxes;
}

/** The index must lie behind the pictures (no fast start): nothing that it points at moves then. */
export function appendedTo(path: string, file: Uint8Array, ...added: readonly Uint8Array[]): Uint8Array {
  const bytes = Buffer.from(file);
  const boxes = find(bytes, path);
  const extra = Buffer.concat(added);
  for (const { start } of boxes) bytes.writeUInt32BE(bytes.readUInt32BE(start) + extra.length, start);
  const { end } = boxes[boxes.length - 1]!;
  return Buffer.concat([bytes.subarray(0, end), extra, bytes.subarray(end)]);
}

export function renamed(path: string, type: string, file: Uint8Array): Uint8Array {
  const bytes = Buffer.from(file);
  bytes.write(type, find(bytes, path).at(-1)!.start + 4, 4, 'latin1');
  return bytes;
}

export function box(type: string, payload: Uint8Array): Uint8Array {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(8 + payload.length, 0);
  header.write(type, 4, 'latin1');
  return Buffer.concat([header, payload]);
}

/** The first track is shown turned clockwise by this much, as telephones write it. */
export function turned(degrees: 90 | 180 | 270, file: Uint8Array): Uint8Array {
  const bytes = Buffer.from(file);
  const header = find(bytes, 'moov/trak/tkhd').at(-1)!;
  const matrixAt = header.start + 8 + (bytes[header.start + 8] === 1 ? 52 : 40);
  const [cos, sin] = { 90: [0, 1], 180: [-1, 0], 270: [0, -1] }[degrees] as [number, number];
  const one = 0x10000;
  for (const [at, value] of [cos, sin, 0, -sin, cos, 0].entries())
    bytes.writeInt32BE(value * one || 0, matrixAt + at * 4);
  return bytes;
}

/** Dolby Vision’s configuration, as it lies in a sample entry: `dvcC` up to profile 7, `dvvC` from 8. */
export function dolbyVisionBox(profile: 5 | 8, compatibility: 0 | 1): Uint8Array {
  const payload = Buffer.alloc(24);
  const level = 1;
  const rpuPresent = 4;
  const basePresent = 1;
  payload[0] = 1;
  payload.writeUInt16BE((profile << 9) | (level << 3) | rpuPresent | basePresent, 2);
  payload[4] = compatibility << 4;
  return box(profile > 7 ? 'dvvC' : 'dvcC', payload);
}

/** Mastering display (chromaticities × 50,000 in the order green, blue, red, white; luminance × 10,000). */
export function masteringDisplayBox(
  points: readonly number[],
  luminance: readonly [number, number],
): Uint8Array {
  const payload = Buffer.alloc(24);
  for (const [at, value] of points.entries()) payload.writeUInt16BE(value, at * 2);
  for (const [at, value] of luminance.entries()) payload.writeUInt32BE(value, 16 + at * 4);
  return box('mdcv', payload);
}

/** cd/m². */
export function contentLightBox(brightest: number, average: number): Uint8Array {
  const payload = Buffer.alloc(4);
  payload.writeUInt16BE(brightest, 0);
  payload.writeUInt16BE(average, 2);
  return box('clli', payload);
}
