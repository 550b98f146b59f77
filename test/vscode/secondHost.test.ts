import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { TestApi } from '../../src/extension/testApi.ts';
import { Cable } from '../integration/network/support/cable.ts';
import { Namespace, thisMachine } from '../integration/network/support/namespace.ts';
import { activated, clip, program, stateDir, submitted, whenBoard, whenEnded } from './support/extension.ts';
import { FarWorker } from './support/farWorker.ts';

const name = 'cellar';
const seconds = 6;
/** A source of some megabytes takes some seconds on it. */
const megabits = 20;
/** How long the cable is out each time, in milliseconds: longer than it takes to be noticed. */
const outMs = 3_000;
/** A cable that is out is soon known to be. */
const attentive = {
  DFFMPEG_SILENCE_SECONDS: '1',
  DFFMPEG_CONNECT_RETRY_MIN_SECONDS: '0.1',
  DFFMPEG_CONNECT_RETRY_MAX_SECONDS: '1',
};

describe('a second host, with a cable between and nothing shared', function () {
  this.timeout(180_000);
  let api: TestApi;
  let network: Namespace | undefined;
  let cable: Cable;
  let worker: FarWorker | undefined;

  before(async function () {
    const problem = await Namespace.problem();
    if (problem !== undefined) {
      console.log(`not tried: ${problem}`);
      this.skip();
    }
    api = await activated();
    await vscode.commands.executeCommand('dffmpeg.workers.focus');
    network = await Namespace.make();
    cable = await Cable.lay(thisMachine, network, megabits);
    await writeFile(
      path.join(stateDir(), 'config.jsonc'),
      '{ "listen": "0.0.0.0:0", "heartbeatSeconds": 0.3 }',
    );
    await api.services.session.restart();
  });
  after(async () => {
    await worker?.end();
    if (far()) await api.services.session.request('workers.remove', { worker: name });
    await network?.close();
    await rm(path.join(stateDir(), 'config.jsonc'), { force: true });
    if (network) await api.services.session.restart();
  });

  it('encodes what is clicked here, while the cable is pulled in each phase, and the file is right', async () => {
    const { session, workersTree, board } = api.services;
    const folder = path.dirname(clip('x').fsPath);
    assert.ok(network);
    // What is mounted there is seen there alone: the desk's files are not.
    const hide = ['sh', '-c', 'mount -t tmpfs -o ro dffmpeg "$0" && exec "$@"', folder];
    worker = new FarWorker(name, program(), [...network.launcher, ...hide], attentive);
    const { code, reach } = await session.request('pairing.create', { role: 'worker' });
    assert.ok(reach);
    const url = new URL(reach.url);
    url.hostname = cable.near;
    await worker.join(url.href, code, reach.fingerprint);
    await whenBoard(api, () => far());
    const own = workersTree.getChildren().find((each) => workersTree.workerOf(each)?.local === true);
    await vscode.commands.executeCommand('dffmpeg.drainWorker', own);
    await whenBoard(api, () => workersTree.workerOf(own)?.drained);

    const source = clip('noise.nut');
    const noise = `nullsrc=size=320x180:rate=25:duration=${seconds},geq=random(1)*255:128:128`;
    const raw = ['-pix_fmt', 'yuv420p', '-c:v', 'rawvideo', source.fsPath];
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', noise, ...raw]);
    const before = readFileSync(source.fsPath);

    const start = await cable.carried();
    const [job] = await submitted(api, 'dffmpeg.encode', source);
    assert.ok(job);
    while ((await cable.carried()).toFar < start.toFar + before.length / 2);
    await outFor(outMs);
    await whenBoard(api, () =>
      board.job(job.id)?.attempts.some(({ kind, argv }) => kind === 'encode' && argv !== undefined),
    );
    await outFor(outMs);
    const { toNear } = await cable.carried();
    while ((await cable.carried()).toNear < toNear + 500_000);
    await outFor(outMs);
    const ended = await whenEnded(api, job.id);

    assert.equal(ended.state, 'done', JSON.stringify(ended.reason));
    const encodes = ended.attempts.filter(({ kind }) => kind === 'encode');
    assert.deepEqual(
      encodes.map(({ worker: which }) => which),
      [name],
    );
    assert.equal(worker.count('disconnected'), 3);
    assert.ok(readFileSync(source.fsPath).equals(before));
    const [result] = ended.outputs;
    assert.equal(frames(result?.path ?? ''), seconds * 25);

    await vscode.commands.executeCommand('dffmpeg.resumeWorker', own);
  });

  const far = () => api.services.board.workers.find((each) => each.name === name);

  async function outFor(milliseconds: number): Promise<void> {
    await cable.pull();
    await delay(milliseconds);
    await cable.plug();
  }
});

/** Decoded, every one, without a complaint. */
function frames(file: string): number {
  const look = [
    '-v',
    'error',
    '-count_frames',
    '-select_streams',
    'v',
    '-show_entries',
    'stream=nb_read_frames',
  ];
  return Number(execFileSync('ffprobe', [...look, '-of', 'csv=p=0', file], { encoding: 'utf8' }));
}
