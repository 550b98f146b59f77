import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { secondFfmpeg } from '../../../scripts/lib/secondFfmpeg.mjs';

const linuxOnly = process.platform === 'linux' && process.arch === 'x64' ? it : it.skip;
if (linuxOnly === it.skip)
  console.log('A second ffmpeg is fetched on Linux x64 alone: those tests are left out.');

describe('a second ffmpeg for tests', function () {
  this.timeout(60_000);
  let folder: string;
  let cache: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'dffmpeg-second-'));
    cache = path.join(folder, 'cache');
    mkdirSync(path.join(folder, 'bin'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function program(file: string, script: string): string {
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    return file;
  }

  const ffmpegOf = (version: string) => `echo 'ffmpeg version ${version} Copyright'`;
  /** Finds programs in our own folder alone, and what a script needs. */
  function env(): NodeJS.ProcessEnv {
    const bin = path.join(folder, 'bin');
    for (const tool of ['mkdir', 'touch', 'mv'])
      if (!existsSync(path.join(bin, tool))) symlinkSync(`/bin/${tool}`, path.join(bin, tool));
    return { PATH: bin };
  }

  /** A python3 that has pip, and whose pip delivers an ffmpeg of this version. */
  function pythonThatDelivers(version: string): string {
    const delivered = `mkdir -p "$5/imageio_ffmpeg/binaries"
      printf '#!/bin/sh\\n%s\\n' "${ffmpegOf(version)}" > "$5/imageio_ffmpeg/binaries/ffmpeg-linux-x86_64-v1"`;
    return program(
      path.join(folder, 'bin', 'python3'),
      `case "$2 $3" in
      'pip --version') ;;
      'pip download') for last; do :; done; touch "$last/some.whl" ;;
      'zipfile -e') ${delivered} ;;
      esac`,
    );
  }

  linuxOnly('is the one that a person names, or a sentence about that', async () => {
    const mine = program(path.join(folder, 'mine'), ffmpegOf('9.9'));
    const named = await secondFfmpeg({ env: { DFFMPEG_TEST_FFMPEG2: mine }, cache });
    assert.deepEqual(named, { path: mine, version: '9.9' });
    const wrong = await secondFfmpeg({ env: { DFFMPEG_TEST_FFMPEG2: '/bin/true' }, cache });
    assert.equal(wrong.path, undefined);
    assert.match(wrong.reason, /DFFMPEG_TEST_FFMPEG2 names \/bin\/true/u);
    assert.ok(!existsSync(cache));
  });

  linuxOnly('is fetched once, and nothing else is left behind', async () => {
    const python = pythonThatDelivers('7.7');
    const file = path.join(cache, 'ffmpeg');
    assert.deepEqual(await secondFfmpeg({ env: env(), cache }), { path: file, version: '7.7' });
    assert.deepEqual(readdirSync(cache), ['ffmpeg']);
    rmSync(python);
    assert.deepEqual(await secondFfmpeg({ env: env(), cache }), { path: file, version: '7.7' });
  });

  linuxOnly('is fetched again where the kept one does not run', async () => {
    mkdirSync(cache);
    writeFileSync(path.join(cache, 'ffmpeg'), 'half of it');
    pythonThatDelivers('7.8');
    assert.deepEqual(await secondFfmpeg({ env: env(), cache }), {
      path: path.join(cache, 'ffmpeg'),
      version: '7.8',
    });
  });

  (process.getuid?.() === 0 ? linuxOnly : it.skip)(
    'is fetched where root can install pip first',
    async () => {
      const python = pythonThatDelivers('7.9');
      renameSync(python, path.join(folder, 'later'));
      const install = `[ "$1" = update ] || mv '${path.join(folder, 'later')}' '${python}'`;
      program(path.join(folder, 'bin', 'apt-get'), install);
      assert.equal((await secondFfmpeg({ env: env(), cache })).path, path.join(cache, 'ffmpeg'));
    },
  );

  linuxOnly('is missing where there is no pip and no way to it', async () => {
    const missing = await secondFfmpeg({ env: env(), cache });
    assert.equal(missing.path, undefined);
    assert.match(missing.reason, /pip for python3 is not on this machine\. Set DFFMPEG_TEST_FFMPEG2/u);
  });

  linuxOnly('is missing with the words of what failed', async () => {
    program(
      path.join(folder, 'bin', 'python3'),
      `[ "$3" = --version ] || { echo 'some trace' >&2; echo 'ERROR: no network here' >&2; exit 1; }`,
    );
    const missing = await secondFfmpeg({ env: env(), cache });
    assert.equal(missing.path, undefined);
    assert.match(missing.reason, /ERROR: no network here\. Set DFFMPEG_TEST_FFMPEG2/u);
    assert.deepEqual(readdirSync(cache), []);
  });
});
