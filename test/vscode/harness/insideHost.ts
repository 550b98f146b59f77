import Mocha from 'mocha';
import { writeFileSync } from 'node:fs';
import { format } from 'node:util';

/** Runs inside the extension host: loads the tests, runs them, leaves the counts in DFFMPEG_TEST_COUNTS. */
export async function runTests(loaders: readonly (() => Promise<unknown>)[]): Promise<void> {
  const grep = process.env.DFFMPEG_TEST_GREP;
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 60_000,
    color: false,
    reporter: 'spec',
    ...(grep ? { grep } : {}),
  });
  const mark = process.env.DFFMPEG_TEST_MARK ?? '';
  // Among all that VS Code writes to the same console, this says which lines are ours.
  if (mark) Mocha.reporters.Base.consoleLog = (...args: unknown[]) => console.log(mark + format(...args));
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  for (const load of loaders) await load();
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    runner.once('end', () => {
      const { passes, failures: failed, pending } = runner.stats ?? { passes: 0, failures: 1, pending: 0 };
      const file = process.env.DFFMPEG_TEST_COUNTS;
      if (file) writeFileSync(file, JSON.stringify({ passed: passes, failed, skipped: pending }));
    });
  });
  // What VS Code turns into the exit code.
  if (failures > 0) throw new Error(`${failures} failed`);
}
