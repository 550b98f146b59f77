import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { actionsFor, failureActions } from '../../src/extension/model/failureActions.ts';
import { Answers } from './support/answers.ts';
import { activated, clip, jobsNow, submitted, whenBoard, whenEnded, whenDrawn } from './support/extension.ts';

interface Probed {
  readonly streams: readonly { readonly codec_name: string }[];
  readonly format: { readonly duration: string };
}

function probe(file: string): Probed {
  const args = ['-v', 'error', '-show_streams', '-show_format', '-of', 'json', file];
  return JSON.parse(execFileSync('ffprobe', args, { encoding: 'utf8' })) as Probed;
}

describe('a click on a clip', () => {
  let answers: Answers;
  beforeEach(() => (answers = new Answers()));
  afterEach(() => {
    answers.restore();
  });

  it('is a row at once, and then a right file beside its source', async () => {
    const api = await activated();
    const { board, jobsTree } = api.services;
    const source = readFileSync(clip('clip.mp4').fsPath);
    const [job, ...rest] = await submitted(api, 'dffmpeg.encode', clip('clip.mp4'), [clip('clip.mp4')]);
    assert.ok(job);
    assert.equal(rest.length, 0);
    const groups = jobsTree.getChildren();
    assert.ok(groups.flatMap((group) => jobsTree.getChildren(group)).includes(jobsTree.node(job.id)));

    const done = await whenEnded(api, job.id);
    assert.equal(done.state, 'done', done.reason?.message);
    assert.equal(done.preset, 'web');
    assert.equal(done.attached, false);
    assert.equal(done.outputs[0]?.path, clip('clip.web.mp4').fsPath);
    const { streams, format } = probe(clip('clip.web.mp4').fsPath);
    assert.deepEqual(streams.map(({ codec_name }) => codec_name).sort(), ['aac', 'h264']);
    assert.ok(Math.abs(Number(format.duration) - 4) < 0.2, format.duration);
    assert.ok(source.equals(readFileSync(clip('clip.mp4').fsPath)), 'the source is untouched');

    const item = jobsTree.getTreeItem(jobsTree.node(job.id));
    assert.equal(item.label, 'clip.mp4');
    assert.match(String(item.description), / → .*, verified · clip\.web\.mp4$/);
    assert.match(item.contextValue ?? '', /^job\+done\+result\+log\+command$/);
    const resolved = jobsTree.resolveTreeItem(item, jobsTree.node(job.id));
    const tooltip = (resolved.tooltip as vscode.MarkdownString).value;
    assert.match(tooltip, /```sh\n.*ffmpeg.*libx264/s);
    assert.ok(board.job(job.id)?.attempts.some(({ exit }) => exit?.code === 0));
  });

  it('is told of once, when it is done', async () => {
    const { shown } = answers;
    const api = await activated();
    const [job] = await submitted(api, 'dffmpeg.encode', clip('second clip.mp4'));
    assert.ok(job);
    const message = await answers.message(/^second clip\.mp4 → second clip\.web\.mp4, .*verified$/);
    assert.deepEqual(message.buttons, ['Reveal', 'Open']);
    assert.equal(shown.length, 1);
  });

  it('takes the next number when the name is taken', async () => {
    const api = await activated();
    const taken = readFileSync(clip('clip.web.mp4').fsPath);
    const [job] = await submitted(api, 'dffmpeg.encode', clip('clip.mp4'));
    assert.ok(job);
    const done = await whenEnded(api, job.id);
    assert.equal(done.outputs[0]?.path, clip('clip.web-2.mp4').fsPath);
    assert.ok(taken.equals(readFileSync(clip('clip.web.mp4').fsPath)), 'nothing was replaced');
  });

  it('encodes all that are selected, and tells of them together', async () => {
    const api = await activated();
    const selection = [clip('clip.mp4'), clip('second clip.mp4')];
    const jobs = await submitted(api, 'dffmpeg.encode', selection[0], selection);
    assert.equal(jobs.length, 2);
    await answers.message(/^2 files encoded, .*verified\.$/);
    assert.equal(answers.shown.length, 1);
  });

  it('asks one question for a folder, with the number and the preset', async () => {
    const api = await activated();
    const refused = await submitted(api, 'dffmpeg.encode', clip('rushes'), [clip('rushes')]);
    assert.equal(refused.length, 0);
    assert.deepEqual(answers.shown, [
      { text: 'Encode 2 files in rushes with web?', buttons: ['Encode 2 Files'], modal: true },
    ]);
    answers.press.set('Encode 2 files', 'Encode 2 Files');
    const jobs = await submitted(api, 'dffmpeg.encode', clip('rushes'), [clip('rushes')]);
    assert.equal(jobs.length, 2);
    for (const { id } of jobs) assert.equal((await whenEnded(api, id)).state, 'done');
    assert.ok(existsSync(clip('rushes', 'take 1.web.mp4').fsPath));
    // A second time our own results are left out.
    answers.shown.length = 0;
    answers.press.clear();
    await vscode.commands.executeCommand('dffmpeg.encode', clip('rushes'), [clip('rushes')]);
    assert.equal(answers.shown[0]?.text, 'Encode 2 files in rushes with web?');
    assert.match(answers.shown[0].detail ?? '', /^2 left out, such as take \d\.web\.mp4: /);
  });

  it('uses the preset that was chosen, and again the next time', async () => {
    const api = await activated();
    answers.pick = 'audio';
    const [job] = await submitted(api, 'dffmpeg.encodeWithPreset', clip('clip.mp4'));
    assert.ok(job);
    assert.equal(job.preset, 'audio');
    assert.equal((await whenEnded(api, job.id)).outputs[0]?.path, clip('clip.audio.m4a').fsPath);
    assert.equal(api.services.presets.currentName(), 'audio');
    const again = answers.picks.length;
    const [next] = await submitted(api, 'dffmpeg.encode', clip('second clip.mp4'));
    assert.equal(next?.preset, 'audio');
    assert.equal(answers.picks.length, again, 'without a question');
    await whenEnded(api, next.id);
    await api.services.presets.remember(undefined);
  });

  it('says in a sentence why a broken file failed', async () => {
    const api = await activated();
    const [job] = await submitted(api, 'dffmpeg.encode', clip('broken.mp4'));
    assert.ok(job);
    const failed = await whenEnded(api, job.id);
    assert.equal(failed.state, 'failed');
    const message = await answers.message(/^broken\.mp4 /);
    assert.ok(failed.reason);
    const [first = 'retry', ...more] = actionsFor(failed.reason.code);
    assert.equal(first, 'check-file');
    assert.deepEqual(
      message.buttons,
      [first, ...more].slice(0, 3).map((action) => failureActions[action]),
    );
    assert.ok(!existsSync(clip('broken.web.mp4').fsPath));
    const node = api.services.jobsTree.node(job.id);
    assert.match(api.services.jobsTree.getTreeItem(node).contextValue ?? '', /\+helpable\b/);
    answers.pick = failureActions['check-file'];
    await vscode.commands.executeCommand('dffmpeg.helpJob', node);
    await answers.message(/^broken\.mp4.*(?:damaged|not|cannot)/);
  });

  it('encodes once more with another preset what failed', async () => {
    const api = await activated();
    const failed = api.services.board.jobsOf('finished').find(({ state }) => state === 'failed');
    assert.ok(failed);
    answers.pick = 'audio';
    const before = new Set(jobsNow(api).map(({ id }) => id));
    await api.services.failureHelp.run('choose-preset', [failed]);
    const again = jobsNow(api).find(({ id }) => !before.has(id));
    assert.ok(again);
    assert.equal(again.preset, 'audio');
    assert.deepEqual(again.sources[0]?.path, failed.sources[0]?.path);
    await whenEnded(api, again.id);
  });

  it('puts the result into a folder that a person chooses where its own is gone', async () => {
    const api = await activated();
    const settings = vscode.workspace.getConfiguration('dffmpeg');
    const output = '${fileDirname}/gone/${fileBasenameNoExtension}.${ext}';
    await settings.update('output', output, vscode.ConfigurationTarget.Workspace);
    try {
      const [job] = await submitted(api, 'dffmpeg.encode', clip('clip.mp4'));
      assert.ok(job);
      const failed = await whenEnded(api, job.id);
      assert.equal(failed.reason?.code, 'destination-missing');
      answers.pick = failureActions['choose-folder'];
      answers.open = clip('chosen');
      mkdirSync(answers.open.fsPath);
      await vscode.commands.executeCommand('dffmpeg.helpJob', api.services.jobsTree.node(job.id));
      const done = await whenEnded(api, job.id);
      assert.equal(done.state, 'done', done.reason?.message);
      assert.equal(done.outputs[0]?.path, clip('chosen/clip.mp4').fsPath);
    } finally {
      await settings.update('output', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it('says what to do with a file that is on no disk', async () => {
    const api = await activated();
    const jobs = await submitted(api, 'dffmpeg.encode', vscode.Uri.parse('vscode-vfs://github/a/clip.mp4'));
    assert.equal(jobs.length, 0);
    assert.match(answers.shown[0]?.text ?? '', /Copy those of a virtual file system/);
  });

  it('shows numbers only while something runs or waits', async () => {
    const api = await activated();
    await whenBoard(api, () => api.services.board.counts.running + api.services.board.counts.waiting === 0);
    const jobs = jobsNow(api);
    assert.ok(jobs.length > 0);
    await whenDrawn(() => api.services.jobsView.badge === 0);
    await whenDrawn(() => api.services.statusBar.text === undefined);
  });
});
