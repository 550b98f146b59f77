import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { root } from './setup.mjs';

/** Where samples lie: in sight, ignored by git, made again when thrown away. */
export const sampleFolder = path.join(root, 'out', 'sample');

/** A moving test picture with a tone, 10 s, 1280x720. @returns {string} its path */
export function sampleClip() {
  return generate('sample.mp4', { seconds: 10, size: '1280x720', rate: 30 });
}

/** A small workspace to play in. @returns {string} its path */
export function sampleWorkspace() {
  sampleClip();
  generate('clip.mp4', { seconds: 5, size: '640x360', rate: 25 });
  generate(path.join('rushes', 'take 1.mp4'), { seconds: 3, size: '640x360', rate: 25 });
  generate(path.join('rushes', 'take 2.mp4'), { seconds: 3, size: '640x360', rate: 25 });
  return sampleFolder;
}

function generate(name, { seconds, size, rate }) {
  const file = path.join(sampleFolder, name);
  if (existsSync(file)) return file;
  mkdirSync(path.dirname(file), { recursive: true });
  const part = `${file}.part.mp4`;
  const args = ['-hide_banner', '-loglevel', 'error', '-y'];
  args.push('-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${rate}:duration=${seconds}`);
  args.push('-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=48000:duration=${seconds}`);
  args.push(
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-crf',
    '12',
    '-pix_fmt',
    'yuv420p',
    '-c:a',
    'aac',
    part,
  );
  const result = spawnSync('ffmpeg', args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (result.status !== 0) {
    rmSync(part, { force: true });
    throw new Error(`ffmpeg could not make ${file}.`);
  }
  renameSync(part, file);
  return file;
}
