import { readdir, readFile, readlink } from 'node:fs/promises';

/** O_WRONLY and O_RDWR of open(2). */
const writing = 0o3;

/**
 * Those of these files that a process has open for writing: a copy that stands still, a recorder between two scenes, an
 * editor that has closed the file but kept it mapped. Known on Linux alone, and of processes that this user may look
 * into; elsewhere nothing is found.
 */
export async function openForWriting(files: readonly string[]): Promise<ReadonlySet<string>> {
  const open = new Set<string>();
  if (process.platform !== 'linux' || files.length === 0) return open;
  const asked = new Set(files);
  for (const pid of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(pid)) continue;
    const folder = `/proc/${pid}/fd`;
    // A process that ended meanwhile, or is another user's.
    for (const descriptor of await readdir(folder).catch(() => [])) {
      const file = await readlink(`${folder}/${descriptor}`).catch(() => '');
      if (asked.has(file) && (await isWritten(pid, descriptor))) open.add(file);
    }
    for (const file of mappedForWriting(await readFile(`/proc/${pid}/maps`, 'utf8').catch(() => '')))
      if (asked.has(file)) open.add(file);
  }
  return open;
}

async function isWritten(pid: string, descriptor: string): Promise<boolean> {
  const info = await readFile(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8').catch(() => '');
  const flags = /^flags:\s*(\d+)/m.exec(info)?.[1];
  return flags !== undefined && (parseInt(flags, 8) & writing) !== 0;
}

/** Of `/proc/PID/maps`, see proc(5): shared mappings (`s`) that may be written to (`w`), a line break in a name as `\012`. */
export function mappedForWriting(maps: string): string[] {
  return [...maps.matchAll(/^\S+ .w.s \S+ \S+ \d+ +(\/.*)$/gm)].map(([, file = '']) =>
    file.replaceAll('\\012', '\n'),
  );
}
