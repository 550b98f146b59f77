import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { requireStateFolder } from '../../../src/client/requireStateFolder.ts';
import { prepareStateDir } from '../../../src/daemon/stateDir.ts';

describe('a folder that is to be the state folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-folder-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const put = async (...names: readonly string[]): Promise<void> => {
    for (const name of names) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), '');
    }
  };

  const taken: Record<string, readonly string[]> = {
    'is empty': [],
    'holds what a client makes before the daemon': [
      'config.vscode.json',
      'config.jsonc',
      'logs/daemon-start.log',
      'bin/0.1.0-0123456789ab/dffmpeg.mjs',
      'bin/.copy-1-2/dffmpeg.mjs',
    ],
    'holds what the system puts everywhere': ['.DS_Store', 'lost+found/x', 'desktop.ini'],
    'was made by a daemon, whatever has come since': ['daemon.lock', 'scratch/attempts/x', 'notes.txt'],
    'was deleted under a daemon, which has made some of it once more': [
      'logs/daemon.log',
      'scratch/processes/123.json',
      'scratch/attempts/.dffmpeg-mz1x0a4bq7kd-1.0a1b2c3d.part/result.mp4',
      'scratch/placements/mz1x0a4bq7kd-1.json',
    ],
    'is a backup of the queue': ['store.sqlite', 'identities.key'],
    'was made by a worker': ['worker/worker.lock', 'worker/scratch/x', 'notes.txt'],
  };
  for (const [what, names] of Object.entries(taken))
    it(`${what}: is taken`, async () => {
      await put(...names);
      await requireStateFolder(folder);
    });

  it('is not there yet: is taken', async () => {
    await requireStateFolder(path.join(folder, 'new'));
  });

  const refused: Record<string, readonly string[]> = {
    'holds a film': ['film.mp4'],
    'has another program’s database': ['store.sqlite', 'film.mp4'],
    'has folders of our names, with something else in them': [
      'scratch/attempts/x',
      'logs/app.log',
      'bin/backup',
    ],
    'has logs of its own': ['logs/app.log'],
    'has programs of its own': ['bin/backup'],
    'has a working folder of its own': ['scratch/my-1/x'],
    'has attempts of its own': ['scratch/attempts/my-1/x'],
  };
  for (const [what, names] of Object.entries(refused))
    it(`${what}: is refused, and left as it is`, async () => {
      await put(...names);
      await chmod(folder, 0o755);
      await assert.rejects(requireStateFolder(folder), { code: 'daemon-unavailable' });
      await assert.rejects(prepareStateDir(folder), /was not made by DFFmpeg and holds something else/);
      if (process.platform !== 'win32') assert.equal((await stat(folder)).mode & 0o777, 0o755);
    });
});
