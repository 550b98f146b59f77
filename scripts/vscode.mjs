/** `npm run vscode [-- FOLDER]`: a VS Code in the browser with the extension, on sample clips or FOLDER, until Ctrl+C. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { runNode } from './lib/run.mjs';
import { root, setUp } from './lib/setup.mjs';

await setUp({ system: ['ffmpeg'] });
const built = await runNode([path.join(root, 'esbuild.mjs')]);
if (built !== 0) process.exit(built);

const { sampleWorkspace } = await import('./lib/sample.mjs');
const { installCodeServer } = await import('../test/vscode/harness/codeServer.ts');
const { startServer, workbenchUrl } = await import('../test/vscode/harness/server.ts');

const wanted = process.argv[2];
const folder = wanted ? path.resolve(process.env.INIT_CWD ?? process.cwd(), wanted) : sampleWorkspace();
const { main } = await installCodeServer(path.join(root, '.cache', 'code-server'), (line) =>
  console.log(line),
);
const server = await startServer({ serverMain: main, extensions: [root] });
const url = workbenchUrl(server, folder);
console.log(
  `\nVS Code with DFFmpeg on ${folder}:\n  ${url}\nRight-click a clip in the Explorer. Ctrl+C ends it.`,
);
openInBrowser(url);

const stop = async () => {
  await server.stop();
  process.exit(0);
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void stop());

/** Where there is a screen; elsewhere the address is enough. */
function openInBrowser(address) {
  const shown = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (!shown || !process.stdout.isTTY) return;
  const opener = { darwin: ['open'], win32: ['explorer'] }[process.platform] ?? ['xdg-open'];
  const child = spawn(opener[0], [address], { stdio: 'ignore', detached: true });
  child.once('error', () => undefined);
  child.unref();
}
