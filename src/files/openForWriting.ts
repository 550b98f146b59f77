import { readdir, readFile, stat } from 'node:fs/promises';

/** O_WRONLY and O_RDWR of open(2). */
const writing = 0o3;

/**
 * Those of these files that a process has open for writing: a copy that stands still, a recorder between two scenes, an
 * editor that has closed the file but kept it mapped. By number, not by name: a container or another mount names it
 * otherwise. Known on Linux alone, and of processes that this user may look into; elsewhere nothing is found.
 */
export async function openForWriting(files: readonly string[]): Promise<ReadonlySet<string>> {
  const open = new Set<string>();
  if (process.platform !== 'linux' || files.length === 0) return open;
  const names = new Set(files);
  const asked = new Map<string, string[]>();
  for (const file of files) {
    const number = await numberOf(file);
    if (number !== undefined) asked.set(number, [...(asked.get(number) ?? []), file]);
  }
  const found = (number: string | undefined): void => {
    for (const file of asked.get(number ?? '') ?? []) open.add(file);
  };
  for (const pid of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(pid)) continue;
    const folder = `/proc/${pid}/fd`;
    // A process that ended meanwhile, or is another user's.
    for (const descriptor of await readdir(folder).catch(() => [])) {
      const number = await numberOf(`${folder}/${descriptor}`);
      if (number !== undefined && asked.has(number) && (await isWritten(pid, descriptor))) found(number);
    }
    const maps = mappedForWriting(await readFile(`/proc/${pid}/maps`, 'utf8').catch(() => ''));
    for (const { number, path } of maps) {
      found(number);
      // Some file systems (btrfs, overlayfs) tell another device there.
      if (names.has(path)) open.add(path);
    }
  }
  return open;
}

async function isWritten(pid: string, descriptor: string): Promise<boolean> {
  const info = await readFile(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8').catch(() => '');
  const flags = /^flags:\s*(\d+)/m.exec(info)?.[1];
  return flags !== undefined && (parseInt(flags, 8) & writing) !== 0;
}

/** Device and inode; undefined where there is nothing. */
async function numberOf(file: string): Promise<string | undefined> {
  return stat(file, { bigint: true }).then(
    ({ dev, ino }) => `${dev}:${ino}`,
    () => undefined,
  );
}

/**
 * Of `/proc/PID/maps`, see proc(5): shared mappings (`s`) that may be written to (`w`), the device as hexadecimal major and
 * minor, a line break in a name as `\012`.
 */
export function mappedForWriting(maps: string): { number: string; path: string }[] {
  return [...maps.matchAll(/^\S+ .w.s \S+ ([0-9a-f]+):([0-9a-f]+) (\d+) +(\/.*)$/gm)].map(
    ([, major = '', minor = '', inode, file = '']) => ({
      number: `${deviceOf(parseInt(major, 16), parseInt(minor, 16))}:${inode}`,
      path: file.replaceAll('\\012', '\n'),
    }),
  );
}

/** As makedev(3) of Linux puts them together for what fits into 32 bits. */
function deviceOf(major: number, minor: number): number {
  return (minor & 0xff) + (major & 0xfff) * 0x100 + (minor >>> 8) * 0x100000;
}
