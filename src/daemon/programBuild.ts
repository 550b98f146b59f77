import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

const buildSchema = z.object({ version: z.string(), build: z.string() });
export type ProgramBuild = z.output<typeof buildSchema>;

/** Version and build of the program that runs: `build.json` beside it; from source, package.json and `source`. */
export function programBuild(): ProgramBuild {
  const here = path.dirname(fileURLToPath(import.meta.url));
  if (!import.meta.url.endsWith('.ts')) return buildSchema.parse(readJson(path.join(here, 'build.json')));
  const { version } = z
    .object({ version: z.string() })
    .parse(readJson(path.join(here, '..', '..', 'package.json')));
  return { version, build: 'source' };
}

/** The folder of the program that runs; from source, the one that was built. */
export function programFolder(): string {
  const here = path.dirname(fileURLToPath(import.meta.url));
  return import.meta.url.endsWith('.ts') ? path.join(here, '..', '..', 'dist', 'program') : here;
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
