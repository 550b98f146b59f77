import type { Browser, Locator, Page } from 'playwright-core';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeStateDir } from '../../scripts/lib/stateDir.mjs';
import { launchBrowser } from '../vscode/harness/browser.ts';
import { root } from '../vscode/harness/bundle.ts';
import { installCodeServer } from '../vscode/harness/codeServer.ts';
import { startServer, workbenchUrl, type VscodeServer } from '../vscode/harness/server.ts';
import { makeWorkspace, type TestWorkspace } from '../vscode/harness/workspace.ts';

const screenshots = path.join(root, 'out', 'screenshots');
/** The first start of a workbench on two busy cores. */
const startTimeoutMs = 60_000;
const themes = { dark: 'Dark 2026', light: 'Light 2026' } as const;

export interface WorkbenchOptions {
  /** Folders or VSIX files; the checkout when left out. */
  readonly extensions?: readonly string[];
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: NodeJS.ProcessEnv;
  readonly restrictedMode?: boolean;
}

/** A real VS Code in a headless browser, on a fresh workspace of clips: what a person sees and clicks. */
export class Workbench {
  readonly page: Page;
  /** The workspace's folder on disk. */
  readonly folder: string;
  readonly stateDir: string;
  readonly #browser: Browser;
  readonly #server: VscodeServer;
  readonly #leave: () => Promise<void>;

