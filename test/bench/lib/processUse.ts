import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a process takes of the machine. */
export interface ProcessUse {
  /** Of memory, as far as it is not on disk: megabytes. */
  readonly residentMegabytes: number;
  /** Of the processor since its start: seconds. */
  readonly cpuSeconds: number;
}

/** Linux and macOS; to the hundredth of a second. */
export function processUse(pid: number): ProcessUse {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

function fromProc(pid: number): ProcessUse {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  // The name of the program, in brackets, may hold anything; the 14th and 15th field are user and system time.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { residentMegabytes: Number(kilobytes) / 1024, cpuSeconds: ticks / 100 };
}

function fromPs(pid: number): ProcessUse {
  const [kilobytes = '', time = ''] = execFileSync('ps', ['-o', 'rss=,time=', '-p', String(pid)], {
    encoding: 'utf8',
  })
    .trim()
    .split(/\s+/u);
  const cpuSeconds = time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return { residentMegabytes: Number(kilobytes) / 1024, cpuSeconds };
}
