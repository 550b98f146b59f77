import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as vscode from 'vscode';
import { activated, extensionId, stateDir } from './support/extension.ts';

/**
 * Milliseconds of the processor. Twice the promise, which `npm run bench -- startup` measures: a machine that is busy
 * takes more for the same, and this is to find what has doubled.
 */
const mostMs = 100;

/** Named so that it runs before the tests that start the daemon. */
describe('activation', () => {
  it('takes little of the processor, with the loading of the bundle', async () => {
    const { activationCpu } = await activated();
    const extension = vscode.extensions.getExtension(extensionId);
    assert.ok(extension);
    const main = path.join(extension.extensionPath, 'dist', 'extension.js');
    // The best of some loads: a machine that is busy with something else says nothing about the bundle.
    const load = Math.min(...Array.from({ length: 5 }, () => loadTime(main)));
    const total = load + activationCpu;
    assert.ok(total < mostMs, `${load.toFixed(1)} ms to load, ${activationCpu.toFixed(1)} ms to activate`);
  });

  it('starts no daemon and writes nothing', async () => {
    const { services } = await activated();
    await services.begin();
    assert.equal(services.session.link.kind, 'idle');
    assert.ok(!existsSync(path.join(stateDir(), 'daemon.json')));
    assert.deepEqual(existsSync(stateDir()) ? readdirSync(stateDir()) : [], []);
    assert.equal(services.statusBar.text, undefined);
    assert.equal(services.viewStateKeeper.current, 'empty');
  });

  it('starts no daemon for a Jobs view without jobs to show', async () => {
    const { services } = await activated();
    await services.session.watch();
    assert.equal(services.session.link.kind, 'idle');
  });
});

/** Milliseconds to load the bundle once more, from nothing but the file. */
function loadTime(main: string): number {
  const requireIt = createRequire(main);
  delete requireIt.cache[requireIt.resolve(main)];
  const before = process.cpuUsage();
  requireIt(main);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
