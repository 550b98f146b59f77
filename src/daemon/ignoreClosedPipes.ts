/** Whoever started the daemon may be gone, and its end of the pipes with it, or the disk below it: no reason to end. */
export function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}
