import { DffmpegError } from '../protocol/errors.ts';
import { isLoopback } from '../transport/loopback.ts';
import { channelPath } from '../transport/upgradeGate.ts';

/** What `--join` says, as it is dialled: `HOST:PORT`, or with `wss://` before and `/channel` after it. Throws `request-invalid`. */
export function joinUrl(text: string): string {
  const url = URL.parse(text.includes('://') ? text : `wss://${text}`);
  const isRight =
    url !== null &&
    (url.protocol === 'wss:' || (url.protocol === 'ws:' && isLoopback(url.hostname))) &&
    (url.pathname === '/' || url.pathname === channelPath) &&
    url.username === '' &&
    url.search === '';
  if (!isRight)
    throw new DffmpegError('request-invalid', `${text} is not the address of a coordinator.`, {
      hint: 'It looks like wss://HOST:PORT/channel; “dffmpeg worker pair” on that machine shows it.',
    });
  url.pathname = channelPath;
  return url.href;
}
