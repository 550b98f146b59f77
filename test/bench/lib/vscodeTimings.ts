import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { makeStateDir } from '../../../scripts/lib/stateDir.mjs';
import { bundleSuite } from '../../vscode/harness/bundle.ts';
import { chooseHost, type Host } from '../../vscode/harness/hosts.ts';
import { makeClip, makeWorkspace } from '../../vscode/harness/workspace.ts';

const timingsSchema = z.object({
  load: z.number(),
  activate: z.number(),
  coldRow: z.number(),
  warmRow: z.number(),
  cancel: z.number(),
});

/** Milliseconds, each from a VS Code, a workspace and a state folder of its own. */
export type VscodeTimings = z.output<typeof timingsSchema>;

export async function measureVscode(runs: number): Promise<{ host: string; timings: VscodeTimings[] }> {
  const host = await chooseHost();
  const bundle = await bundleSuite({ name: 'bench', folder: 'test/bench/vscode', restrictedMode: false });
  const timings: VscodeTimings[] = [];
  for (let run = 0; run < runs; run += 1) timings.push(await measureOnce(host, bundle));
  return { host: host.description, timings };
}

async function measureOnce(host: Host, bundle: string): Promise<VscodeTimings> {
  const workspace = await makeWorkspace();
  const state = makeStateDir();
  const result = path.join(state.dir, '..', `${path.basename(state.dir)}.timings.json`);
  try {
    // Long enough to be cancelled while it runs.
    await makeClip(path.join(workspace.folder, 'long.mp4'), 120);
    const env = {
      DFFMPEG_STATE_DIR: state.dir,
      DFFMPEG_TEST_WORKSPACE: workspace.folder,
      DFFMPEG_BENCH_RESULT: result,
    };
    const code = await host.run({ bundle, workspace: workspace.folder, restrictedMode: false, env });
    if (code !== 0) throw new Error(`The timings in VS Code ended with ${code}.`);
    return timingsSchema.parse(JSON.parse(await readFile(result, 'utf8')));
  } finally {
    await state.remove();
    await workspace.remove();
  }
}
