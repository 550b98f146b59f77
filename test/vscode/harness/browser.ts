import { chromium, type Browser } from 'playwright-core';
import { findChromium } from '../../../scripts/lib/which.mjs';

const quietFlags = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A headless browser that speaks to nobody but the page it is given. */
export async function launchBrowser(options: { headless?: boolean } = {}): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath)
    throw new Error(
      'No Chromium on this machine. Install it (Debian: apt install chromium) or set DFFMPEG_CHROMIUM.',
    );
  const asRoot = process.getuid?.() === 0;
  return chromium.launch({
    executablePath,
    headless: options.headless ?? true,
    args: asRoot ? [...quietFlags, '--no-sandbox'] : quietFlags,
  });
}
