/** HDR10+ metadata for raw HEVC: x265 writes it only where it was built so. */

/** Puts one message of HDR10+ (SMPTE ST 2094-40, one window) before the first slice of every picture. */
export function withHdr10Plus(stream: Uint8Array): Uint8Array {
  const message = Buffer.concat([startCode, hdr10PlusUnit()]);
  const parts = unitsOf(Buffer.from(stream)).flatMap((unit) => {
    const whole = Buffer.concat([startCode, unit]);
    return beginsPicture(unit) ? [message, whole] : [whole];
  });
  return Buffer.concat(parts);
}

const startCode = Buffer.from([0, 0, 0, 1]);

function unitsOf(stream: Buffer): Buffer[] {
  const starts: number[] = [];
  for (let at = stream.indexOf('000001', 0, 'hex'); at >= 0; at = stream.indexOf('000001', at + 3, 'hex'))
    starts.push(at + 3);
  return starts.map((from, index) => {
    const next = starts[index + 1];
    let to = next === undefined ? stream.length : next - 3;
    while (to > from && stream[to - 1] === 0) to -= 1;
    return stream.subarray(from, to);
  });
}

/** A slice (types 0–31), and the first of its picture. */
function beginsPicture(unit: Buffer): boolean {
  const type = (unit[0]! >> 1) & 0x3f;
  return type < 32 && (unit[2]! & 0x80) !== 0;
}

function hdr10PlusUnit(): Buffer {
  const prefixSei = 39;
  const userDataRegistered = 4;
  const payload = metadata();
  const body = [userDataRegistered, payload.length, ...payload, 0x80];
  return Buffer.from([prefixSei << 1, 1, ...withEmulationPrevention(body)]);
}

function metadata(): number[] {
  const bits = new BitWriter();
  bits.write(0xb5, 8); // United States
  bits.write(0x003c, 16); // Samsung
  bits.write(1, 16);
  bits.write(4, 8); // ST 2094-40
  bits.write(1, 8);
  bits.write(1, 2); // windows
  bits.write(400, 27); // cd/m² of the display it is meant for
  bits.write(0, 1);
  for (const maximum of [10_000, 9_000, 8_000]) bits.write(maximum, 17);
  bits.write(3_000, 17);
  bits.write(percentiles.length, 4);
  for (const [percentage, value] of percentiles) {
    bits.write(percentage, 7);
    bits.write(value, 17);
  }
  bits.write(0, 10);
  for (const flag of [0, 0, 0]) bits.write(flag, 1);
  return bits.bytes();
}

const percentiles = [
  ...[[1, 0] as const, [5, 300] as const, [10, 600] as const, [25, 1_000] as const, [50, 2_000] as const],
  ...[[75, 4_000] as const, [90, 6_000] as const, [95, 8_000] as const, [99, 10_000] as const],
] as const;

/** No three bytes in a unit may look like a start code. */
function withEmulationPrevention(body: readonly number[]): number[] {
  const out: number[] = [];
  for (const byte of body) {
    if (byte <= 3 && out.at(-1) === 0 && out.at(-2) === 0) out.push(3);
    out.push(byte);
  }
  return out;
}

class BitWriter {
  private readonly bits: number[] = [];

  write(value: number, width: number): void {
    for (let at = width - 1; at >= 0; at -= 1) this.bits.push((value >> at) & 1);
  }

  bytes(): number[] {
    const bytes: number[] = [];
    for (let at = 0; at < this.bits.length; at += 8)
      bytes.push(
        Array.from({ length: 8 }, (_, bit) => this.bits[at + bit] ?? 0).reduce((a, b) => a * 2 + b, 0),
      );
    return bytes;
  }
}
