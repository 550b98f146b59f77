import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { toWholeJob } from '../../../../src/coordinator/jobView.ts';
import { runHook, type Copy, type HookRun } from '../../../../src/daemon/hooks/hookTable.ts';
import { hookSettings } from '../../../../src/daemon/settings/hooks.ts';
import { briefKey } from '../../../../src/files/contentKey.ts';
import { defaultsOf } from '../../../../src/protocol/settingRow.ts';
import { storedJob } from '../../coordinator/fixtures.ts';

describe('results that the operator’s command changes', () => {
  let root: string;
  let result: string;

  beforeEach(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-tags-'));
    result = path.join(root, 'a.mp4');
    await writeFile(result, 'a film');
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  /** What is noted of a command that puts `text` into the result, and ends with that code. */
  async function notedOf(text: string, code: number, known: string): Promise<Copy[]> {
    const noted: Copy[] = [];
    const outputs = [{ state: 'placed' as const, path: result }];
    const run: HookRun = {
      job: toWholeJob(storedJob('j', { state: 'done', outputs })),
      ...{ deliveryId: 'd', stateDir: path.join(root, 'state'), settings: defaultsOf(hookSettings), now: 0 },
      ...{ signal: AbortSignal.timeout(30_000), log: () => undefined },
      contentOf: () => Promise.resolve(known),
      noteCopy: (copy) => {
        noted.push(copy);
        return Promise.resolve();
      },
    };
    const script = `require('node:fs').writeFileSync(process.argv[1], ${JSON.stringify(text)}); process.exit(${code})`;
    const command: [string, ...string[]] = [process.execPath, '-e', script, '${output}'];
    const outcome = await runHook({ on: 'done', command }, run);
    assert.equal(outcome.done, code === 0);
    return noted;
  }

  it('are known by what they hold then, also where the command failed', async () => {
    for (const code of [0, 1]) {
      const noted = await notedOf(`a film, tagged ${code}`, code, await briefKey(result));
      assert.deepEqual(noted, [{ path: result, bytes: 16, content: await briefKey(result) }]);
    }
  });

  it('are left as they are known where nothing changed, or another file had that name before', async () => {
    assert.deepEqual(await notedOf('a film', 0, await briefKey(result)), []);
    assert.deepEqual(await notedOf('a film, tagged', 0, 'of another film'), []);
  });
});
