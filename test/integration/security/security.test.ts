import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Preset } from '../../../src/encoding/preset.ts';
import { resolvePreset } from '../../../src/encoding/presetResolve.ts';
import { ffmpegEnvironment } from '../../../src/worker/environment.ts';
import type { ScriptedCoordinator } from '../worker/support/scriptedCoordinator.ts';
import { itOnUnix } from '../worker/support/itOnUnix.ts';
import { encodePayload, probeBy, probePayload, Workshop } from '../worker/support/workshop.ts';
import { hostileFiles } from './hostileFiles.ts';
import { hostilePresets } from './hostilePresets.ts';
import { secretWord, setTraps, type Traps } from './traps.ts';

const run = promisify(execFile);

/**
 * What an attacker controls here is a media file or a workspace. Whatever it tries: a listener on this machine hears
 * nothing, and a file outside stays unread. A real worker with a real ffmpeg is asked each time.
 */
describe('hostile files and presets', function () {
  this.timeout(60_000);
  let shop: Workshop;
  let coordinator: ScriptedCoordinator;
  let traps: Traps;
  let folder: string;
  let tasks = 0;

  before(async () => {
    shop = await Workshop.openProved();
    ({ coordinator } = shop.hire());
    await coordinator.ready();
    traps = await setTraps(shop.root);
    folder = shop.path('workspace');
    await mkdir(folder);
  });
  after(async () => {
    await traps.close();
    await shop.close();
  });

  it('the traps themselves work', async () => {
    const caught = await withControl();
    if (!caught.some((text) => text.includes('read')))
      console.log(
        'NOTE: this file system keeps no times of access; unread files are proved by their content alone.',
      );
    assert.ok(caught.some((text) => text.includes('connections')));
  });

  async function withControl(): Promise<string[]> {
    await readFile(traps.secret);
    await fetch(`http://127.0.0.1:${traps.port}/`).catch(() => undefined);
    return traps.caught();
  }

  async function probe(source: string) {
    tasks += 1;
    return coordinator.run({ taskId: `p${tasks}`, fence: 1, payload: probePayload(source) });
  }

  for (const file of hostileFiles)
    itOnUnix(`refuses ${file.title}`, async () => {
      const source = path.join(folder, file.name);
      await writeFile(source, file.content(traps));
      for (const [name, content] of Object.entries(file.beside?.(traps) ?? {}))
        await writeFile(path.join(folder, name), content);
      const report = await probe(source);
      assert.ok(report.type === 'failed', `it was taken for media: ${JSON.stringify(report)}`);
      assert.ok(report.error.hint, 'it says what to do next');
      assert.deepEqual(await traps.caught(), []);
    });

  for (const [title, preset] of hostilePresets)
    it(`refuses ${title}`, async () => {
      const resolved = resolvePreset('hostile', preset(traps), {});
      assert.ok(!resolved.ok, 'it could be used');
      for (const problem of resolved.problems) assert.ok(problem.message !== '' && problem.hint !== '');
      assert.deepEqual(await traps.caught(), []);
    });

  async function encode(source: string, preset: Preset) {
    tasks += 1;
    const output = path.join(folder, `result-${tasks}.mkv`);
    coordinator.onCommit = () => Promise.resolve({ path: output });
    const report = await coordinator.run({
      taskId: `e${tasks}`,
      fence: 1,
      payload: encodePayload({
        source,
        probe: await probeBy(coordinator, source, `q${tasks}`),
        preset,
        output,
      }),
    });
    return { report, output };
  }

  const film: Preset = { container: 'mkv', video: { encoders: ['libx264'], speed: 'fastest' }, audio: false };

  function withVideo(fields: object): Preset {
    return { ...film, video: { ...(film.video as object), ...fields } };
  }

  const assets: [title: string, name: string, lay: (file: string) => Promise<void>, preset: Preset][] = [
    [
      'a link to subtitles outside',
      'link.srt',
      (file) => symlink(traps.secret, file),
      withVideo({ burnSubtitles: { file: 'link.srt' } }),
    ],
    [
      'a link to a folder outside',
      'away',
      (file) => symlink(traps.outside, file),
      withVideo({ burnSubtitles: { file: 'away/secret.srt' } }),
    ],
    [
      'a LUT that is a link outside',
      'look.cube',
      (file) => symlink(traps.secret, file),
      withVideo({ lut: 'look.cube' }),
    ],
    [
      'a playlist named .png as a watermark',
      'logo.png',
      (file) => writeFile(file, `#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:${traps.port}/a.png\n`),
      withVideo({ watermark: { file: 'logo.png' } }),
    ],
    [
      'a vector graphic named .jpg as a watermark',
      'logo.jpg',
      (file) =>
        writeFile(
          file,
          `<svg xmlns="http://www.w3.org/2000/svg"><image href="http://127.0.0.1:${traps.port}/a.png"/></svg>`,
        ),
      withVideo({ watermark: { file: 'logo.jpg' } }),
    ],
    [
      'a list of files named .srt as subtitles',
      'list.srt',
      (file) => writeFile(file, `ffconcat version 1.0\nfile '${traps.secret}'\n`),
      withVideo({ burnSubtitles: { file: 'list.srt' } }),
    ],
  ];
  for (const [title, name, lay, preset] of assets)
    itOnUnix(`does not follow ${title}`, async () => {
      const source = await shop.clip(path.join(folder, `clip-${name}.mp4`));
      await lay(path.join(folder, name));
      const { report } = await encode(source, preset);
      // A list is no subtitles: as such it is empty, and burns nothing in.
      assert.equal(report.type, name === 'list.srt' ? 'delivered' : 'failed', JSON.stringify(report));
      assert.deepEqual(await traps.caught(), []);
      assert.doesNotMatch(coordinator.log, new RegExp(secretWord, 'u'));
    });

  itOnUnix('takes names full of filter and shell letters literally', async () => {
    const plain = await shop.clip(path.join(folder, 'plain.mp4'));
    const name = `a';movie=${traps.port}[x],b:c=\\'d" $(touch ${'x'}) %03d`;
    const source = path.join(folder, `${name}.mp4`);
    await cp(plain, source);
    await writeFile(path.join(folder, `${name}.srt`), '1\n00:00:00,000 --> 00:00:01,000\nHello\n');
    const { report } = await encode(
      source,
      withVideo({ burnSubtitles: { file: '${fileBasenameNoExtension}.srt' } }),
    );
    assert.equal(report.type, 'delivered', JSON.stringify(report));
    assert.deepEqual(await traps.caught(), []);
  });

  itOnUnix('writes no attachment under the name that it asks for', async () => {
    const words = path.join(folder, 'words.ass');
    await writeFile(
      words,
      '[Script Info]\nScriptType: v4.00+\n\n[Events]\nFormat: Start, End, Text\nDialogue: 0:00:00.00,0:00:01.00,Hi\n',
    );
    await writeFile(path.join(folder, 'font.ttf'), 'no font');
    const source = path.join(folder, 'attached.mkv');
    await run('ffmpeg', [
      ...['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=25:duration=1', '-i', words],
      ...['-map', '0', '-map', '1', '-attach', path.join(folder, 'font.ttf')],
      ...[
        '-metadata:s:t',
        'mimetype=application/x-truetype-font',
        '-metadata:s:t',
        'filename=../../outside/evil.ttf',
      ],
      source,
    ]);
    const { report } = await encode(source, withVideo({ burnSubtitles: { track: 1 } }));
    assert.equal(report.type, 'delivered', JSON.stringify(report));
    assert.deepEqual(await readdir(traps.outside), ['secret.srt']);
  });

  it('gives ffmpeg neither a proxy nor a place for reports from the environment', () => {
    const environment = ffmpegEnvironment({
      PATH: '/bin',
      ...{ FFREPORT: `file=${traps.outside}/report`, http_proxy: 'http://evil', HTTPS_PROXY: 'http://evil' },
    });
    assert.deepEqual(
      Object.keys(environment).filter((name) => /proxy|FFREPORT/iu.test(name)),
      [],
    );
  });
});
