/** What a worker does with an encode, with files in place of ffmpeg: `hd` is a file, `stream` a folder. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { identityOf } from '../../../src/files/fileIdentity.ts';
import { place } from '../../../src/files/placing.ts';
import { outputsOf, verdict, type FakeWorker, type Offer } from '../../unit/coordinator/fakeWorker.ts';

/** Name in the staged result → content. */
export const contents: Readonly<Record<string, string>> = { 'master.m3u8': '#EXTM3U', '360p.ts': 'right' };

/** Makes what is offered, as a healthy worker would; `reached` hears of each step, `offered` first. */
export async function makeOutputs(
  worker: FakeWorker,
  offer: Offer,
  directory: string,
  reached: (step: string) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const { taskId, fence } = offer;
  const recordDir = path.join(directory, 'records');
  await reached('offered');
  for (const { index } of outputsOf(offer)) {
    const step = (name: string): Promise<void> => reached(`${name} ${index}`);
    const folder = path.join(directory, `.dffmpeg-${taskId}-${fence}.part`);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
    await worker.start(offer, { output: index, directory: folder, argv: ['ffmpeg', `output ${index}`] });
    await step('started');
    const staged = await write(folder, index);
    await worker.verifying(offer, index);
    await step('verifying');
    const identity = await identityOf(staged);
    const request = { taskId, fence, output: index, verdict, bytes: 5, staged, identity };
    const { path: granted } = await worker.peer.request('task.commit', request);
    await step('granted');
    await place({ staged, path: granted, recordDir });
    await step('placed');
    await rm(folder, { recursive: true });
    await worker.delivered(offer, granted, index);
    await step('delivered');
  }
}

async function write(folder: string, index: number): Promise<string> {
  if (index === 0) {
    await writeFile(path.join(folder, 'hd.mp4'), 'right');
    return path.join(folder, 'hd.mp4');
  }
  const staged = path.join(folder, 'stream');
  await mkdir(staged);
  for (const [name, text] of Object.entries(contents)) await writeFile(path.join(staged, name), text);
  return staged;
}
