import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { packVsix } from '../../scripts/lib/vsix.mjs';
import { root } from '../vscode/harness/bundle.ts';
import { keepPicturesOfFailures } from './pictures.ts';
import { Workbench } from './workbench.ts';

const encode = 'Encode with DFFmpeg';
/** A cold daemon, its first trial runs, and a few seconds of film on two busy cores. */
const encodeTimeoutMs = 90_000;

interface Streams {
  streams: { codec_type: string; codec_name: string; width?: number; height?: number }[];
  format: { duration: string };
}

async function probe(file: string): Promise<Streams> {
  const args = ['-v', 'error', '-show_streams', '-show_format', '-of', 'json', file];
  const { stdout } = await promisify(execFile)('ffprobe', args);
  return JSON.parse(stdout) as Streams;
}

describe('the packed extension, in the hands of a person', function () {
  this.timeout(120_000);
  let workbench: Workbench;

  before(async () => {
    const vsix = await packVsix(path.join(root, 'out', 'pack'));
    workbench = await Workbench.open({ extensions: [vsix] });
  });
  keepPicturesOfFailures(this, () => workbench);
  after(async () => {
    await workbench?.close();
  });

  it('offers its two entries on a clip, and none on a text file', async () => {
    const labels = await workbench.rightClick('clip.mp4', encode);
    assert.ok(labels.includes('Encode with DFFmpeg Preset…'), labels.join(', '));
    await workbench.screenshot('menu-dark');
    await workbench.closeMenu();
    const none = (await workbench.rightClick('notes.txt')).filter((label) => label.includes('DFFmpeg'));
    assert.deepEqual(none, []);
    await workbench.closeMenu();
  });

  it('encodes the clip that was right-clicked, beside its source, and says so', async () => {
    const source = path.join(workbench.folder, 'clip.mp4');
    const before = await readFile(source);

    await workbench.rightClick('clip.mp4', encode);
    await workbench.chooseFromMenu(encode);
    await workbench.waitForRow('Jobs', /clip\.mp4.*verified.*clip\.web\.mp4/s, encodeTimeoutMs);
    await workbench.notification(/clip\.mp4 → clip\.web\.mp4.*verified/).waitFor();

    const { streams, format } = await probe(path.join(workbench.folder, 'clip.web.mp4'));
    assert.deepEqual(streams.map(({ codec_name }) => codec_name).sort(), ['aac', 'h264']);
    assert.ok(Math.abs(Number(format.duration) - 4) < 0.2, `it lasts ${format.duration} s`);
    assert.ok(before.equals(await readFile(source)), 'the source is untouched');
  });

  it('encodes several selected files at once', async () => {
    await workbench.showContainer('Explorer');
    await workbench.explorerRow('clip.web.mp4').waitFor();
    await workbench.select('clip.mp4', 'second clip.mp4');
    await workbench.rightClick('second clip.mp4', encode);
    await workbench.chooseFromMenu(encode);
    await workbench.showContainer('DFFmpeg');
    await workbench.waitForRow('Jobs', /verified.*second clip\.web\.mp4/s, encodeTimeoutMs);
    await workbench.waitForRow('Jobs', /verified.*clip\.web-2\.mp4/s, encodeTimeoutMs);
    assert.ok(existsSync(path.join(workbench.folder, 'clip.web-2.mp4')), 'a taken name gets a number');
  });

  it('says in the row why a broken file failed', async () => {
    await workbench.showContainer('Explorer');
    await workbench.explorerRow('clip.web-2.mp4').waitFor();
    await workbench.rightClick('broken.mp4', encode);
    await workbench.chooseFromMenu(encode);
    await workbench.showContainer('DFFmpeg');
    const row = await workbench.waitForRow('Jobs', 'broken.mp4', encodeTimeoutMs);
    await row.locator('.codicon-error').waitFor({ timeout: encodeTimeoutMs });
    assert.ok(!existsSync(path.join(workbench.folder, 'broken.web.mp4')));
  });

  it('looks right, dark and light, narrow and wide', async () => {
    await workbench.showContainer('DFFmpeg');
    for (const theme of ['dark', 'light'] as const) {
      await workbench.setTheme(theme);
      for (const [name, width] of [
        ['narrow', 700],
        ['wide', 1600],
      ] as const) {
        await workbench.setViewport(width);
        await workbench.screenshot(`jobs-${theme}-${name}`);
      }
    }
  });

  it('opens its status page', async () => {
    await workbench.setTheme('dark');
    await workbench.setViewport(1280);
    await workbench.runCommand('DFFmpeg: Open Status Page');
    await workbench.webviewText('clip.web-2.mp4').waitFor();
    await workbench.screenshot('status-dark-wide');
    await workbench.setTheme('light');
    await workbench.setViewport(700);
    await workbench.screenshot('status-light-narrow');
  });
});

describe('the extension in a workspace that nobody trusts yet', function () {
  this.timeout(120_000);
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.open({ restrictedMode: true });
  });
  keepPicturesOfFailures(this, () => workbench);
  after(async () => {
    await workbench?.close();
  });

  it('submits nothing, and the menu entry says why', async () => {
    await workbench.rightClick('clip.mp4', encode);
    await workbench.chooseFromMenu(encode);
    await workbench.notification(/trust/i).or(workbench.dialog(/trust/i)).first().waitFor();
    await workbench.screenshot('restricted');
    assert.ok(!existsSync(path.join(workbench.stateDir, 'daemon.json')), 'no daemon was started');
    assert.ok(!existsSync(path.join(workbench.folder, 'clip.web.mp4')));
  });
});
