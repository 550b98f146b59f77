/** What a tunnel of this kind (VXLAN) and Ethernet put before a packet. */
const before = 8 + 14;
const ipv4 = 0x0800;
const tcp = 6;

/**
 * The same packet, with the checksum of TCP in it. A system leaves that to the network card that it has, and the cables of
 * namespaces never fill it in: on its way through a program it would be missing.
 */
export function withChecksum(datagram: Buffer): Buffer {
  if (datagram.length < before + 20 || datagram.readUInt16BE(before - 2) !== ipv4) return datagram;
  const packet = datagram.subarray(before);
  const header = (packet.readUInt8(0) & 15) * 4;
  const segment = packet.subarray(header, packet.readUInt16BE(2));
  if (packet.readUInt8(9) !== tcp) return datagram;
  segment.writeUInt16BE(0, 16);
  // The addresses, the protocol and the length count as well (RFC 9293, 3.1).
  let sum = sumOf(packet.subarray(12, 20)) + tcp + segment.length + sumOf(segment);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  segment.writeUInt16BE(~sum & 0xffff, 16);
  return datagram;
}

function sumOf(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at + 1 < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  return bytes.length % 2 === 0 ? sum : sum + bytes.readUInt8(bytes.length - 1) * 256;
}
