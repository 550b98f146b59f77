/** Extensions, lower case and without a dot, of files that a person may want encoded: menus and folder scans. */
export const videoExtensions = [
  '3g2', '3gp', 'asf', 'avi', 'dv', 'f4v', 'flv', 'gif', 'm2ts', 'm2v', 'm4v', 'mj2', 'mkv', 'mov', 'mp4',
  'mpeg', 'mpg', 'mts', 'mxf', 'nut', 'ogm', 'ogv', 'rm', 'rmvb', 'ts', 'vob', 'webm', 'wmv',
] as const; // prettier-ignore

export const audioExtensions = [
  'aac', 'ac3', 'aif', 'aiff', 'amr', 'ape', 'au', 'caf', 'dts', 'eac3', 'flac', 'm4a', 'm4b', 'mka', 'mp2',
  'mp3', 'mpc', 'oga', 'ogg', 'opus', 'tta', 'w64', 'wav', 'wma', 'wv',
] as const; // prettier-ignore

/**
 * `ts` and `mts` are TypeScript too: a menu on every source file, or a folder of a program encoded by mistake,
 * is worse than asking for those by name. Explicit choice still takes them; menus and scans do not.
 */
const alsoSourceCode: readonly string[] = ['ts', 'mts'];

export const mediaExtensions: readonly string[] = [...videoExtensions, ...audioExtensions].filter(
  (extension) => !alsoSourceCode.includes(extension),
);

/** By name alone: whether it is media is ffprobe's to say. */
export function isMediaFileName(fileName: string): boolean {
  const dot = fileName.lastIndexOf('.');
  return dot > 0 && mediaExtensions.includes(fileName.slice(dot + 1).toLowerCase());
}
