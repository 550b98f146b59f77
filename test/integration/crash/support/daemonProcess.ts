/**
 * `dffmpeg serve` for the state folder in DFFMPEG_STATE_DIR, from source, that can be held at any step of a job's
 * life. The breakpoints come over the process's message channel.
 */
import { serve } from '../../../../src/daemon/serve.ts';
import { breakFs } from './brokenFs.ts';
import { breakStore, OutputCounter } from './brokenStore.ts';
import { Breakpoints } from './breakpoints.ts';
import { placingOf } from './steps.ts';
import { createSyncNotes } from './wal.ts';

const stateDir = process.env['DFFMPEG_STATE_DIR'];
if (stateDir === undefined) throw new Error('DFFMPEG_STATE_DIR is not set.');

// The test has died.
process.once('disconnect', () => process.exit(1));

const breakpoints = new Breakpoints({ output: 0, placing: placingOf(process.env['DFFMPEG_TEST_PLACING']) });
const outputs = new OutputCounter();
const keepMs = process.env['DFFMPEG_TEST_KEEP_MS'];
const code = await serve(
  { stateDir, flags: {}, env: {} },
  {
    wrapStore: (store, file) => breakStore(store, { breakpoints, outputs, synced: createSyncNotes(file) }),
    fs: breakFs(breakpoints, outputs),
    queue: {
      retryBaseMs: 100,
      retryMaxMs: 1_000,
      ...(keepMs === undefined ? {} : { keepReplacedMs: Number(keepMs) }),
    },
  },
);
process.exit(code);
