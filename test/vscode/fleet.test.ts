import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import type { TestApi } from '../../src/extension/testApi.ts';
import type { WorkersNode } from '../../src/extension/views/workersTree.ts';
import { Answers } from './support/answers.ts';
import { activated, bulkyClip, program, submitted, whenBoard, whenEnded } from './support/extension.ts';
import { FarFleet } from './support/farFleet.ts';

describe('a fleet', function () {
  this.timeout(120_000);
  let api: TestApi;
  let answers: Answers;
  let fleet: FarFleet;

  before(async () => {
    api = await activated();
    fleet = new FarFleet(program());
    await fleet.start();
    await vscode.commands.executeCommand('dffmpeg.workers.focus');
  });
  beforeEach(() => (answers = new Answers()));
  afterEach(() => {
    answers.restore();
  });
  after(() => fleet.end());

  const rows = (): WorkersNode[] =>
    api.services.workersTree
      .getChildren()
      .filter((each) => api.services.workersTree.workerOf(each)?.members !== undefined);

  it('is connected by its link, once a person has seen where that leads', async () => {
    answers.type = await fleet.invite();
    await vscode.commands.executeCommand('dffmpeg.connectFleet');
    const question = await answers.message(/^Let the workers of “.+” encode files of this machine/);
    assert.ok(answers.shown[0]?.modal);
    assert.match(question.detail ?? '', /connects to .+:\d+.*sha256\/\//s);
    assert.deepEqual(rows(), [], 'without a yes nothing is done');
    answers.press.set('Let the workers of', 'Connect');
    await vscode.commands.executeCommand('dffmpeg.connectFleet');
    await answers.message(/^Encodes go to .+, too/);
    await whenBoard(api, () => rows().some((row) => api.services.workersTree.workerOf(row)?.connected));
    const [row] = rows();
    assert.ok(row);
    assert.match(String(api.services.workersTree.getTreeItem(row).description), /fleet of 1/);
    answers.type = 'dffmpeg://connect-fleet?w=x';
    await vscode.commands.executeCommand('dffmpeg.connectFleet');
    await answers.message(/^This is no link of a fleet/);
  });

  it('encodes what is clicked here, and is removed', async () => {
    const { workersTree } = api.services;
    const own = workersTree.getChildren().find((each) => workersTree.workerOf(each)?.local === true);
    await vscode.commands.executeCommand('dffmpeg.drainWorker', own);
    await whenBoard(api, () => workersTree.workerOf(own)?.drained);
    const [job] = await submitted(api, 'dffmpeg.encode', bulkyClip('for the fleet.mp4'));
    assert.ok(job);
    const ended = await whenEnded(api, job.id);
    assert.equal(ended.state, 'done', JSON.stringify(ended.reason));
    assert.ok(existsSync(ended.outputs[0]?.path ?? ''));
    assert.deepEqual(await fleet.states(), ['done']);
    await vscode.commands.executeCommand('dffmpeg.resumeWorker', own);
    answers.press.set('Remove the worker', 'Remove Worker');
    await vscode.commands.executeCommand('dffmpeg.removeWorker', rows()[0]);
    await whenBoard(api, () => rows().length === 0);
  });
});
