import * as z from 'zod';

/**
 * A mount is a folder that several machines see, each under a path of its own, and call by one name. A file in it travels as
 * `$NAME/…`, with `/` between folders: a name that can neither leave the mount nor mean anything where there is no such mount.
 */

/** Of one machine, at most: they are told in one frame, and looked at every few seconds. */
export const maxMounts = 32;

export const mountNameSchema = z.string().regex(/^[A-Za-z][0-9A-Za-z_]{0,31}$/, {
  message: 'The name of a mount begins with a letter; then come up to 31 letters, digits and “_”.',
});

/** `$NAME` and what is in it. */
const form = /^\$([A-Za-z][0-9A-Za-z_]{0,31})\/(.+)$/su;

export const mountedPathSchema = z
  .string()
  .max(4096)
  .refine((text) => parseMounted(text) !== undefined, {
    message: 'A path in a mount is $NAME/…, and never leaves it.',
  });

/** A file as two machines know it that both see it. */
export const mountedFileSchema = z.object({
  path: mountedPathSchema,
  /** By what it holds (`contentKey.ts`): what another machine has under this name is another file unless this is the same. */
  content: z.string().min(1).max(128),
});

export type MountedFile = z.output<typeof mountedFileSchema>;

export interface MountedPath {
  readonly mount: string;
  /** Folders and file; none of them is empty, `.` or `..`. */
  readonly names: readonly string[];
}

/** Undefined for what names nothing in a mount. */
export function parseMounted(text: string): MountedPath | undefined {
  const [, mount, below] = form.exec(text) ?? [];
  if (mount === undefined || below === undefined) return undefined;
  const names = below.split('/');
  return names.every(isName) ? { mount, names } : undefined;
}

export function formatMounted({ mount, names }: MountedPath): string {
  return `$${mount}/${names.join('/')}`;
}

function isName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !name.includes('\0');
}

/** What separates names where this machine’s system reads them, or stands for something else there. */
const separators = { windows: /[\\/:]/, posix: /\// } as const;

/** Whether a system takes each of these for one name. */
export function areNames(names: readonly string[], system: keyof typeof separators): boolean {
  return names.every((name) => isName(name) && !separators[system].test(name));
}

/**
 * The names from a folder down to a file, both whole paths of one system without `.` and `..` in them; undefined where the file is not in
 * it, and where its names would be read otherwise elsewhere.
 */
export function namesBelow(
  folder: string,
  file: string,
  separator: '/' | '\\',
): readonly string[] | undefined {
  const root = folder.endsWith(separator) ? folder : `${folder}${separator}`;
  if (!file.startsWith(root)) return undefined;
  const names = file.slice(root.length).split(separator);
  return names.every(isName) && !names.some((name) => name.includes('/')) ? names : undefined;
}
