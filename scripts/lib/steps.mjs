/** What `npm test` runs, in order. A step is added by one line here. */
import { existsSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from './setup.mjs';

const bin = (pkg, file) => path.join(root, 'node_modules', pkg, file);
/** Arguments for Node; options and files follow. */
export const mochaCommand = [
  bin('mocha', 'bin/mocha.js'),
  '--reporter',
  path.join(root, 'scripts/lib/mochaReporter.cjs'),
];
const mocha = (glob, ...options) => ({
  script: [...mochaCommand, ...options, glob],
  counts: true,
  grep: true,
});

/**
 * `script`: arguments for Node. `counts`: the script leaves its counts in DFFMPEG_TEST_COUNTS; else it is one test.
 * `folder`: the step is passed over while that folder holds no test. `system`: programs it needs from the system.
 */
export const steps = {
  lint: { script: [bin('eslint', 'bin/eslint.js'), '--max-warnings', '0', '.'] },
  types: { script: [bin('typescript', 'bin/tsc'), '--noEmit'] },
  format: { script: [bin('prettier', 'bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'] },
  unit: {
    ...mocha('test/unit/**/*.test.ts', '--parallel', '--jobs', String(os.availableParallelism())),
    folder: 'test/unit',
  },
  integration: {
    script: [path.join(root, 'scripts/lib/testFiles.mjs'), 'test/integration/**/*.test.ts'],
    counts: true,
    grep: true,
    folder: 'test/integration',
    system: ['ffmpeg'],
  },
  vscode: {
    script: ['test/vscode/harness/main.ts'],
    counts: true,
    grep: true,
    folder: 'test/vscode',
    system: ['ffmpeg', 'chromium'],
  },
  browser: { ...mocha('test/browser/**/*.test.ts'), folder: 'test/browser', system: ['ffmpeg', 'chromium'] },
  package: { script: ['scripts/pack.mjs', '--check'] },
};

/** @param {string} name */
export function hasTests(name) {
  const { folder } = steps[name];
  if (!folder) return true;
  const full = path.join(root, folder);
  return existsSync(full) && readdirSync(full, { recursive: true }).some((file) => file.endsWith('.test.ts'));
}
