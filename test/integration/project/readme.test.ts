import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { makeStateDir } from '../../../scripts/lib/stateDir.mjs';

const run = promisify(execFile);
const root = path.join(import.meta.dirname, '..', '..', '..');

/** The lines that a reader is told to type: `$ …` in the README's console blocks. */
function typedLines(markdown: string): string[] {
  return [...markdown.matchAll(/```console\n(.*?)```/gs)].flatMap((block) =>
    (block[1] ?? '')
      .split('\n')
      .filter((line) => line.startsWith('$ '))
      .map((line) => line.slice(2)),
  );
}

describe('README', function () {
  this.timeout(180_000);
  let folder: string;
  let clip: string;
  let state: ReturnType<typeof makeStateDir>;

  before(async () => {
    state = makeStateDir();
    folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-readme-'));
    clip = path.join(folder, 'clip.mp4');
    await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=duration=1', '-y', clip]);
  });

  after(async () => {
    await state.remove();
    await rm(folder, { recursive: true, force: true });
  });

  it('shows only commands that work, in the order in which they stand there', async () => {
    const lines = typedLines(await readFile(path.join(root, 'README.md'), 'utf8'));
    assert.ok(lines.includes('npm start') && lines.includes('npm test'), 'the two commands');
    for (const line of lines) {
      // This very run is `npm test`.
      if (line === 'npm test') continue;
      const [file = '', ...args] = line.replace('path/to/clip.mp4', clip).split(' ');
      const env = { ...process.env, DFFMPEG_STATE_DIR: state.dir };
      await assert.doesNotReject(
        run(file, args, { cwd: root, env, shell: process.platform === 'win32' }),
        line,
      );
    }
  });
});
