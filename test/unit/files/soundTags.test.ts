import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { uncopiedSoundTags } from '../../../src/files/soundTags.ts';

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');

function syncSafe(size: number): Buffer {
  return Buffer.from([(size >> 21) & 127, (size >> 14) & 127, (size >> 7) & 127, size & 127]);
}

function id3(version: 2 | 3 | 4, frames: readonly (readonly [string, Uint8Array])[], flags = 0): Buffer {
  const parts = frames.map(([id, content]) => {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(content.length);
    const header = {
      2: size.subarray(1),
      3: Buffer.concat([size, Buffer.alloc(2)]),
      4: Buffer.concat([syncSafe(content.length), Buffer.alloc(2)]),
    }[version];
    return Buffer.concat([latin(id), header, content]);
  });
  const content = Buffer.concat([...parts, Buffer.alloc(50)]);
  return Buffer.concat([latin('ID3'), Buffer.from([version, 0, flags]), syncSafe(content.length), content]);
}

function ape(items: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(items).map(([key, value]) => {
    const header = Buffer.alloc(8);
    header.writeUInt32LE(value.length);
    return Buffer.concat([header, latin(`${key}\0${value}`)]);
  });
  const content = Buffer.concat(parts);
  const footer = Buffer.alloc(32);
  footer.write('APETAGEX');
  footer.writeUInt32LE(2000, 8);
  footer.writeUInt32LE(content.length + 32, 12);
  footer.writeUInt32LE(parts.length, 16);
  return Buffer.concat([content, footer]);
}

const block = (kind: number, content: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([kind, 0, 0, content.length]), content]);

describe('tags of sound that ffmpeg does not read', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-tags-'))));
  afterEach(() => rm(folder, { recursive: true }));

  const found = async (format: string, ...parts: Uint8Array[]): Promise<string[]> => {
    const file = path.join(folder, 'sound');
    await writeFile(file, parts);
    return uncopiedSoundTags(file, format);
  };
  const sound = Buffer.alloc(1000, 0xff);
  const title = ['TIT2', latin('\0A song')] as const;

  for (const version of [3, 4] as const)
    it(`are pictures and links of the chapters of ID3v2.${version}`, async () => {
      const times = Buffer.alloc(16, 0xff);
      const chapter = (...frames: Parameters<typeof id3>[1]): readonly [string, Buffer] => {
        // Without the header of a tag, and what fills it up.
        const inside = id3(version, frames).subarray(10, -50);
        return ['CHAP', Buffer.concat([latin('c1\0'), times, inside])];
      };
      assert.deepEqual(await found('mp3', id3(version, [title, chapter(title), chapter(title)]), sound), []);
      const picture = ['APIC', Buffer.alloc(3000, 1)] as const;
      const link = ['WXXX', latin('\0\0https://example.org')] as const;
      assert.deepEqual(
        await found(
          'mp3',
          id3(version, [chapter(title), chapter(title, picture), chapter(title, link)]),
          sound,
        ),
        ['APIC of chapters', 'WXXX of chapters'],
      );
    });

  it('are frames of ID3: stars, cue points, timed words', async () => {
    for (const version of [3, 4] as const) {
      const long = ['GEOB', Buffer.alloc(200, 1)] as const;
      const frames = [title, ['COMM', latin('\0engHello')], long, ['POPM', latin('me\0\x04')]] as const;
      assert.deepEqual(await found('mp3', id3(version, frames), sound), ['GEOB', 'POPM'], String(version));
    }
    assert.deepEqual(
      await found(
        'mp3',
        id3(2, [
          ['TT2', latin('\0A')],
          ['POP', latin('me\0\x04')],
        ]),
        sound,
      ),
      ['POP'],
    );
    assert.deepEqual(await found('mp3', id3(3, [title]), sound), []);
    assert.deepEqual(await found('mp3', sound), []);
  });

  it('are all values of a frame but the first', async () => {
    const wide = (text: string): Buffer =>
      Buffer.concat([Buffer.from([1]), Buffer.from(`\uFEFF${text}`, 'utf16le')]);
    for (const several of [latin('\x03One\0Two'), wide('One\0\uFEFFTwo')])
      assert.deepEqual(await found('mp3', id3(4, [['TPE1', several], title]), sound), [
        'TPE1 (all but the first value)',
      ]);
    const own = ['TXXX', latin('\x03mood\0calm\0')] as const;
    assert.deepEqual(await found('mp3', id3(4, [['TPE1', wide('One\0')], own]), sound), []);
  });

  it('are found where the tag was made safe for old players', async () => {
    const content = Buffer.from([0xff, 0, 0xe0, ...new Array<number>(20).fill(1)]);
    const safe = id3(
      3,
      [
        ['PCNT', content],
        ['POPM', Buffer.alloc(8, 1)],
      ],
      0x80,
    );
    // One byte less than it says after that.
    safe.writeUInt32BE(content.length - 1, 14);
    assert.deepEqual(await found('mp3', safe, sound), ['PCNT', 'POPM']);
  });

  it('are items of APEv2 at the end, before ID3v1 or not, but for what was measured of these very samples', async () => {
    const tag = ape({ Rating: '5', MP3GAIN_UNDO: '+1', replaygain_track_gain: '-2 dB', Cuesheet: 'x' });
    assert.deepEqual(await found('mp3', sound, tag), ['Rating', 'Cuesheet']);
    assert.deepEqual(await found('mp3', sound, tag, latin('TAG'.padEnd(128, '\0'))), ['Rating', 'Cuesheet']);
    assert.deepEqual(await found('tta', sound, tag), [], 'which ffmpeg reads there');
  });

  it('are what programs keep in blocks of FLAC', async () => {
    const blocks = (...more: Buffer[]) =>
      found('flac', latin('fLaC'), block(0, Buffer.alloc(34)), ...more, block(0x81, Buffer.alloc(10)), sound);
    assert.deepEqual(await blocks(block(4, Buffer.alloc(40))), []);
    assert.deepEqual(await blocks(block(2, latin('riffbext'))), ['APPLICATION riff']);
  });

  it('are looked for in whatever file without an error and without an end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (any) => {
        await found('mp3', any);
        await found('mp3', Buffer.concat([latin('ID3'), Buffer.from([4, 0, 0x40, 0, 0, 1, 0])]), any);
        await found(
          'mp3',
          id3(3, [
            ['TPE1', any],
            ['POPM', any],
          ]),
          any,
        );
        await found('mp3', any, ape({ a: latin('x').toString() }).subarray(-32));
        await found('flac', latin('fLaC'), any);
      }),
      { numRuns: 50 },
    );
  });
});
