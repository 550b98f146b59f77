import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { TestApi } from '../../src/extension/testApi.ts';
import type { WorkersNode } from '../../src/extension/views/workersTree.ts';
import { Answers } from './support/answers.ts';
import {
  activated,
  bulkyClip,
  program,
  stateDir,
  submitted,
  whenBoard,
  whenEnded,
} from './support/extension.ts';
import { FarWorker } from './support/farWorker.ts';

describe('workers in the view', () => {
  let api: TestApi;
  let answers: Answers;
  let node: FarWorker;

  before(async () => {
    api = await activated();
    node = new FarWorker('attic', program());
    await vscode.commands.executeCommand('dffmpeg.workers.focus');
  });
  beforeEach(() => (answers = new Answers()));
  afterEach(() => {
    answers.restore();
  });
  after(async () => {
    await node.end();
    await rm(path.join(stateDir(), 'config.jsonc'), { force: true });
    await api.services.session.restart();
  });

  const row = (name: string): WorkersNode | undefined =>
    api.services.workersTree
      .getChildren()
      .find((each) => api.services.workersTree.getTreeItem(each).label === name);
  const look = (name: string) => {
    const found = row(name);
    return found && api.services.workersTree.getTreeItem(found);
  };

  it('ask before anything but this machine can connect', async function () {
    this.timeout(30_000);
    answers.pick = '$(copy) Copy a line to paste on it';
    await vscode.commands.executeCommand('dffmpeg.addWorker');
    const [question] = answers.shown;
    assert.match(question?.text ?? '', /^Let other machines connect/);
    assert.ok(question?.modal);
    assert.match(question.detail ?? '', /port 7450 .* every network/);
    assert.equal(answers.shown.length, 1, 'without a yes nothing more is said or done');
    assert.equal(vscode.workspace.getConfiguration('dffmpeg').get('listen'), '');
  });

  it('are added by one line that is copied, and are there', async function () {
    this.timeout(90_000);
    await writeFile(path.join(stateDir(), 'config.jsonc'), '{ "listen": "0.0.0.0:0" }');
    await api.services.session.restart();
    answers.pick = '$(copy) Copy a line to paste on it';
    answers.press.set('Paste one line', 'Copy Line');
    const adding = vscode.commands.executeCommand('dffmpeg.addWorker');
    const { detail = '' } = await answers.message(/^Paste one line/);
    const [, code = ''] = /(?:sh -s -- |--pair )(\S+)/.exec(detail) ?? [];
    assert.match(detail, /https?:\/\/|wss:\/\//);
    const { reach } = await api.services.session.request('pairing.create', { role: 'worker' });
    assert.ok(reach);
    await node.join(reach.url, code, reach.fingerprint);
    await answers.message(/^attic is a worker now/);
    await adding;
    assert.equal(await vscode.env.clipboard.readText(), detail.split('\n')[0]);
    await whenBoard(api, () => row('attic'));
  });

  it('are called and labelled as a person says', async () => {
    const { board } = api.services;
    const named = (name: string) => () => board.workers.some((worker) => worker.name === name);
    answers.type = 'loft';
    await vscode.commands.executeCommand('dffmpeg.renameWorker', row('attic'));
    await whenBoard(api, named('loft'));
    answers.type = 'gpu, basement';
    await vscode.commands.executeCommand('dffmpeg.labelWorker', row('loft'));
    await whenBoard(api, () => board.workers.some(({ labels }) => labels.join() === 'basement,gpu'));
    assert.match(String(look('loft')?.description), /basement · gpu/);
    answers.type = '50% off!';
    await vscode.commands.executeCommand('dffmpeg.labelWorker', row('loft'));
    await answers.message(/label/i);
    answers.type = '';
    await vscode.commands.executeCommand('dffmpeg.labelWorker', row('loft'));
    await whenBoard(api, () => board.workers.every(({ labels }) => labels.length === 0));
    answers.type = 'attic';
    await vscode.commands.executeCommand('dffmpeg.renameWorker', row('loft'));
    await whenBoard(api, named('attic'));
  });

  it('encode what is clicked here, are drained, and removed', async function () {
    this.timeout(120_000);
    const { board, workersTree } = api.services;
    const own = workersTree.getChildren().find((each) => workersTree.workerOf(each)?.local === true);
    await vscode.commands.executeCommand('dffmpeg.drainWorker', own);
    await whenBoard(api, () => workersTree.workerOf(own)?.drained);
    const [job] = await submitted(api, 'dffmpeg.encode', bulkyClip('far.mp4'));
    assert.ok(job);
    const ended = await whenEnded(api, job.id);
    assert.equal(ended.state, 'done', JSON.stringify(ended.reason));
    assert.equal(ended.attempts.find(({ kind }) => kind === 'encode')?.worker, 'attic');
    assert.ok(existsSync(ended.outputs[0]?.path ?? ''));

    await vscode.commands.executeCommand('dffmpeg.resumeWorker', own);
    await vscode.commands.executeCommand('dffmpeg.drainWorker', row('attic'));
    await whenBoard(api, () => board.workers.find(({ name }) => name === 'attic')?.drained);
    assert.match(String(look('attic')?.description), /drained/);
    assert.equal(look('attic')?.contextValue, 'worker+drained+remote');
    answers.press.set('Remove the worker attic?', 'Remove Worker');
    await vscode.commands.executeCommand('dffmpeg.removeWorker', row('attic'));
    await whenBoard(api, () => row('attic') === undefined);
  });

  it('are added by the link that they show, once a person has seen where it leads', async function () {
    this.timeout(60_000);
    answers.pick = '$(link) Paste the link that it shows';
    answers.type = await node.listen();
    await vscode.commands.executeCommand('dffmpeg.addWorker');
    const question = await answers.message(/^Let “attic” encode files/);
    assert.match(question.detail ?? '', /connects to 127\.0\.0\.1:\d+.*sha256\/\//s);
    assert.equal(row('attic'), undefined, 'without a yes nothing is done');
    answers.press.set('Let “attic”', 'Add Worker');
    await vscode.commands.executeCommand('dffmpeg.addWorker');
    await answers.message(/^attic is a worker now/);
    await whenBoard(api, () => row('attic'));
    answers.type = 'dffmpeg://add-worker?w=x';
    await vscode.commands.executeCommand('dffmpeg.addWorker');
    await answers.message(/^This is no link of a worker/);
  });
});
