import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { digestOf } from '../fleet/remoteHost.ts';
import { NetworkHost } from './support/networkHost.ts';
import { makeRaw } from './support/networkLab.ts';

const cuts = 5;

/** A cable that is out is soon known to be: what is under way then is lost. */
const attentive = {
  settings: { heartbeatSeconds: 0.3 },
  worker: {
    DFFMPEG_SILENCE_SECONDS: '1',
    DFFMPEG_CONNECT_RETRY_MIN_SECONDS: '0.1',
    DFFMPEG_CONNECT_RETRY_FACTOR: '1',
  },
};

describe('what two machines send each other, by the counters of their interfaces', function () {
  this.timeout(180_000);
  let host: NetworkHost | undefined;

  before(async function () {
    const problem = await NetworkHost.problem(false);
    if (problem === undefined) return;
    console.log(`      not tried: ${problem}`);
    this.skip();
  });
  afterEach(() => host?.close());

  it('is a source once, over five cuts, and nothing of it for the next job', async () => {
    host = await NetworkHost.open({ between: { megabits: 400 }, ...attentive });
    const connected = host;
    const { cable, worker } = connected;
    const source = host.desk.file('clip.nut');
    await makeRaw(source, 'testsrc2', '2560x1440');
    const { size } = await stat(source);
    const before = await digestOf(source);
    const fast = { container: 'mp4', video: { encoders: ['libx264'], speed: 'fastest' } };
    await host.desk.write('.vscode/settings.json', JSON.stringify({ 'dffmpeg.presets': { fast } }));
    const submit = (): Promise<string> => connected.submit(source, '--preset', 'fast');
    const first = await cable.carried();
    const id = await submit();
    for (let cut = 1; cut <= cuts; cut += 1) {
      const until = first.toFar + (size * cut) / (cuts + 1);
      while ((await cable.carried()).toFar < until);
      await cable.pull();
      await worker.printed('stdout', new RegExp(`(?:"event":"disconnected".*\\s+[^]*){${cut}}`));
      await cable.plug();
      await worker.printed('stdout', new RegExp(`(?:"event":"connected".*\\s+[^]*){${cut + 1}}`));
    }
    await host.job(id, ({ attempts }) => attempts.some(({ argv, kind }) => kind === 'encode' && argv));
    const fetched = await cable.carried();
    const { attempts } = await host.done(id);
    assert.equal(attempts.filter(({ kind }) => kind === 'encode').length, 1);
    const both = fetched.toFar - first.toFar + fetched.toNear - first.toNear;
    assert.ok(both >= size && both <= 1.03 * size, `${both / size}`);

    const between = await cable.carried();
    await host.done(await submit());
    const more = (await cable.carried()).toFar - between.toFar;
    assert.ok(more <= 0.01 * size, `${more / size}`);
    assert.equal(await digestOf(source), before);
    const names = (await readdir(host.desk.folder)).filter((name) => !['state', '.vscode'].includes(name));
    assert.deepEqual(names.sort(), ['clip.fast-2.mp4', 'clip.fast.mp4', 'clip.nut']);
    console.log(
      `      ${((both / size) * 100).toFixed(2)} % of the source, then ${((more / size) * 100).toFixed(2)} %`,
    );
  });
});
