import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { packVsix } from '../../scripts/lib/vsix.mjs';
import { root } from '../vscode/harness/bundle.ts';
import { keepPicturesOfFailures } from './pictures.ts';
import { Workbench } from './workbench.ts';

const withPreset = 'Encode with DFFmpeg Preset…';
const more = 'More with DFFmpeg';
/** A cold daemon, its first trial runs, and a few seconds of film on two busy cores. */
const encodeTimeoutMs = 90_000;

const ownPresets = {
  'dffmpeg.presets': {
    delivery: {
      extends: 'small',
      description:
        'A film to show, its poster, the sound alone, and a large one where there is more to show.',
      outputs: {
        film: {},
        poster: { container: 'jpg', still: { at: 'auto' } },
        sound: { container: 'm4a' },
        large: { container: 'mkv', when: { tallerThan: 1080 } },
      },
    },
  },
};

async function durationOf(file: string): Promise<number> {
  const args = ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', file];
  const { stdout } = await promisify(execFile)('ffprobe', args);
  return Number(stdout);
}

describe('presets and questions, in the hands of a person', function () {
  this.timeout(150_000);
  let workbench: Workbench;
  const inFolder = (name: string) => path.join(workbench.folder, name);

  before(async () => {
    const vsix = await packVsix(path.join(root, 'out', 'pack'));
    workbench = await Workbench.open({ extensions: [vsix] });
    await mkdir(inFolder('.vscode'));
    await writeFile(inFolder('.vscode/settings.json'), JSON.stringify(ownPresets, undefined, 2));
    await workbench.showContainer('DFFmpeg');
    await workbench.view('Presets').locator('.pane-header').click();
    await workbench.waitForRow('Presets', 'delivery');
    await workbench.showContainer('Explorer');
  });
  keepPicturesOfFailures(this, () => workbench);
  after(async () => {
    await workbench?.close();
  });

  async function chooseFromMore(file: string, label: string): Promise<void> {
    await workbench.showContainer('Explorer');
    await workbench.rightClick(file, more);
    await workbench.openSubmenu(more, label);
    await workbench.chooseFromMenu(label);
  }

  it('offers four presets and one’s own, and the rest one step further', async () => {
    await workbench.rightClick('clip.mp4', withPreset);
    await workbench.chooseFromMenu(withPreset);
    assert.deepEqual(await workbench.quickPickLabels(), [
      'web',
      'small',
      'av1',
      'audio',
      'delivery',
      'More…',
    ]);
    await workbench.screenshot('picker-dark');
    await workbench.pick('More…');
    await workbench.quickPickRow('web-720').waitFor();
    await workbench.screenshot('picker-more-dark');
    await workbench.typeAndPick('poster');
    await workbench.showContainer('DFFmpeg');
    await workbench.waitForRow('Jobs', /verified.*clip\.poster\.jpg/s, encodeTimeoutMs);
    assert.ok(existsSync(inFolder('clip.poster.jpg')));
  });

  it('has the preset that was used last on top', async () => {
    await workbench.showContainer('Explorer');
    await workbench.rightClick('clip.mp4', withPreset);
    await workbench.chooseFromMenu(withPreset);
    assert.equal((await workbench.quickPickLabels())[0], 'poster');
    await workbench.page.keyboard.press('Escape');
  });

  it('makes several results of one source, and says what is not made', async () => {
    await workbench.rightClick('clip.mp4', withPreset);
    await workbench.chooseFromMenu(withPreset);
    await workbench.pick('delivery');
    await workbench.showContainer('DFFmpeg');
    const row = await workbench.waitForRow('Jobs', /verified.*delivery/s, encodeTimeoutMs);
    await row.hover();
    await workbench.screenshot('several-results-dark');
    for (const name of ['film.mp4', 'poster.jpg', 'sound.m4a'])
      assert.ok(existsSync(inFolder(`clip.delivery.${name}`)), name);
    assert.ok(!existsSync(inFolder('clip.delivery.large.mkv')));
  });

  it('says whether a file is whole', async () => {
    await workbench.showContainer('Explorer');
    await workbench.rightClick('clip.mp4', more);
    await workbench.openSubmenu(more, 'Check File');
    await workbench.screenshot('submenu-dark');
    await workbench.chooseFromMenu('Check File');
    const healthy = workbench.notification(/clip\.mp4/).filter({ hasText: 'Check Thoroughly' });
    await healthy.waitFor({ timeout: encodeTimeoutMs });
    await workbench.screenshot('checked-dark');
    await healthy.getByRole('button', { name: 'Check Thoroughly' }).click();
    await workbench.notification(/clip\.mp4 is whole: every track/).waitFor({ timeout: encodeTimeoutMs });
    await workbench.runCommand('Notifications: Clear All Notifications');
  });

  it('shows the commands of an encode that does not take place', async () => {
    await chooseFromMore('second clip.mp4', 'Preview ffmpeg Command…');
    await workbench.pick('web');
    const text = workbench.page.locator('.editor-instance .view-lines');
    await text.filter({ hasText: 'libx264' }).waitFor({ timeout: encodeTimeoutMs });
    assert.match(await text.innerText(), /second.clip\.web\.mp4/u);
    await workbench.screenshot('preview-dark');
    await workbench.setTheme('light');
    await workbench.setViewport(800);
    await workbench.screenshot('preview-light-narrow');
    await workbench.setTheme('dark');
    await workbench.setViewport(1280);
    assert.ok(!existsSync(inFolder('second clip.web.mp4')));
    await workbench.page.keyboard.press('Control+w');
    await text.waitFor({ state: 'detached' });
  });

  it('joins what is selected into one file', async () => {
    await workbench.showContainer('Explorer');
    await workbench.select('clip.mp4', 'second clip.mp4');
    await workbench.rightClick('second clip.mp4', more);
    await workbench.openSubmenu(more, 'Join into One File…');
    await workbench.chooseFromMenu('Join into One File…');
    await workbench.pick('small');
    await workbench.showContainer('DFFmpeg');
    await workbench.waitForRow('Jobs', /clip\.mp4 and 1 more.*verified/s, encodeTimeoutMs);
    assert.ok(Math.abs((await durationOf(inFolder('clip.small.mp4'))) - 6) < 0.2);
  });

  it('measures how like a result is to its source', async () => {
    const row = await workbench.waitForRow('Jobs', /clip\.mp4 and 1 more.*verified/s);
    await row.click({ button: 'right' });
    await workbench.screenshot('job-menu-dark');
    await workbench.page.keyboard.press('Escape');
    const film = await workbench.waitForRow('Jobs', /verified.*delivery/s);
    await film.click({ button: 'right' });
    await workbench.chooseFromMenu('Measure Likeness to the Source');
    await workbench.notification(/SSIM 0\.\d+/).waitFor({ timeout: encodeTimeoutMs });
    await workbench.screenshot('measured-dark');
    for (const [theme, width] of [
      ['light', 700],
      ['light', 1600],
    ] as const) {
      await workbench.setTheme(theme);
      await workbench.setViewport(width);
      await workbench.screenshot(`presets-jobs-${theme}-${width}`);
    }
  });
});
