import type { Suite } from 'mocha';
import type { Workbench } from './workbench.ts';

/** After each failed test of the suite, keeps a picture of what was on the screen. Call it inside `describe`. */
export function keepPicturesOfFailures(suite: Suite, workbench: () => Workbench | undefined): void {
  suite.afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    const name = this.currentTest.fullTitle().replaceAll(/\W+/g, '-').slice(0, 80);
    await workbench()
      ?.screenshot(`failed-${name}`)
      .catch(() => undefined);
  });
}
