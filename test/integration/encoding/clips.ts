import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runToEnd } from './encodeClip.ts';

/** Small clips of every awkward kind, made with ffmpeg in a folder of the test's own. */
export class Clips {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  path(name: string): string {
    return path.join(this.folder, name);
  }

  /** 2 s, 25 fps, H.264 and AAC, index at the front. */
  async plain(name = 'plain.mp4', extra: readonly string[] = []): Promise<string> {
    return this.make(name, [
      ...picture('320x240', 25),
      ...tone(),
      ...h264,
      ...['-c:a', 'aac', '-movflags', '+faststart', ...extra],
    ]);
  }

  /** Odd sides, 4:4:4, from Matroska. */
  async odd(): Promise<string> {
    return this.make('odd.mkv', [...picture('321x241', 25), '-c:v', 'ffv1', '-pix_fmt', 'yuv444p']);
  }

  /** Frames at irregular times, without sound: in MP4, and copied to Matroska, which has no clock to show it. */
  async variable(): Promise<{ mp4: string; mkv: string }> {
    const mp4 = await this.make('variable.mp4', [
      ...picture('320x240', 60),
      ...['-vf', "select='not(mod(n,3))+lt(mod(n,7),2)'", '-vsync', 'vfr', ...h264],
    ]);
    return { mp4, mkv: await this.make('variable.mkv', ['-i', mp4, '-c', 'copy']) };
  }

  /** 59.94 fps. */
  async fast(): Promise<string> {
    return this.make('fast.mp4', [...picture('640x360', '60000/1001'), ...h264]);
  }

  /** Turned by its display matrix alone. */
  async rotated(): Promise<string> {
    const plain = await this.plain('upright.mp4');
    return this.make('rotated.mp4', ['-i', plain, '-c', 'copy', '-metadata:s:v', 'rotate=90']);
  }

  /** Two audio tracks, one of them 5.1(side), and subtitles. */
  async many(): Promise<string> {
    writeFileSync(this.path('words.srt'), '1\n00:00:00,500 --> 00:00:01,500\nHello\n\n');
    return this.make('many.mkv', [
      ...picture('320x240', 25),
      ...['-f', 'lavfi', '-i', "aevalsrc='sin(440*t)|0|0|0|0|0:c=5.1(side):s=48000:d=2'"],
      ...tone(),
      ...['-i', this.path('words.srt'), '-map', '0', '-map', '1', '-map', '2', '-map', '3'],
      ...[...h264, '-c:a', 'flac', '-c:s', 'srt'],
    ]);
  }

  /** Sound with a cover picture. */
  async cover(): Promise<string> {
    const image = await this.make('cover.png', [
      ...['-f', 'lavfi', '-i', 'color=red:size=64x64:duration=0.04', '-frames:v', '1'],
    ]);
    return this.make('cover.mp3', [
      ...[...tone(), '-i', image, '-map', '0', '-map', '1', '-c:a', 'libmp3lame', '-c:v', 'copy'],
      ...['-disposition:v', 'attached_pic'],
    ]);
  }

  async wave(): Promise<string> {
    return this.make('wave.wav', [
      ...['-f', 'lavfi', '-i', 'sine=sample_rate=96000:duration=2', '-c:a', 'pcm_s24le'],
    ]);
  }

  async transportStream(): Promise<string> {
    return this.make('stream.ts', [...picture('320x240', 25), ...tone(), ...h264, '-c:a', 'aac']);
  }

  /** The first half of a file whose index promises the whole. */
  async truncated(): Promise<string> {
    const bytes = readFileSync(await this.plain('whole.mp4'));
    return this.write('truncated.mp4', bytes.subarray(0, bytes.length / 2));
  }

  /** The first half of a file whose index would have come last. */
  async withoutIndex(): Promise<string> {
    const bytes = readFileSync(await this.plain('indexed-last.mp4', ['-movflags', '0']));
    return this.write('no-index.mp4', bytes.subarray(0, bytes.length / 2));
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content);
    return this.path(name);
  }

  private async make(name: string, argv: readonly string[]): Promise<string> {
    const file = this.path(name);
    const quiet = ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y'];
    const done = await runToEnd('ffmpeg', [...quiet, ...argv, file]);
    assert.equal(done.code, 0, done.stderr);
    return file;
  }
}

const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];

function picture(size: string, rate: number | string): string[] {
  return ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${rate}:duration=2`];
}

function tone(): string[] {
  return ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000:duration=2'];
}

/** Real clips, where `DFFMPEG_TEST_MEDIA` names a folder of them. */
export function realClips(): string[] {
  const folder = process.env.DFFMPEG_TEST_MEDIA;
  if (folder === undefined || !existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /\.(?:mp4|mp3)$/u.test(name))
    .map((name) => path.join(folder, name));
}
