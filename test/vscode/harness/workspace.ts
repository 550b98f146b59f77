import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** A fresh folder of small clips, made by ffmpeg; gone with `remove`. */
export interface TestWorkspace {
  readonly folder: string;
  remove(): Promise<void>;
}

/** What lies in it: name, seconds. */
export const clips = {
  'clip.mp4': 4,
  'second clip.mp4': 2,
  'rushes/take 1.mp4': 2,
  'rushes/take 2.mp4': 2,
} as const;

export async function makeWorkspace(): Promise<TestWorkspace> {
  // The real path: on macOS the temporary folder is a link, and VS Code shows where it leads.
  const parent = await realpath(await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-workspace-')));
  const folder = path.join(parent, 'film');
  await mkdir(folder);
  for (const [name, seconds] of Object.entries(clips)) await makeClip(path.join(folder, name), seconds);
  await writeFile(path.join(folder, 'broken.mp4'), 'This is a text file with the wrong name.\n');
  await writeFile(path.join(folder, 'notes.txt'), 'Nothing to encode here.\n');
  const remove = (): Promise<void> =>
    rm(parent, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  return { folder, remove };
}

/** A moving test picture with a tone, 320x180 at 25 fps. */
export async function makeClip(file: string, seconds: number): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const args = ['-hide_banner', '-loglevel', 'error', '-n'];
  args.push('-f', 'lavfi', '-i', `testsrc2=size=320x180:rate=25:duration=${seconds}`);
  args.push('-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=48000:duration=${seconds}`);
  args.push('-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', file);
  const result = spawnSync('ffmpeg', args, { encoding: 'utf8' });
  if (result.status !== 0)
    throw new Error(`ffmpeg could not make ${file}: ${result.stderr}`, { cause: result.error });
}
