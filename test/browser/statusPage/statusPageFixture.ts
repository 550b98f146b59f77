import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { statusPageHtml } from '../../../src/extension/statusPageHtml.ts';
import type { HostMessage, PageMessage } from '../../../src/protocol/statusPageContract.ts';
import { themes, type ThemeName } from './themes.ts';

const origin = 'http://status.test';
const built = path.join(import.meta.dirname, '../../../dist/webview');
const contentTypes: Record<string, string> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.ttf': 'font/ttf',
};

export interface OpenOptions {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: ThemeName;
  readonly reducedMotion?: boolean;
}

declare global {
  interface Window {
    posted: PageMessage[];
    violations: string[];
  }
}

/** The built page in a browser, with a host that a test plays. Nothing is fetched from any network. */
export class StatusPageFixture {
  readonly page: Page;
  /** Errors and warnings of the console, and uncaught ones. */
  readonly complaints: string[] = [];
  readonly #context: BrowserContext;

  static async open(browser: Browser, options: OpenOptions = {}): Promise<StatusPageFixture> {
    const { width = 1200, height = 900, theme = 'dark', reducedMotion = false } = options;
    const context = await browser.newContext({
      viewport: { width, height },
      reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
    });
    const fixture = new StatusPageFixture(context, await context.newPage());
    await fixture.page.route(`${origin}/**`, (route) =>
      route.fulfill(answer(new URL(route.request().url()))),
    );
    await fixture.page.addInitScript(playHost);
    await fixture.page.goto(`${origin}/`);
    await fixture.setTheme(theme);
    await fixture.ready();
    return fixture;
  }

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.page = page;
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
  }

  /** Sends and waits until the page has drawn. */
  readonly send = async (...messages: readonly HostMessage[]): Promise<void> => {
    await this.page.evaluate(async (data) => {
      for (const message of data) window.postMessage(message, '*');
      await new Promise((resolve) => setTimeout(resolve, 0));
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    }, messages);
  };

  /** Waits for the page's first message. */
  readonly ready = async (): Promise<void> => {
    await this.page.waitForFunction(() => window.posted.some((message) => message.type === 'ready'));
  };

  readonly setTheme = async (name: ThemeName): Promise<void> => {
    const { bodyClass, colors } = themes[name];
    await this.page.evaluate(
      ([className, entries]) => {
        document.documentElement.removeAttribute('style');
        for (const [key, value] of entries)
          document.documentElement.style.setProperty(`--vscode-${key}`, value);
        document.body.className = className;
      },
      [bodyClass, Object.entries(colors)] as const,
    );
  };

  readonly posted = (): Promise<PageMessage[]> => this.page.evaluate(() => window.posted);

  readonly screenshot = async (name: string, fullPage = true): Promise<void> => {
    const file = path.join(import.meta.dirname, '../../../out/screenshots', `${name}.png`);
    await this.page.screenshot({ path: file, fullPage });
  };

  /** Fails the test when the browser or the content policy had anything to complain of. */
  async close(): Promise<void> {
    const violations = await this.page.evaluate(() => window.violations);
    await this.#context.close();
    assert.deepEqual(violations, [], 'the content policy was violated');
    assert.deepEqual(this.complaints, [], 'the browser complained');
  }
}

/** Runs in the page before its own script, outside the content policy. */
function playHost(): void {
  window.posted = [];
  window.violations = [];
  document.addEventListener('securitypolicyviolation', (event) => {
    window.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
  });
  const key = 'webview-state';
  Object.assign(window, {
    acquireVsCodeApi: () => ({
      postMessage: (message: PageMessage) => window.posted.push(message),
      getState: () => JSON.parse(sessionStorage.getItem(key) ?? 'null') as unknown,
      setState: (state: unknown) => sessionStorage.setItem(key, JSON.stringify(state)),
    }),
  });
}

function answer(url: URL): { status?: number; contentType?: string; body: string | Buffer } {
  if (url.pathname === '/') return { contentType: 'text/html', body: pageHtml() };
  if (url.pathname === '/favicon.ico') return { status: 204, body: '' };
  const contentType = contentTypes[path.extname(url.pathname)] ?? 'application/octet-stream';
  return { contentType, body: readFileSync(path.join(built, path.basename(url.pathname))) };
}

function pageHtml(): string {
  return statusPageHtml({
    cspSource: origin,
    nonce: 'bm9uY2U=',
    script: `${origin}/status.js`,
    style: `${origin}/status.css`,
    codicons: `${origin}/codicon.css`,
  });
}
