export interface ListenAddress {
  /** Without brackets. */
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
}

/** Reads `HOST:PORT`. */
export function parseListenAddress(text: string): ListenAddress | { readonly problem: string } {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535)
    return {
      problem:
        'Write HOST:PORT, such as 127.0.0.1:0 for this machine alone or 0.0.0.0:7450 for the network; port 0 is a free one.',
    };
  return { host, port };
}

/** Whether it stands for every address of this machine. */
export function isEveryAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
