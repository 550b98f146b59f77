import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { check, digest, leftovers } from '../crash/support/checker.ts';
import { outputTemplate, presetName } from '../crash/support/kinds.ts';
import { NetworkHost } from './support/networkHost.ts';
import { makeRaw, noise, noiseKind } from './support/networkLab.ts';

describe('two machines that are far apart', function () {
  this.timeout(180_000);
  let host: NetworkHost | undefined;

  before(async function () {
    const problem = await NetworkHost.problem(true);
    if (problem === undefined) return;
    console.log(`      not tried: ${problem}`);
    this.skip();
  });
  afterEach(() => host?.close());

  it('encode rightly at 80 ms, with 2 % of the packets lost, at 100 Mbit/s', async () => {
    host = await NetworkHost.open({ between: { megabits: 100, delayMs: 40, loss: 0.02 } });
    const [source, destination] = [host.desk.file('in', 'clip.nut'), host.desk.file('out')];
    for (const folder of [path.dirname(source), destination]) await mkdir(folder);
    await makeRaw(source, noise, '320x180');
    const scene = {
      ...{ kind: noiseKind, source, sourceDigest: await digest(source), destination },
      ...{ foreign: new Map(), neighbours: new Map() },
    };
    const presets = { [presetName]: noiseKind.preset };
    await host.desk.write('.vscode/settings.json', JSON.stringify({ 'dffmpeg.presets': presets }));
    const output = path.join(destination, outputTemplate);
    const job = await host.done(await host.submit(source, '--preset', presetName, '--output', output));
    assert.deepEqual(await check(scene, job), []);
    while ((await leftovers(scene, host.desk.stateDir)).length > 0);
  });
});
