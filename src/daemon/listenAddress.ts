import net from 'node:net';

export interface ListenAddress {
  /** Without brackets. */
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
}

/** Reads `HOST:PORT`. Beyond the loopback needs TLS and pairing, which the daemon does not have: refused. */
export function parseListenAddress(text: string): ListenAddress | { readonly problem: string } {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535)
    return { problem: 'Write HOST:PORT, such as 127.0.0.1:0; port 0 is a free one.' };
  if (!isLoopback(host))
    return {
      problem: `DFFmpeg listens on this machine only for now, not on ${host}: write 127.0.0.1:${port}.`,
    };
  return { host, port };
}

function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  return net.isIPv4(host) ? host.startsWith('127.') : host === '::1';
}
