import { printable } from '../encoding/printable.ts';

/**
 * A path in at most `width` characters for a person: relative to the current folder or with `~` where that is
 * shorter, else without its middle; the file's name is kept as long as anything fits. Control characters, which a
 * file name may contain and a terminal would obey, are shown as `?`.
 */
export function shortenPath(
  file: string,
  options: { cwd: string; home?: string | undefined; width?: number },
): string {
  const shown = printable(relativeOrHome(file, options.cwd, options.home));
  const width = options.width ?? 60;
  const letters = [...shown];
  if (letters.length <= width) return shown;
  const separator = shown.includes('\\') && !shown.includes('/') ? '\\' : '/';
  const parts = shown.split(separator);
  for (let keep = parts.length - 1; keep >= 1; keep -= 1) {
    const tail = `…${separator}${parts.slice(-keep).join(separator)}`;
    if ([...tail].length <= width) return tail;
  }
  // Both ends of a long name tell: what it is, and its extension.
  const name = [...(parts.at(-1) ?? shown)];
  const end = Math.min(12, Math.floor(width / 3));
  return `${name.slice(0, width - end - 1).join('')}…${name.slice(-end).join('')}`;
}

function relativeOrHome(file: string, cwd: string, home: string | undefined): string {
  const inside = (folder: string): string | undefined => {
    const prefix = /[/\\]$/.test(folder)
      ? folder
      : `${folder}${file.includes('\\') && !file.includes('/') ? '\\' : '/'}`;
    return folder !== '' && file.startsWith(prefix) ? file.slice(prefix.length) : undefined;
  };
  const relative = inside(cwd);
  if (relative !== undefined) return relative;
  const belowHome = home === undefined ? undefined : inside(home);
  return belowHome === undefined ? file : `~/${belowHome}`;
}
