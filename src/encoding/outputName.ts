import { containerTable } from './containers.ts';
import { mediaExtensions } from './mediaExtensions.ts';
import { containers } from './presetNames.ts';
import type { Container } from './presetNames.ts';
import { refuse } from './problem.ts';
import type { Outcome, Refusal } from './problem.ts';
import { isAbsolute, joinPath, onDriveOf, parsePath, resolveDots, splitFileName } from './pathText.ts';
import type { PathPlatform } from './pathText.ts';

export const defaultOutputTemplate = '${fileDirname}/${fileBasenameNoExtension}.${preset}.${ext}';

/** Variable → what it stands for, as docs/presets.md prints it. The first three are VS Code’s own names. */
export const templateVariables = {
  fileDirname: 'the folder of the source',
  fileBasename: 'the name of the source with its extension: `clip.mov`',
  fileBasenameNoExtension: 'the name of the source without it: `clip`',
  preset: 'the name of the preset: `web`',
  output: 'the name of the output; of the preset, where that has but one',
  width: 'the width of the source’s picture as it is seen, in pixels: `1920`',
  height: 'its height: `1080`',
  ext: 'the extension of the output’s container: `mp4`; `hls` and `dash` are folders and have none',
} as const;

export interface OutputNameContext {
  /** Absolute path of the source; of the first, where several are joined. */
  readonly source: string;
  /** The preset's name. */
  readonly preset: string;
  /** The output's name; missing for a preset's only one. */
  readonly output?: string | undefined;
  readonly container: Container;
  /** Of the source's picture as it is seen, in pixels; missing where there is none. */
  readonly size?: { readonly width: number; readonly height: number } | undefined;
  /** 2 and up: the names before it are taken, `clip.web-2.mp4`. */
  readonly taken?: number;
  /** Of the machine on which the paths lie. */
  readonly platform: PathPlatform;
}

/**
 * The template of one output: its own, or the general one. A general one that would not tell several outputs
 * apart gets the output's name and extension: `out/clip.${ext}` → `out/clip.${output}.${ext}`.
 */
export function outputTemplate(
  output: { readonly name?: string | undefined; readonly file?: string | undefined },
  general: string = defaultOutputTemplate,
): string {
  if (output.file !== undefined) return output.file;
  if (output.name === undefined || general.includes('${output}')) return general;
  return `${general.slice(0, general.length - extensionOf(general).length)}.\${output}.\${ext}`;
}

/** With its dot; empty where the template ends without one that is known. */
function extensionOf(template: string): string {
  const end = /\.(?:\$\{ext\}|[A-Za-z0-9]+)$/u.exec(template)?.[0] ?? '';
  return end === '.${ext}' || isExtension(end.slice(1)) ? end : '';
}

/**
 * The result's path: absolute, normalised, from a template whose relative paths start at the source's folder.
 * An extension is added where the template gives none; a result that is a folder has none.
 */
