import { toCommandLine } from '../../encoding/commandLine.ts';

/** Where the script is, and what it fetches. */
export const installPaths = {
  script: '/install',
  program: '/install/program.tgz',
  node: '/install/node.tgz',
} as const;

/** Of what other machines dial: `https://HOST:PORT`. */
export function installOrigin(reachUrl: string): string {
  return `https://${new URL(reachUrl).host}`;
}

/**
 * What is pasted on a machine that has nothing but sh, curl, tar and ffmpeg. The pin is checked before a byte is asked for, also
 * under `-k`, which only says that the certificate’s name and its authority are of no interest.
 */
export function installLine(
  { url, fingerprint }: { readonly url: string; readonly fingerprint: string },
  code: string,
): string {
  const script = toCommandLine([`${installOrigin(url)}${installPaths.script}`], 'linux');
  return `curl -fsSk --pinnedpubkey '${fingerprint}' ${script} | sh -s -- ${code}`;
}
