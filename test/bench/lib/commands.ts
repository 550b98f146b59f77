import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

export const root = path.join(import.meta.dirname, '..', '..', '..');
export const dffmpeg = path.join(root, 'dist', 'program', 'dffmpeg.mjs');

export interface Finished {
  stdout: string;
  /** Wall milliseconds from spawn to exit. */
  elapsed: number;
}

/** Runs a command to its end; throws with its stderr when it fails. */
export async function runTimed(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Finished> {
  const begun = performance.now();
  const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${file} ended with ${code}: ${stderr.slice(-2000)}`);
  return { stdout, elapsed: performance.now() - begun };
}
