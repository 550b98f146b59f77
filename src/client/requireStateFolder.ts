import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { DffmpegError } from '../protocol/errors.ts';

/** What a daemon or a worker makes before it touches anything, and leaves there. */
const marks = ['daemon.lock', path.join('worker', 'worker.lock')];

/**
 * What may lie there before the first daemon: settings, what was put back from a backup, what a client makes to start it, and
 * what a daemon may make once more whose folder was deleted under it. A pattern is of the names in that folder.
 */
const beforehand: Readonly<Record<string, RegExp | 'anything'>> = {
  'config.jsonc': 'anything',
  'config.vscode.json': 'anything',
  'identities.key': 'anything',
  'listener.pem': 'anything',
  'webhook.key': 'anything',
  'store.sqlite': 'anything',
  'store.sqlite-wal': 'anything',
  'store.sqlite-shm': 'anything',
  'daemon.json': 'anything',
  // Nothing of a stranger's is deleted there.
  cache: 'anything',
  logs: /^(daemon(-start)?\.log|jobs)$/,
  bin: /^\.(copy|damaged)-|^[0-9A-Za-z.+-]+-[0-9a-f]{8,64}$/,
  scratch: /^(attempts|inquiries|name|placements|processes|traces)$/,
  'scratch/attempts': /^\.dffmpeg-/,
  'scratch/inquiries': /^inquiry-/,
  'scratch/placements': /\.json$/,
  'scratch/processes': /^\.?\d+\.json/,
  'scratch/traces': /^[0-9a-f]{64}(\.tmp)?$/,
  worker: /^(?!)/,
};

/** Of the system: nobody put it there. */
const ofTheSystem = /^\.|^(lost\+found|desktop\.ini|Thumbs\.db|\$RECYCLE\.BIN|System Volume Information)$/i;

/** Names in the sentence. */
const shown = 3;

/**
 * Throws where a state folder holds what neither the daemon nor a client of it has made: what lies there is swept, appended
 * to and closed to others. A folder that is not there, or is empty, becomes one.
 */
export async function requireStateFolder(stateDir: string): Promise<void> {
  const foreign = await foreignIn(stateDir);
  if (foreign.length === 0 || (await isMarked(stateDir))) return;
  const list = foreign.slice(0, shown).join(', ') + (foreign.length > shown ? ', …' : '');
  throw new DffmpegError(
    'daemon-unavailable',
    `${stateDir} cannot become the state folder: it was not made by DFFmpeg and holds something else (${list}).`,
    { hint: 'Choose an empty folder, or one that is not there yet, with --state-dir or DFFMPEG_STATE_DIR.' },
  );
}

/** The names in it of what is not ours, or holds what is not. */
async function foreignIn(stateDir: string): Promise<string[]> {
  const foreign: string[] = [];
  for (const name of await namesIn(stateDir))
    if (!ofTheSystem.test(name) && !(await isOurs(stateDir, name))) foreign.push(name);
  return foreign;
}

async function isOurs(stateDir: string, below: string): Promise<boolean> {
  const allowed = Object.hasOwn(beforehand, below) ? beforehand[below] : undefined;
  // Below the folder itself the pattern of its names has decided.
  if (allowed === undefined) return below.includes('/');
  if (allowed === 'anything') return true;
  for (const name of await namesIn(path.join(stateDir, below)))
    if (!allowed.test(name) || !(await isOurs(stateDir, `${below}/${name}`))) return false;
  return true;
}

async function isMarked(stateDir: string): Promise<boolean> {
  for (const mark of marks) {
    const names = await namesIn(path.dirname(path.join(stateDir, mark)));
    if (names.includes(path.basename(mark))) return true;
  }
  return false;
}

/** Of what is no folder, or cannot be read, none: whoever uses it says so. */
function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
