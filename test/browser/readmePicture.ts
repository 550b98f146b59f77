/**
 * Makes the README's picture from the real thing: `node test/browser/readmePicture.ts`, with DFFMPEG_TEST_MEDIA naming a
 * folder that holds elf.mp4, rabbit.mp4 and bigbuckbunny.mp4. Look at it before it is committed.
 */
import { execFile } from 'node:child_process';
import { copyFile, cp, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { packVsix } from '../../scripts/lib/vsix.mjs';
import { root } from '../vscode/harness/bundle.ts';
import { Workbench } from './workbench.ts';

const media = process.env.DFFMPEG_TEST_MEDIA;
if (media === undefined) throw new Error('Set DFFMPEG_TEST_MEDIA to a folder of clips.');
const encode = 'Encode with DFFmpeg';
const patience = 90_000;

const workbench = await Workbench.open({ extensions: [await packVsix(path.join(root, 'out', 'pack'))] });
try {
  const { folder } = workbench;
  for (const name of ['clip.mp4', 'second clip.mp4', 'rushes', 'broken.mp4', 'notes.txt'])
    await rm(path.join(folder, name), { recursive: true, force: true });
  for (const name of ['elf.mp4', 'rabbit.mp4']) await cp(path.join(media, name), path.join(folder, name));
  const bunny = path.join(media, 'bigbuckbunny.mp4');
  const feature = path.join(folder, 'Big Buck Bunny.mp4');
  await promisify(execFile)('ffmpeg', [
    '-v',
    'error',
    '-stream_loop',
    '30',
    '-i',
    bunny,
    '-c',
    'copy',
    feature,
  ]);
  await copyFile(bunny, path.join(folder, 'trailer.mp4'));

  await workbench.setViewport(1440, 860);
  for (const name of ['elf.mp4', 'rabbit.mp4']) {
    await workbench.showContainer('Explorer');
    await workbench.rightClick(name, encode);
    await workbench.chooseFromMenu(encode);
    await workbench.showContainer('DFFmpeg');
    await workbench.waitForRow(
      'Jobs',
      new RegExp(`verified.*${name.replace('.mp4', '')}\\.web\\.mp4`, 's'),
      patience,
    );
  }
  await workbench.showContainer('Explorer');
  await workbench.select('Big Buck Bunny.mp4', 'trailer.mp4');
  await workbench.rightClick('trailer.mp4', encode);
  await workbench.chooseFromMenu(encode);
  await workbench.runCommand('DFFmpeg: Open Status Page');
  await workbench.showContainer('DFFmpeg');
  await workbench.runCommand('Notifications: Clear All Notifications');
  // The side bar as wide as people make it who look at it all day.
  const sash = await workbench.page.locator('.sidebar').boundingBox();
  if (sash) {
    await workbench.page.mouse.move(sash.x + sash.width, 400);
    await workbench.page.mouse.down();
    await workbench.page.mouse.move(sash.x + 460, 400, { steps: 5 });
    await workbench.page.mouse.up();
    await workbench.page.mouse.move(sash.x + 800, 800);
  }
  await workbench.waitForRow('Jobs', /Big Buck Bunny.*\d %/s, patience);
  await workbench.screenshot('readme');
  await copyFile(
    path.join(root, 'out', 'screenshots', 'readme.png'),
    path.join(root, 'docs', 'images', 'jobs.png'),
  );
} finally {
  await workbench.close();
}
