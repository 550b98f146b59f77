import os from 'node:os';
import * as z from 'zod';
import { inquire } from '../../client/inquire.ts';
import { DffmpegError } from '../../protocol/errors.ts';
import { healthSchema, type Health } from '../../protocol/inquiry.ts';
import type { Invocation } from '../command.ts';
import { expandSources } from '../encode/expandSources.ts';
import { tellFolders } from '../encode/tellFolders.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson } from '../jsonOutput.ts';
import { shortenPath } from '../paths.ts';
import { healthLines } from '../render/healthLines.ts';
import { styleFor } from '../style.ts';
import { withInquiries, type Asking } from './withInquiries.ts';

export const checkOutputSchema = z.object({ files: z.array(healthSchema) });

/** Tells of each file as soon as it is known. 1 when one of them is not healthy. */
export function checkFiles(
  invocation: Invocation,
  typed: readonly string[],
  { thorough }: { thorough: boolean },
): Promise<number> {
  const { io, json } = invocation;
  const text = { style: styleFor(io.stdout, io.env), cwd: io.cwd, home: os.homedir() };
  return withInquiries(invocation, async (asking) => {
    const sources = await expandSources(typed, io.cwd, asking.daemon, true);
    tellFolders(invocation, sources);
    const { files } = sources;
    const checked: Health[] = [];
    for (const [position, file] of files.entries()) {
      const count = files.length > 1 ? `${position + 1}/${files.length}  ` : '';
      const health = await checkOne(file, thorough, asking, `${count}${shortenPath(file, text)}`);
      checked.push(health);
      asking.view.clear();
      if (!json) io.stdout.write(`${healthLines(health, text).join('\n')}\n`);
    }
    if (json) printJson(io.stdout, checkOutputSchema, { files: checked });
    return checked.some(({ verdict }) => verdict.level === 'fail') ? exitCodes.failed : exitCodes.done;
  });
}

/** A file that cannot even be read is not healthy, and no reason to leave the others unchecked. */
async function checkOne(
  path: string,
  thorough: boolean,
  { daemon, view, signal }: Asking,
  about: string,
): Promise<Health> {
  view.show(about, { step: 'waiting' });
  try {
    const onProgress = view.show.bind(view, about);
    return await inquire(daemon, 'media.check', { path, thorough }, { signal, onProgress });
  } catch (error) {
    if (!(error instanceof DffmpegError) || error.class !== 'source') throw error;
    const verdict = {
      level: 'fail' as const,
      findings: [{ level: 'fail' as const, message: error.message }],
    };
    return { path, thorough, verdict, bytes: 0, truncated: false, damage: 0, places: [], tracks: [] };
  }
}
