import { BlockList, isIP } from 'node:net';
import { DffmpegError } from '../protocol/errors.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether `host` (a name or an address, IPv6 with or without brackets) never leaves this machine. */
export function isLoopback(host: string): boolean {
  const address = host.replace(/^\[(.*)\]$/, '$1');
  if (address === 'localhost') return true;
  const family = isIP(address);
  return family !== 0 && loopback.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** The handshake proves who is there, but only TLS would keep what follows from being read or changed. */
export function requireLoopback(host: string): void {
  if (isLoopback(host)) return;
  throw new DffmpegError('forbidden', `${host} is not an address of this machine itself.`, {
    hint: 'Use 127.0.0.1, or wss: for another machine: what leaves this one is encrypted.',
  });
}
