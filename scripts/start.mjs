/** `npm start [-- FILE --preset NAME]`: sets up what is missing and encodes FILE, or a sample, on this machine. */
import path from 'node:path';
import { run, runNode } from './lib/run.mjs';
import { root, setUp } from './lib/setup.mjs';

await setUp({ system: ['ffmpeg'] });
const { sampleClip } = await import('./lib/sample.mjs');

const built = await runNode([path.join(root, 'esbuild.mjs')]);
if (built !== 0) process.exit(built);

const cwd = process.env.INIT_CWD ?? process.cwd();
const words = process.argv.slice(2);
if (!namesAFile(words)) words.unshift(sampleClip());
const code = await run(process.execPath, [path.join(root, 'bin', 'dffmpeg.cjs'), 'encode', ...words], {
  cwd,
});
if (code === 0) console.log(whereNext());
process.exitCode = code;

/** Flags with a value of their own, so that the value is not taken for a file. */
function namesAFile(args) {
  const withValue = new Set([
    '--preset',
    '--output',
    '--priority',
    '--on',
    '--split',
    '--state-dir',
    '--ffmpeg',
    '--exit-code',
  ]);
  return args.some((word, index) => !word.startsWith('-') && !withValue.has(args[index - 1] ?? ''));
}

function whereNext() {
  return [
    '',
    'The same by a right-click:',
    '  npm run vscode     a VS Code in the browser, with the extension and sample clips',
    '  npm run pack       makes the extension file to install in your own VS Code',
  ].join('\n');
}
