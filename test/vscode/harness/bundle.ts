import { build } from 'esbuild';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../../..');

/** A folder of tests that run inside VS Code's extension host, and how its workspace is opened. */
export interface Suite {
  readonly name: string;
  /** Relative to the root. */
  readonly folder: string;
  /** The workspace is untrusted, as each is for people until they say otherwise. */
  readonly restrictedMode: boolean;
}

export const suites: readonly Suite[] = [
  { name: 'vscode', folder: 'test/vscode', restrictedMode: false },
  { name: 'vscode-restricted', folder: 'test/vscode-restricted', restrictedMode: true },
];

export function testFiles(suite: Suite): string[] {
  const folder = path.join(root, suite.folder);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .sort()
    .map((file) => path.join(folder, file));
}

/** One CommonJS file, as VS Code loads it: its `run` runs the tests. Returns its path. */
export async function bundleSuite(suite: Suite): Promise<string> {
  const outfile = path.join(root, 'out', `test-${suite.name}`, 'suite.cjs');
  const loaders = testFiles(suite).map((file) => `() => import(${JSON.stringify(file)})`);
  const runner = JSON.stringify(path.join(import.meta.dirname, 'insideHost.ts'));
  await build({
    stdin: {
      contents: `import { runTests } from ${runner};\nexport const run = () => runTests([${loaders.join(',\n')}]);\n`,
      resolveDir: root,
      loader: 'ts',
    },
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    sourcemap: 'inline',
    // Mocha stays outside: it loads its own files by name.
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
  });
  return outfile;
}
