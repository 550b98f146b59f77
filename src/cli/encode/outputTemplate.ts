import path from 'node:path';
import { outputTemplate as templateOf, resolveOutputPath } from '../../encoding/outputName.ts';
import type { Preset } from '../../encoding/preset.ts';
import { outputsOf } from '../../encoding/presetOutputs.ts';
import { DffmpegError } from '../../protocol/errors.ts';
import { requireText } from '../typedPath.ts';

const nameOfResult = '${fileBasenameNoExtension}.${preset}.${ext}';

/**
 * The template as the daemon takes it. What a person types in a shell starts at the current folder, as every
 * command's paths do; a template that ends with a separator names the folder for results of the usual name.
 */
export function outputTemplate(typed: string, cwd: string): string {
  const withName = /[/\\]$/.test(typed) ? typed + nameOfResult : typed;
  const anchored = withName.startsWith('${fileDirname}') || path.isAbsolute(withName);
  if (!withName.startsWith('${fileDirname}')) requireText(cwd, withName);
  return anchored ? withName : path.join(cwd, withName);
}

/** Throws `template-invalid` before anything is submitted. */
export function checkTemplate(
  template: string,
  { source, preset }: { source: string; preset: { name: string; preset: Preset } },
): void {
  for (const output of outputsOf(preset.preset)) {
    const resolved = resolveOutputPath(templateOf(output, template), {
      source,
      preset: preset.name,
      output: output.name,
      container: output.container,
      // Whether there is a picture is known once the source was looked at.
      size: { width: 2, height: 2 },
      platform: process.platform === 'win32' ? 'win32' : 'posix',
    });
    if (!resolved.ok)
      throw new DffmpegError(resolved.problem.code, resolved.problem.message, {
        hint: resolved.problem.hint,
      });
  }
}
