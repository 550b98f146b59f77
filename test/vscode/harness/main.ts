/** The step *vscode* of `npm test`: each suite in a real VS Code, its own workspace and state folder, counts summed. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { makeStateDir } from '../../../scripts/lib/stateDir.mjs';
import { bundleSuite, suites, testFiles, type Suite } from './bundle.ts';
import { chooseHost, type Host } from './hosts.ts';
import { makeWorkspace } from './workspace.ts';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

async function runSuite(host: Host, suite: Suite, grep: string | undefined): Promise<Counts> {
  const bundle = await bundleSuite(suite);
  const workspace = await makeWorkspace();
  const state = makeStateDir();
  const countsFile = `${bundle}.counts.json`;
  rmSync(countsFile, { force: true });
  try {
    const env = {
      DFFMPEG_STATE_DIR: state.dir,
      DFFMPEG_TEST_WORKSPACE: workspace.folder,
      DFFMPEG_TEST_COUNTS: countsFile,
      ...(grep ? { DFFMPEG_TEST_GREP: grep } : {}),
    };
    const code = await host.run({
      bundle,
      workspace: workspace.folder,
      restrictedMode: suite.restrictedMode,
      env,
    });
    if (!existsSync(countsFile)) return { passed: 0, failed: 1, skipped: 0 };
    const counts = JSON.parse(readFileSync(countsFile, 'utf8')) as Counts;
    return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
  } finally {
    await state.remove();
    await workspace.remove();
  }
}

const { values } = parseArgs({ options: { grep: { type: 'string' } } });
const host = await chooseHost();
console.log(`host: ${host.description}`);
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
for (const suite of suites) {
  if (testFiles(suite).length === 0) continue;
  const counts = await runSuite(host, suite, values.grep);
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}
if (process.env.DFFMPEG_TEST_COUNTS) writeFileSync(process.env.DFFMPEG_TEST_COUNTS, JSON.stringify(total));
process.exitCode = total.failed > 0 ? 1 : 0;
