import os from 'node:os';
import { channelPath } from '../transport/upgradeGate.ts';
import { isEveryAddress } from './listenAddress.ts';

/**
 * What other machines dial: what the operator says (`HOST` or `HOST:PORT`), else the address that is listened on, and of all
 * addresses the first that is not of this machine alone.
 */
export function reachUrl(
  advertised: string,
  listening: { readonly host: string; readonly port: number },
  interfaces: ReturnType<typeof os.networkInterfaces> = os.networkInterfaces(),
): string {
  const { port } = listening;
  const match = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(advertised);
  if (match?.[1] !== undefined) return `wss://${match[1]}:${match[2] ?? port}${channelPath}`;
  const host = isEveryAddress(listening.host) ? firstAddress(interfaces) : listening.host;
  return `wss://${host.includes(':') ? `[${host}]` : host}:${port}${channelPath}`;
}

function firstAddress(interfaces: ReturnType<typeof os.networkInterfaces>): string {
  const all = Object.values(interfaces).flatMap((each) => each ?? []);
  const outside = all.filter(({ internal, address }) => !internal && !address.startsWith('fe80:'));
  return (outside.find(({ family }) => family === 'IPv4') ?? outside[0])?.address ?? os.hostname();
}
