import { mediaExtensions } from './mediaExtensions.ts';
import { containers } from './preset.ts';
import type { Container } from './preset.ts';
import { refuse } from './problem.ts';
import type { Outcome } from './problem.ts';
import { isAbsolute, joinPath, onDriveOf, parsePath, resolveDots, splitFileName } from './pathText.ts';
import type { PathPlatform } from './pathText.ts';

export const defaultOutputTemplate = '${fileDirname}/${fileBasenameNoExtension}.${preset}.${ext}';

/** Variable → what it stands for, as docs/presets.md prints it. The first three are VS Code’s own names. */
export const templateVariables = {
  fileDirname: 'the folder of the source',
  fileBasename: 'the name of the source with its extension: `clip.mov`',
  fileBasenameNoExtension: 'the name of the source without it: `clip`',
  preset: 'the name of the preset: `web`',
  ext: 'the extension of the preset’s container: `mp4`',
} as const;

export interface OutputNameContext {
  /** Absolute path of the source. */
  readonly source: string;
  /** The preset's name. */
  readonly preset: string;
  readonly container: Container;
  /** 2 and up: the names before it are taken, `clip.web-2.mp4`. */
  readonly taken?: number;
  /** Of the machine on which the paths lie. */
  readonly platform: PathPlatform;
}

/**
 * The result's path: absolute, normalised, from a template whose relative paths start at the source's folder.
 * An extension is added where the template gives none.
 */
export function resolveOutputPath(template: string, context: OutputNameContext): Outcome<{ path: string }> {
  const source = parsePath(context.source, context.platform);
  const name = splitFileName(source.fileName);
  const values: Record<keyof typeof templateVariables, string> = {
    fileDirname: source.folder,
    fileBasename: source.fileName,
    fileBasenameNoExtension: name.stem,
    preset: context.preset,
    ext: context.container,
  };
  const unknown = [...template.matchAll(/\$\{([^}]*)\}/gu)]
    .map((match) => match[1] ?? '')
    .find((variable) => !Object.hasOwn(values, variable));
  if (unknown !== undefined)
    return invalid(
      `The output template has the unknown variable \${${unknown}}.`,
      `Use ${Object.keys(values)
        .map((variable) => `\${${variable}}`)
        .join(', ')}.`,
    );
  if (/^~(?:[/\\]|$)/u.test(template))
    return invalid('The output template begins with ~, which is not replaced.', 'Write the whole path.');

  // A function, since `$&` in a file name would be replaced again.
  const filled = template.replace(/\$\{([^}]*)\}/gu, (_, variable: keyof typeof values) => values[variable]);
  if (filled.includes('\0'))
    return invalid('The output template has a NUL character.', 'Take the character out.');
  if (context.platform === 'win32' && /^[A-Za-z]:(?![/\\])/u.test(filled))
    return invalid(
      'The output template names a drive without a folder.',
      'Write a backslash after the drive’s colon.',
    );
  if (/[/\\]$/u.test(filled) || filled.trim() === '')
    return invalid(
      'The output template names a folder, not a file.',
      'End it with a file name such as ${fileBasenameNoExtension}.${preset}.${ext}.',
    );
  const absolute = isAbsolute(filled, context.platform)
    ? onDriveOf(source.folder, filled, context.platform)
    : joinPath(source.folder, filled, context.platform);
  const path = parsePath(resolveDots(absolute, context.platform), context.platform);
  if (path.fileName === '')
    return invalid(
      'The output template names a folder, not a file.',
      'End it with a file name such as ${fileBasenameNoExtension}.${preset}.${ext}.',
    );
  if (context.platform === 'win32' && /[<>:"|?*]/u.test(path.fileName))
    return invalid(
      'The output template gives a name with a character that Windows does not allow.',
      'Leave out < > : " | ? *.',
    );
  return {
    ok: true,
    path: joinPath(path.folder, numbered(path.fileName, context), context.platform),
  };
}

/** `clip.web.mp4` → `clip.web-2.mp4`. */
function numbered(fileName: string, { container, taken }: OutputNameContext): string {
  const { stem, extension } = splitFileName(fileName);
  const known = extension === container || mediaExtensions.includes(extension.toLowerCase());
  const number = taken === undefined ? '' : `-${taken}`;
  return known ? `${stem}${number}.${extension}` : `${fileName}${number}.${container}`;
}

function invalid(
  message: string,
  hint: string,
): { ok: false; problem: ReturnType<typeof refuse>['problem'] } {
  return refuse('template-invalid', message, hint);
}

/** Whether a file name is one that the default template gave: `clip.web.mp4`, `clip.web-2.mp4`. */
export function isOwnOutput(fileName: string, presetNames: Iterable<string>): boolean {
  const { stem, extension } = splitFileName(fileName);
  if (!(containers as readonly string[]).includes(extension)) return false;
  const mark = splitFileName(stem).extension;
  for (const preset of presetNames)
    if (mark === preset || (mark.startsWith(`${preset}-`) && /^\d+$/u.test(mark.slice(preset.length + 1))))
      return true;
  return false;
}
