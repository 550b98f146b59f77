import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Workbench } from './workbench.ts';

describe('the harness, on a toy extension', function () {
  this.timeout(90_000);
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.open({ extensions: [path.join(import.meta.dirname, 'toy')] });
  });

  after(async () => {
    await workbench?.close();
  });

  it("reaches a command by the Explorer's context menu", async () => {
    await workbench.rightClick('clip.mp4', 'Write a Note Beside It');
    await workbench.screenshot('toy-menu');
    await workbench.chooseFromMenu('Write a Note Beside It');
    await workbench.explorerRow('clip.mp4.note').waitFor();
    assert.equal(await readFile(path.join(workbench.folder, 'clip.mp4.note'), 'utf8'), 'clip.mp4');
    await workbench.notification('Noted clip.mp4').waitFor();
  });

  it('passes the whole selection on', async () => {
    await workbench.select('clip.mp4', 'second clip.mp4');
    await workbench.rightClick('second clip.mp4');
    await workbench.chooseFromMenu('Write a Note Beside It');
    await workbench.explorerRow('second clip.mp4.note').waitFor();
    const note = await readFile(path.join(workbench.folder, 'second clip.mp4.note'), 'utf8');
    assert.deepEqual(note.split('\n').sort(), ['clip.mp4', 'second clip.mp4']);
  });

  it('shows light and dark, narrow and wide', async () => {
    await workbench.setTheme('light');
    await workbench.setViewport(700);
    await workbench.screenshot('toy-light-narrow');
    await workbench.setTheme('dark');
    await workbench.setViewport(1600);
    await workbench.screenshot('toy-dark-wide');
  });
});
