import { secondFfmpeg } from '../../../scripts/lib/secondFfmpeg.mjs';
import { makeSource } from '../../media/traits.ts';
import type { TraitName } from '../../media/traits.ts';
import { sharedFolder } from '../../media/sharedFolder.ts';
import { PictureRun } from './pictureRun.ts';

export interface Bench {
  /** On this ffmpeg. */
  readonly run: PictureRun;
  /** A source with this trait, which tests read alone. */
  readonly source: (name: TraitName) => Promise<string>;
}

/** The same tests on the machine’s own ffmpeg and on a second one, `DFFMPEG_TEST_FFMPEG` or the one that is fetched. */
export function onEachFfmpeg(title: string, tests: (bench: () => Bench) => void): void {
  for (const which of ['the machine’s ffmpeg', 'a second ffmpeg'] as const)
    describe(`${title}, on ${which}`, function () {
      this.timeout(60_000);
      let bench: Bench | undefined;

      before(async function () {
        const ffmpeg = which === 'a second ffmpeg' ? await second() : 'ffmpeg';
        if (ffmpeg === undefined) return this.skip();
        const folder = await sharedFolder();
        bench = { run: new PictureRun(ffmpeg), source: (name) => makeSource(name, folder) };
      });
      after(() => bench?.run.close());

      tests(() => {
        if (bench === undefined) throw new Error('Asked for before the tests run.');
        return bench;
      });
    });
}

async function second(): Promise<string | undefined> {
  const named = process.env.DFFMPEG_TEST_FFMPEG;
  if (named !== undefined) return named;
  const found = await secondFfmpeg();
  if (found.path === undefined) console.error(`Skipped: ${found.reason}`);
  return found.path;
}
