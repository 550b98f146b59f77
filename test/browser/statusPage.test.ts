import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../vscode/harness/browser.ts';
import {
  allMessages,
  counts,
  fleet,
  job,
  load,
  progress,
  workers,
  workingNight,
} from './statusPage/states.ts';
import { StatusPageFixture, type OpenOptions } from './statusPage/statusPageFixture.ts';
import { noCounts } from '../../src/protocol/jobState.ts';

const script = path.join(import.meta.dirname, '../../dist/webview/status.js');

declare global {
  interface Window {
    keyTaken: boolean;
  }
}

describe('the status page in a browser', function () {
  this.timeout(30_000);
  let browser: Browser;

  before(async () => {
    assert.ok(existsSync(script), 'The page is not built. Run npm run build.');
    browser = await launchBrowser();
  });
  after(() => browser.close());

  /** Opens the page, runs the test, and fails it if the browser or the content policy complained. */
  async function onPage(
    options: OpenOptions,
    test: (host: StatusPageFixture) => Promise<void>,
  ): Promise<void> {
    const host = await StatusPageFixture.open(browser, options);
    try {
      await test(host);
    } catch (error) {
      await host.close().catch(() => undefined);
      throw error;
    }
    await host.close();
  }

  describe('looks', () => {
    const looks = [
      ['dark', 1600], ['light', 1600], ['highContrast', 1200], ['dark', 900], ['dark', 400], ['light', 400],
    ] as const; // prettier-ignore
    for (const [theme, width] of looks)
      it(`fits ${width} pixels in the theme ${theme}, within its content policy`, () =>
        onPage({ theme, width }, async (host) => {
          await host.send(...allMessages(Date.now()));
          await host.screenshot(`status-${theme}-${width}`);
          const overflow = await host.page.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
          );
          assert.equal(overflow, 0, 'the page scrolls sideways');
        }));

    for (const [theme, width] of [
      ['dark', 1200],
      ['light', 400],
    ] as const)
      it(`tells workers that are drained or away from the others (${theme}, ${width})`, () =>
        onPage({ theme, width, height: 1200 }, async (host) => {
          await host.send(...allMessages(Date.now()), { type: 'workers', workers: fleet });
          const cards = host.page.locator('.worker');
          assert.match((await cards.nth(1).textContent()) ?? '', /rack-2draining.*gpu · server-room/);
          assert.match((await cards.nth(2).textContent()) ?? '', /atticnot connected/);
          assert.equal(await cards.nth(2).locator('.legend').isVisible(), false, 'nobody measures its load');
          await cards.nth(2).scrollIntoViewIfNeeded();
          await host.screenshot(`status-fleet-${theme}-${width}`);
        }));

    it('says what to do when there is nothing, no ffmpeg, or no connection', () =>
      onPage({}, async ({ page, send, screenshot }) => {
        await page.getByText('Reading the queue…').waitFor();
        const none = noCounts;
        const error = {
          code: 'ffmpeg-missing',
          message: 'This machine has no ffmpeg.',
          hint: 'Install it.',
        } as const;
        const local = workers.map((worker) => ({ ...worker, ffmpeg: { state: 'missing' as const, error } }));
        await send(
          { type: 'connection', connection: { state: 'ready' } },
          { type: 'jobs', jobs: [], counts: none },
        );
        await page.getByText('Right-click a media file in the Explorer').waitFor();
        await send({ type: 'workers', workers: local });
        await page.getByRole('button', { name: 'Install ffmpeg' }).waitFor();
        await screenshot('status-no-ffmpeg');
        const failed = { code: 'daemon-unavailable', message: 'It cannot be reached.' } as const;
        await send({ type: 'connection', connection: { state: 'failed', error: failed } });
        await page.getByRole('button', { name: 'Try Again' }).waitFor();
        await screenshot('status-not-connected');
      }));
  });

  it('shows what runs, what waits and why, and what came of the rest', () =>
    onPage({}, async ({ page, send }) => {
      await send(...allMessages(Date.now()));
      const texts = (id: string): Promise<string[]> => page.locator(`#${id} li.row .what`).allInnerTexts();
      assert.equal((await texts('running')).length, 2);
      assert.match((await texts('waiting'))[0] ?? '', /Lecture 12.*\n.*Both slots of studio-7 are busy/);
      assert.match((await texts('finished'))[2] ?? '', /notes\.mp4\n.*is not a media file/);
      const finished = await page.locator('#finished li.row .numbers').first().innerText();
      assert.match(finished, /412 MB → 63 MB\s+−85 %\s+12 min ago/);
      const tiles = await page.locator('#tiles .tile').allInnerTexts();
      assert.match(tiles[0] ?? '', /Running\s+2\s+71 fps in all/);
      assert.match(tiles[4] ?? '', /Saved\s+2\.1 GB/);
      assert.equal(await page.locator('#finished vscode-badge').innerText(), '132');
    }));

  it('moves and makes nothing anew as progress comes in', () =>
    onPage({}, async ({ page, send }) => {
      await send(...allMessages(Date.now()));
      const boxes = (): Promise<unknown> =>
        page.evaluate(() =>
          [...document.querySelectorAll('li.row, li.row span:not(.codicon), .tile')].map((node) => {
            const { left, right, top, height } = node.getBoundingClientRect();
            return [left, right, top, height];
          }),
        );
      const rows = await page.locator('li.row').elementHandles();
      const before = await boxes();
      for (const fraction of [0.44, 0.7, 0.999])
        await send({ type: 'progress', progress: progress(fraction) });
      assert.equal(await page.locator('#running .percent').first().innerText(), '99 %');
      assert.deepEqual(await boxes(), before);
      for (const row of rows) assert.ok(await row.evaluate((node) => node.isConnected));
    }));

  it('keeps the focus on a job that goes from running to finished', () =>
    onPage({}, async ({ page, send }) => {
      const jobs = workingNight(Date.now());
      await send({ type: 'jobs', jobs, counts });
      await page.getByRole('button', { name: 'Open log: drone-4k-log.mp4' }).focus();
      const ended = jobs.map((entry) =>
        entry.id === 'drone' ? { ...entry, state: 'done' as const, endedAt: Date.now() } : entry,
      );
      await send({ type: 'jobs', jobs: ended, counts });
      const focused = await page.evaluate(() => {
        const { activeElement } = document;
        return [activeElement?.closest('section')?.id, activeElement?.getAttribute('aria-label')];
      });
      assert.deepEqual(focused, ['finished', 'Open log: drone-4k-log.mp4']);
      assert.match(await page.locator('#live').innerText(), /drone-4k-log\.mp4 is done/);
      await send({ type: 'jobs', jobs: ended.filter(({ id }) => id !== 'drone'), counts });
      assert.equal(await page.evaluate(() => document.activeElement?.id), 'finished-title');
    }));

  it('is worked by keys alone', () =>
    onPage({}, async ({ page, send, posted }) => {
      await send(...allMessages(Date.now()));
      await page.getByRole('button', { name: 'Cancel: interview camera A.mov' }).focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Space');
      await page.keyboard.press('/');
      await page.keyboard.type('clip');
      await send();
      assert.equal(await page.locator('li.row').count(), 1);
      await page.keyboard.press('Escape');
      await send();
      assert.equal(await page.locator('li.row').count(), workingNight(0).length);
      await page.keyboard.press('Tab');
      await page.evaluate(() =>
        window.addEventListener('keydown', (event) => (window.keyTaken = event.defaultPrevented)),
      );
      await page.keyboard.press('Space');
      assert.deepEqual(await posted(), [
        { type: 'ready' },
        { type: 'job', action: 'cancel', id: 'drone' },
        { type: 'job', action: 'cancel', id: 'lecture' },
        { type: 'run', action: 'encode' },
      ]);
      assert.equal(await page.evaluate(() => window.keyTaken), true, 'the space bar scrolled the page too');
    }));

  it('offers for each job what can be done, under a name of its own', () =>
    onPage({}, async ({ page, send, posted }) => {
      await send(...allMessages(Date.now()));
      for (const name of ['Reveal result: clip.mp4', 'Retry: notes.mp4', 'Open log: notes.mp4'])
        await page.getByRole('button', { name, exact: true }).click();
      assert.equal(await page.getByRole('button', { name: 'Cancel: clip.mp4' }).count(), 0);
      assert.deepEqual((await posted()).slice(1), [
        { type: 'job', action: 'reveal', id: 'clip' },
        { type: 'job', action: 'retry', id: 'notes' },
        { type: 'job', action: 'log', id: 'notes' },
      ]);
      const nameless = await page
        .locator('button:visible')
        .evaluateAll((buttons) => buttons.filter((button) => !button.getAttribute('aria-label')).length);
      assert.equal(nameless, 0);
    }));

  it('remembers the search and the length of the lists when the page is made anew', () =>
    onPage({}, async ({ page, send, ready }) => {
      const many = Array.from({ length: 60 }, (_, index) =>
        job(`take-${index}`, { state: 'done', endedAt: index }),
      );
      await send({ type: 'jobs', jobs: many, counts });
      await page.getByText('Show 45 more').click();
      await send();
      assert.equal(await page.locator('li.row').count(), 45);
      await page.locator('vscode-textfield input').fill('take-1');
      await send();
      assert.equal(await page.locator('li.row').count(), 11);
      await page.reload();
      await ready();
      await send({ type: 'jobs', jobs: many, counts });
      assert.equal(await page.locator('li.row').count(), 11);
      assert.equal(await page.locator('vscode-textfield input').inputValue(), 'take-1');
    }));

  it('shows hostile names as text, and leaves out what does not fit the contract', () =>
    onPage({}, async ({ page, send }) => {
      const name = '<img src=x onerror="document.title=1"> “>\n.mp4';
      await send({ type: 'jobs', jobs: [job('evil', { sources: [{ path: `/media/${name}` }] })], counts });
      await send({ type: 'jobs', jobs: 'none' } as never, { type: 'later' } as never);
      assert.equal(await page.locator('li.row .title').evaluate((node) => node.textContent), name);
      assert.equal(await page.locator('img').count(), 0);
    }));

  it('draws its charts anew when the theme changes and when samples come', () =>
    onPage({ theme: 'dark' }, async ({ page, send, setTheme }) => {
      await send(...allMessages(Date.now()));
      const drawn = (): Promise<string> =>
        page.locator('.load-chart canvas').evaluate((node) => (node as HTMLCanvasElement).toDataURL());
      const dark = await drawn();
      await setTheme('light');
      await send();
      const light = await drawn();
      assert.notEqual(light, dark);
      await send({ type: 'load', series: load(Date.now(), 30) });
      assert.notEqual(await drawn(), light);
      const label = await page.locator('.load-chart').getAttribute('aria-label');
      assert.match(label ?? '', /Load of studio-7 over the last 5 minutes; now processor \d+ %/);
    }));

  it('turns nothing for people who asked for less motion', () =>
    onPage({ reducedMotion: true }, async ({ page, send }) => {
      await send(...allMessages(Date.now()));
      const animations = await page.evaluate(() => document.getAnimations().length);
      assert.equal(animations, 0);
    }));
});