  private constructor(
    page: Page,
    browser: Browser,
    server: VscodeServer,
    place: { workspace: TestWorkspace; state: ReturnType<typeof makeStateDir> },
  ) {
    this.page = page;
    this.folder = place.workspace.folder;
    this.stateDir = place.state.dir;
    this.#browser = browser;
    this.#server = server;
    this.#leave = async () => {
      await place.state.remove();
      await place.workspace.remove();
    };
  }

  static async open(options: WorkbenchOptions = {}): Promise<Workbench> {
    const { main } = await installCodeServer(path.join(root, '.cache', 'code-server'), (line) =>
      console.log(line),
    );
    const workspace = await makeWorkspace();
    const state = makeStateDir();
    const server = await startServer({
      serverMain: main,
      env: { DFFMPEG_STATE_DIR: state.dir, ...options.env },
      settings: { 'workbench.colorTheme': themes.dark, ...options.settings },
      extensions: options.extensions ?? [root],
      restrictedMode: options.restrictedMode ?? false,
    });
    const browser = await launchBrowser();
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
    const workbench = new Workbench(page, browser, server, { workspace, state });
    try {
      await page.goto(workbenchUrl(server, workspace.folder));
      await workbench.explorerRow('clip.mp4').waitFor({ timeout: startTimeoutMs });
    } catch (cause) {
      await workbench.screenshot('did-not-open').catch(() => undefined);
      await workbench.close();
      throw new Error(`The workbench did not open.\n${server.output()}`, { cause });
    }
    return workbench;
  }

  /** Closes the window, ends the server and the daemon, removes workspace and state. */
  async close(): Promise<void> {
    await this.#browser.close();
    await this.#server.stop();
    await this.#leave();
  }

  // --- the Explorer -------------------------------------------------------------------------------------------------

  explorerRow(name: string): Locator {
    const label = this.page.locator('.label-name').getByText(name, { exact: true });
    return this.page.locator('.explorer-folders-view .monaco-list-row').filter({ has: label });
  }

  /** Selects several files as a person does, and leaves the last one focused. */
  async select(...names: string[]): Promise<void> {
    await this.#explorerIsStill();
    for (const [index, name] of names.entries()) {
      const row = this.explorerRow(name);
      await row.click(index === 0 ? {} : { modifiers: ['ControlOrMeta'] });
      await row.and(this.page.locator('.selected')).waitFor();
    }
  }

  /**
   * Opens the context menu of a file, and answers its labels. With `awaited`: again until it holds that entry, as an
   * extension's entries come a moment after the Explorer.
   */
  async rightClick(name: string, awaited?: string): Promise<string[]> {
    for (const deadline = Date.now() + startTimeoutMs; ;) {
      await this.#explorerIsStill();
      await this.explorerRow(name).click({ button: 'right' });
      await this.#menu().first().waitFor();
      await this.explorerRow(name).and(this.page.locator('.focused, .selected')).waitFor();
      const texts = await this.#menu().allInnerTexts();
      const labels = texts.map((label) => label.trim()).filter((label) => label !== '');
      if (awaited === undefined || labels.includes(awaited)) return labels;
      if (Date.now() > deadline) throw new Error(`"${awaited}" is not in the menu: ${labels.join(', ')}`);
      await this.closeMenu();
    }
  }

  /**
   * The Explorer uses its rows again for other files when it is shown or a file comes: a click that was aimed before
   * would hit another file. It is still when it says the same in ten frames on end.
   */
  async #explorerIsStill(): Promise<void> {
    await this.page.evaluate(async () => {
      const said = (): string =>
        [...document.querySelectorAll('.explorer-folders-view .monaco-list-row')]
          .map((row) => `${row.getBoundingClientRect().top} ${row.textContent}`)
          .join();
      for (let same = 0, before = said(); same < 10;) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
        const now = said();
        same = now === before && now !== '' ? same + 1 : 0;
        before = now;
      }
    });
  }

  async chooseFromMenu(label: string): Promise<void> {
    const entry = this.#menu().getByText(label, { exact: true });
    // A menu that has just come up takes a click for the end of the one that opened it.
    for (const deadline = Date.now() + startTimeoutMs; (await entry.count()) > 0 && Date.now() < deadline;) {
      await entry.click({ timeout: 2000 }).catch(() => undefined);
      await this.#menu()
        .first()
        .waitFor({ state: 'detached', timeout: 1000 })
        .catch(() => undefined);
    }
  }

  /** Opens an entry that leads to a menu of its own, until `awaited` can be read there. */
  async openSubmenu(label: string, awaited: string): Promise<void> {
    await this.#menu().getByText(label, { exact: true }).hover();
    await this.#menu().getByText(awaited, { exact: true }).waitFor();
  }

  async closeMenu(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.#menu().first().waitFor({ state: 'detached' });
  }

  #menu(): Locator {
    return this.page.locator('.context-view .monaco-menu .action-item .action-label');
  }

  // --- views --------------------------------------------------------------------------------------------------------

  /** Shows a view container by its icon in the activity bar. */
  async showContainer(title: string): Promise<void> {
    const tab = this.page.locator('.activitybar').getByRole('tab', { name: title });
    await tab.waitFor();
    if ((await tab.getAttribute('aria-selected')) !== 'true') await tab.click();
  }

  /** A view by the title that people read. */
  view(title: string): Locator {
    const header = this.page.locator(`.pane-header[aria-label^="${title}"]`);
    return this.page.locator('.pane').filter({ has: header });
  }

  rows(viewTitle: string): Locator {
    return this.view(viewTitle).locator('.monaco-list-row[role="treeitem"]');
  }

  /** What the rows of a tree say, label and description in one line each. */
  async rowTexts(viewTitle: string): Promise<string[]> {
    const texts = await this.rows(viewTitle).allInnerTexts();
    return texts.map((text) => text.replaceAll(/\s+/g, ' ').trim());
  }

  async waitForRow(viewTitle: string, text: string | RegExp, timeoutMs = 30_000): Promise<Locator> {
    const row = this.rows(viewTitle).filter({ hasText: text }).first();
    await row.waitFor({ timeout: timeoutMs });
    return row;
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast').filter({ hasText: text });
  }

  dialog(text: string | RegExp): Locator {
    return this.page.locator('.monaco-dialog-box').filter({ hasText: text });
  }

  /** Text in the page of the webview that is shown: VS Code puts it two frames deep. */
  webviewText(text: string | RegExp): Locator {
    const outer = this.page.locator('iframe.webview.ready:visible').contentFrame();
    return outer.locator('iframe#active-frame').contentFrame().getByText(text).first();
  }

  // --- the palette --------------------------------------------------------------------------------------------------

  async runCommand(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    const input = this.page.locator('.quick-input-widget input');
    await input.fill(`>${title}`);
    const entry = this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first();
    await entry.waitFor();
    await entry.click();
  }

  /** The labels of an open quick pick. */
  async quickPickLabels(): Promise<string[]> {
    const first = '.quick-input-list-rows > .quick-input-list-row:first-child';
    const rows = this.page.locator(`.quick-input-list .monaco-list-row ${first} .label-name`);
    await rows.first().waitFor();
    return rows.allInnerTexts();
  }

  quickPickRow(label: string): Locator {
    const name = this.page.locator('.label-name').getByText(label, { exact: true });
    return this.page.locator('.quick-input-list .monaco-list-row').filter({ has: name });
  }

  /** By typing it: a long list holds only the rows that are in sight. */
  async typeAndPick(label: string): Promise<void> {
    await this.page.locator('.quick-input-widget input').fill(label);
    await this.pick(label);
  }

  async pick(label: string): Promise<void> {
    await this.quickPickRow(label).first().click();
  }

  // --- looks --------------------------------------------------------------------------------------------------------

  async setSettings(settings: Readonly<Record<string, unknown>>): Promise<void> {
    const file = this.#server.settingsFile;
    const before = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    await writeFile(file, JSON.stringify({ ...before, ...settings }, null, 2));
  }

  async setTheme(theme: keyof typeof themes): Promise<void> {
    await this.setSettings({ 'workbench.colorTheme': themes[theme] });
    await this.page.locator(`.monaco-workbench.${theme === 'dark' ? 'vs-dark' : 'vs'}`).waitFor();
  }

  async setViewport(width: number, height = 800): Promise<void> {
    await this.page.setViewportSize({ width, height });
  }

  /** Kept as out/screenshots/NAME.png, to be looked at. */
  async screenshot(name: string): Promise<void> {
    await mkdir(screenshots, { recursive: true });
    await this.page.screenshot({ path: path.join(screenshots, `${name}.png`), animations: 'disabled' });
  }
}
