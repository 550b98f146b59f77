import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Health } from '../../../src/protocol/inquiry.ts';
import { sharedFolder } from '../../media/sharedFolder.ts';
import { makeSource, makeSources } from '../../media/traits.ts';
import type { ScriptedCoordinator } from './support/scriptedCoordinator.ts';
import { Workshop } from './support/workshop.ts';

const run = promisify(execFile);

describe('worker: health check', function () {
  this.timeout(120_000);
  let shop: Workshop;
  let coordinator: ScriptedCoordinator;

  before(async () => {
    shop = await Workshop.openProved();
    ({ coordinator } = shop.hire());
    await coordinator.ready();
    await film('clip.mp4', '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-c:a', 'aac');
    await film('fast.mp4', '-c:v', 'libx264', '-preset', 'ultrafast', '-movflags', '+faststart');
    await film('clip.mkv', '-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'flac');
    await film('clip.ts', '-c:v', 'mpeg2video', '-c:a', 'mp2');
    await film('sound.flac', '-vn', '-c:a', 'flac');
  });
  after(() => shop.close());

  /** Ten seconds, so that both ends are far from the middle. */
  async function film(name: string, ...encoding: string[]): Promise<void> {
    await run('ffmpeg', [
      ...['-loglevel', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=25:duration=10'],
      ...['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000:duration=10'],
      ...['-pix_fmt', 'yuv420p', ...encoding, shop.path(name)],
    ]);
  }

  /** A copy of `name` with other bytes. */
  async function damaged(name: string, change: (bytes: Buffer) => Uint8Array): Promise<string> {
    const file = shop.path(`damaged-${name}`);
    await writeFile(file, change(await readFile(shop.path(name))));
    return file;
  }

  let inquiries = 0;

  function check(path: string, thorough: boolean): Promise<Health> {
    inquiries += 1;
    return coordinator.peer.request('media.check', { inquiryId: `check-${inquiries}`, path, thorough });
  }

  const said = (health: Health): string =>
    `${health.verdict.level}: ${health.verdict.findings.map(({ message }) => message).join(' ')}`;

  const middleOf = (bytes: Buffer): number => Math.round(bytes.length / 2);

  /** Bits here and there within a few kilobytes. */
  function flipped(bytes: Buffer): Buffer {
    const changed = Buffer.from(bytes);
    for (let at = 0; at < 2000; at += 37) changed[middleOf(bytes) + at]! ^= 0x24;
    return changed;
  }

  for (const name of ['clip.mp4', 'fast.mp4', 'clip.mkv', 'clip.ts', 'sound.flac'])
    for (const thorough of [false, true])
      it(`finds nothing wrong with a healthy file: ${name}, ${thorough ? 'thorough' : 'quick'}`, async () => {
        const health = await check(shop.path(name), thorough);
        assert.equal(said(health), 'pass: ');
        assert.ok(health.reached !== undefined && Math.abs(health.reached - 10) < 0.2, `${health.reached}`);
        assert.ok(health.announced !== undefined && Math.abs(health.announced - 10) < 0.2);
        assert.equal(health.damage, 0);
        if (thorough)
          for (const { type, frames, reached = 0 } of health.tracks) {
            assert.ok(Math.abs(reached - 10) < 0.2, `${type} reaches ${reached}`);
            assert.equal(type === 'video' ? frames : 250, 250);
          }
      });

  it('raises no alarm over files that are odd and whole', async () => {
    const odd = await makeSources(
      [
        ...(['vfr-mp4', 'vfr-mkv', 'one-frame', 'edit-list', 'negative-start', 'late-start'] as const),
        ...(['late-sound', 'longer-sound', 'longer-picture', 'raw-h264', 'open-gop', 'priming'] as const),
        ...(['mp3-unmarked', 'adts', 'cover-m4a', 'cover-mp4', 'timecode', 'data-stream'] as const),
        ...(['two-programs', 'program-stream', 'avi', 'webm', 'gif', 'fragmented', 'telecined'] as const),
      ],
      await sharedFolder(),
    );
    for (const [name, file] of Object.entries(odd)) {
      const health = await check(file, true);
      assert.equal(health.verdict.level, 'pass', `${name} ${said(health)}`);
    }
    // Two recordings behind each other: nothing is lost, yet a person may want to know.
    const two = await check(await makeSource('size-changes', await sharedFolder()), true);
    assert.equal(two.verdict.level, 'warn', said(two));
  });

  it('sees at once that a file was cut off', async () => {
    const half = (bytes: Buffer): Uint8Array => bytes.subarray(0, Math.round(bytes.length * 0.6));
    for (const name of ['fast.mp4', 'clip.mkv', 'sound.flac']) {
      const file = await damaged(name, half);
      for (const thorough of [false, true]) {
        const health = await check(file, thorough);
        assert.equal(health.verdict.level, 'fail', `${name} ${said(health)}`);
      }
      const { reached = 0, announced } = await check(file, true);
      assert.ok(reached > 3 && reached < 8, `${name} reaches ${reached}`);
      assert.ok(announced !== undefined && announced > 9.9);
    }
    const { truncated } = await check(await damaged('fast.mp4', half), true);
    assert.equal(truncated, true);
  });

  it('sees that the index is missing', async () => {
    const file = await damaged('clip.mp4', (bytes) => bytes.subarray(0, Math.round(bytes.length * 0.6)));
    const health = await check(file, false);
    assert.match(said(health), /^fail: .*index/);
    assert.deepEqual(health.tracks, []);
    assert.ok(health.bytes > 0);
  });

  for (const name of ['clip.mp4', 'clip.mkv', 'sound.flac'])
    it(`finds damage in the middle with a thorough check: ${name}`, async () => {
      const health = await check(await damaged(name, flipped), true);
      assert.equal(health.verdict.level, 'fail', said(health));
      assert.ok(health.damage > 0);
      assert.ok(health.places.length > 0);
    });

  it('finds silent damage with a thorough check alone', async () => {
    const file = await damaged('clip.mp4', flipped);
    assert.equal(said(await check(file, false)), 'pass: ');
    assert.equal((await check(file, true)).verdict.level, 'fail');
    // Whole packets are gone, and what is left has the right checksums: no decoder complains.
    const gap = await damaged('sound.flac', (bytes) => {
      const changed = Buffer.from(bytes);
      return changed.fill(0, middleOf(bytes), middleOf(bytes) + 6000);
    });
    assert.equal(said(await check(gap, false)), 'pass: ');
    assert.match(said(await check(gap, true)), /(?:missing between its beginning and its end|damaged)/);
  });

  it('takes what is no media for no healthy media', async () => {
    await writeFile(shop.path('words.mp4'), 'Not a film at all. '.repeat(100));
    await writeFile(shop.path('empty.mkv'), '');
    for (const name of ['words.mp4', 'empty.mkv'])
      assert.equal((await check(shop.path(name), false)).verdict.level, 'fail', name);
  });

  it('refuses what it cannot look at', async () => {
    await assert.rejects(check(shop.path('gone.mp4'), false), { code: 'source-missing' });
    await assert.rejects(check(shop.root, false), { code: 'source-unreadable' });
  });

  it('tells how far it is, never backwards', async () => {
    await check(shop.path('clip.mp4'), true);
    const id = `check-${inquiries}`;
    const told = coordinator.inquiries.filter(({ inquiryId }) => inquiryId === id);
    const fractions = told.map(({ fraction = 0 }) => fraction);
    assert.deepEqual(
      fractions,
      fractions.toSorted((a, b) => a - b),
    );
    assert.ok(told.some(({ step }) => step === 'decoding all of it'));
  });
});