export function resolveOutputPath(template: string, context: OutputNameContext): Outcome<{ path: string }> {
  const { platform } = context;
  const source = parsePath(context.source, platform);
  const filling = fillIn(isFolder(context) ? withoutExtension(template) : template, source, context);
  if (!filling.ok) return filling;
  const { filled } = filling;
  const refusal = refuseText(filled, platform);
  if (refusal) return refusal;
  const absolute = isAbsolute(filled, platform)
    ? onDriveOf(source.folder, filled, platform)
    : joinPath(source.folder, filled, platform);
  const path = parsePath(resolveDots(absolute, platform), platform);
  if (path.fileName === '') return namesNoFile();
  if (platform === 'win32' && /[<>:"|?*]/u.test(path.fileName))
    return invalid(
      'The output template gives a name with a character that Windows does not allow.',
      'Leave out < > : " | ? *.',
    );
  return { ok: true, path: joinPath(path.folder, numbered(path.fileName, context), platform) };
}

function isFolder({ container }: Pick<OutputNameContext, 'container'>): boolean {
  return containerTable[container].kind === 'ladder';
}

function withoutExtension(template: string): string {
  return template.slice(0, template.length - extensionOf(template).length);
}

function fillIn(
  template: string,
  source: { readonly folder: string; readonly fileName: string },
  context: OutputNameContext,
): Outcome<{ filled: string }> {
  const { preset, output, container, size } = context;
  const values: Record<keyof typeof templateVariables, string | undefined> = {
    fileDirname: source.folder,
    fileBasename: source.fileName,
    fileBasenameNoExtension: splitFileName(source.fileName).stem,
    preset,
    output: output ?? preset,
    width: size && String(size.width),
    height: size && String(size.height),
    ext: isFolder(context) ? '' : container,
  };
  const used = [...template.matchAll(/\$\{([^}]*)\}/gu)].map((match) => match[1] ?? '');
  const unknown = used.find((variable) => !Object.hasOwn(values, variable));
  if (unknown !== undefined)
    return invalid(
      `The output template has the unknown variable \${${unknown}}.`,
      `Use ${Object.keys(values)
        .map((variable) => `\${${variable}}`)
        .join(', ')}.`,
    );
  const missing = used.find((variable) => values[variable as keyof typeof values] === undefined);
  if (missing !== undefined)
    return invalid(
      `The output template has \${${missing}}, but the source has no picture.`,
      'Take it out, or choose a source with a picture.',
    );
  if (/^~(?:[/\\]|$)/u.test(template))
    return invalid('The output template begins with ~, which is not replaced.', 'Write the whole path.');
  // A function, since `$&` in a file name would be replaced again.
  const fill = (_: string, variable: keyof typeof values): string => values[variable] ?? '';
  return { ok: true, filled: template.replace(/\$\{([^}]*)\}/gu, fill) };
}

function refuseText(filled: string, platform: PathPlatform): Refusal | undefined {
  if (filled.includes('\0'))
    return invalid('The output template has a NUL character.', 'Take the character out.');
  if (platform === 'win32' && /^[A-Za-z]:(?![/\\])/u.test(filled))
    return invalid(
      'The output template names a drive without a folder.',
      'Write a backslash after the drive’s colon.',
    );
  return /[/\\]$/u.test(filled) || filled.trim() === '' ? namesNoFile() : undefined;
}

function namesNoFile(): Refusal {
  return invalid(
    'The output template names a folder, not a file.',
    'End it with a file name such as ${fileBasenameNoExtension}.${preset}.${ext}.',
  );
}

/**
 * `clip.web.mp4` → `clip.web-2.mp4`. A long name gives up as many characters as the number has: where the first name
 * fits, the others do.
 */
function numbered(fileName: string, context: OutputNameContext): string {
  const { container, taken } = context;
  const number = taken === undefined ? '' : `-${taken}`;
  const { stem, extension } = splitFileName(fileName);
  if (isFolder(context)) return `${withRoom(fileName, number)}${number}`;
  return isExtension(extension)
    ? `${withRoom(stem, number)}${number}.${extension}`
    : `${withRoom(fileName, number)}${number}.${container}`;
}

/** Bytes of a name without its extension that every file system can have a few more of: encrypted ones end at 143. */
const longName = 128;

function withRoom(name: string, number: string): string {
  if (number === '' || new TextEncoder().encode(name).length <= longName) return name;
  return [...name].slice(0, -number.length).join('');
}

/** Whether what stands behind the last dot is one, rather than part of a name such as `clip.final`. */
function isExtension(text: string): boolean {
  const lower = text.toLowerCase();
  return mediaExtensions.includes(lower) || lower === 'jpeg' || fileContainers.includes(lower);
}

const fileContainers: readonly string[] = containers.filter((container) => !isFolder({ container }));

function invalid(message: string, hint: string): Refusal {
  return refuse('template-invalid', message, hint);
}
