/** Stops a process where it is, or lets it go on. Windows has no way to do that: there it goes on. */
export function standStill(pid: number | undefined, still: boolean): void {
  if (pid === undefined || process.platform === 'win32') return;
  try {
    process.kill(pid, still ? 'SIGSTOP' : 'SIGCONT');
  } catch {
    // It has ended already.
  }
}
