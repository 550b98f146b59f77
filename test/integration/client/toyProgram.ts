import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { endDaemon } from '../../../scripts/lib/stateDir.mjs';

const source = (file: string): string =>
  JSON.stringify(new URL(`../../../src/${file}`, import.meta.url).href);

/**
 * A daemon of twenty lines with the real transport, peer and discovery file. `TOY` in its environment makes it
 * behave badly: `fail` ends with a complaint, `slow` waits for a file named `go`.
 */
const toyDaemon = `
import { existsSync, mkdirSync, renameSync, watch, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createPeer } from ${source('protocol/peer.ts')};
import { clientEvents, clientMethods } from ${source('protocol/clientContract.ts')};
import { discoveryPath } from ${source('client/discovery.ts')};
import { listenWebSocket } from ${source('transport/websocketServer.ts')};
import { randomToken } from ${source('transport/hmac.ts')};

const stateDir = process.argv[process.argv.indexOf('--state-dir') + 1];
if (process.env.TOY === 'fail') {
  console.error('The cat sleeps on the keyboard.');
  process.exit(1);
}
// The lock of a dead toy does not matter: every test has a folder of its own, or removes it.
try {
  mkdirSync(path.join(stateDir, '.lock'));
} catch {
  console.error('another one runs');
  process.exit(3);
}
if (process.env.TOY === 'slow') {
  const go = path.join(stateDir, '.go');
  await new Promise((resolve) => {
    const look = () => { if (existsSync(go)) { watcher.close(); resolve(); } };
    const watcher = watch(stateDir, look);
    look();
  });
}
const key = randomToken();
const build = 'toy' + process.pid;
const { url } = await listenWebSocket({
  host: '127.0.0.1',
  port: 0,
  authenticate: (identity) => (identity === 'local' ? { key, role: 'client' } : undefined),
  log: (line) => console.error(line),
  onChannel: (channel) => {
    createPeer({
      channel, serves: clientMethods, asks: {}, emits: clientEvents, hears: {}, listeners: {},
      handlers: {
        'session.open': async () => ({ version: '1.0.0', build, protocol: '1.0' }),
        'presets.list': async () => ({ presets: [] }),
      },
    });
  },
});
const temporary = path.join(stateDir, '.daemon.json.new');
const content = { protocol: '1.0', version: '1.0.0', build, pid: process.pid, startTime: Date.now(), url, key };
writeFileSync(temporary, JSON.stringify({ ...content, cwd: process.cwd(), options: process.env.NODE_OPTIONS ?? '' }), { mode: 0o600 });
renameSync(temporary, discoveryPath(stateDir));
console.log(JSON.stringify({ event: 'ready', url }));
process.on('SIGTERM', () => process.exit());
`;

export interface Toy {
  stateDir: string;
  programDir: string;
  remove(): Promise<void>;
}

/** A private state folder and a bundled program to install into it; `remove` ends the daemon that runs there. */
export async function makeToy(): Promise<Toy> {
  const root = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-client-'));
  const programDir = path.join(root, 'program');
  const stateDir = path.join(root, 'state with spaces');
  await mkdir(programDir);
  await writeFile(path.join(programDir, 'dffmpeg.mjs'), toyDaemon);
  await writeFile(path.join(programDir, 'chunk-abc.mjs'), '// a chunk');
  await writeFile(path.join(programDir, 'chunk-abc.mjs.map'), '{}');
  await writeFile(
    path.join(programDir, 'build.json'),
    JSON.stringify({ version: '1.0.0', build: '0123456789ab' }),
  );
  return {
    stateDir,
    programDir,
    remove: async () => {
      await endDaemon(stateDir);
      await rm(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
