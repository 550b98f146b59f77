import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { combed, crop, decode, firstFrame, inspect, packets } from '../../media/inspect.ts';
import type { Packet } from '../../media/inspect.ts';
import { mismatches } from '../../media/match.ts';
import type { Expected } from '../../media/match.ts';
import { sharedFolder } from '../../media/sharedFolder.ts';
import type { Facts } from '../../media/trait.ts';
import { makeSource, makeSources, traitNames, traits } from '../../media/traits.ts';

describe('test sources', function () {
  this.timeout(60_000);
  let folder: string;
  let scratch: string;

  before(async () => {
    folder = await sharedFolder();
    scratch = mkdtempSync(path.join(os.tmpdir(), 'dffmpeg-sources-'));
  });
  after(() => rmSync(scratch, { recursive: true, force: true }));

  for (const name of traitNames)
    it(`${name}: ${traits[name].what}`, async () => {
      const file = await makeSource(name, folder);
      assert.equal(path.relative(folder, file), traits[name].file);
      assert.deepEqual(await misses(file, traits[name].facts), []);
    });

  it('are told apart by their facts', async () => {
    const plain = await makeSource('plain', folder);
    for (const name of oddInEveryWay)
      assert.notDeepEqual(await misses(plain, traits[name].facts), [], `a plain clip passes for ${name}`);
  });

  it('have a file each, and are small', () => {
    const files = traitNames.map((name) => traits[name].file);
    assert.equal(new Set(files).size, files.length);
    for (const name of traitNames) {
      const { size } = statSync(path.join(folder, traits[name].file));
      assert.ok(size < 3 * 1024 * 1024, `${name} has ${size} bytes`);
    }
  });

  it('are made once, by any number of askers at a time', async () => {
    const own = path.join(scratch, 'own');
    const [made, again] = await Promise.all([makeSources(['plain'], own), makeSources(['plain'], own)]);
    assert.equal(made.plain, again.plain);
    const before = statSync(made.plain, { bigint: true }).mtimeNs;
    await makeSource('rotated-90', own);
    assert.equal(statSync(made.plain, { bigint: true }).mtimeNs, before);
    assert.deepEqual(readdirSync(own).sort(), ['plain.mp4', 'rotated-90.mp4']);
  });
});

/** One for each kind of fact. */
const oddInEveryWay = [
  ...(['telephone', 'languages', 'rotated-90', 'chapters', 'two-programs', 'no-index', 'truncated'] as const),
  ...(['vfr-mkv', 'open-gop', 'edit-list', 'interlaced-tff', 'letterboxed', 'hdr10-plus'] as const),
];

/** What of the facts is not so. */
async function misses(file: string, facts: Facts): Promise<string[]> {
  if (facts.folder !== undefined) return mismatches(facts.folder, readdirSync(file).length, 'files');
  const found = await inspect(file).catch(() => undefined);
  if (facts.refused) return found === undefined ? [] : ['ffprobe reads it'];
  if (found === undefined) return ['ffprobe cannot read it'];
  const { streams = [], format = {}, chapters = [], programs = 0 } = facts;
  return [
    ...mismatches(format, found.format, 'format'),
    ...mismatches(streams.length, found.streams.length, 'streams'),
    ...streams.flatMap((stream, at) => mismatches(stream, found.streams[at], `stream ${at}`)),
    ...mismatches(chapters.length, found.chapters.length, 'chapters'),
    ...chapters.flatMap((chapter, at) => mismatches(chapter, found.chapters[at], `chapter ${at}`)),
    ...(programs > 0 ? mismatches(programs, found.programs.length, 'programs') : []),
    ...(await missesInside(file, facts)),
  ];
}

async function missesInside(file: string, facts: Facts): Promise<string[]> {
  const found: Record<string, unknown> = { decodes: howItDecodes(await decode(file, 'error')) };
  const expected: Record<string, Expected> = { decodes: facts.decodes ?? 'cleanly' };
  const look = async (name: keyof Facts, wanted: Expected, actual: () => Promise<unknown>) => {
    if (wanted === undefined) return;
    expected[name] = wanted;
    found[name] = await actual();
  };
  await look('frame', facts.frame, () => firstFrame(file));
  await look('gaps', facts.gaps, async () => gapsOf(await packets(file, 'v:0')));
  await look('discards', facts.discards, () => anyDiscarded(file));
  await look('openGops', facts.openGops, async () => hasOpenGops(await packets(file, 'v:0')));
  await look('combed', facts.combed, () => combed(file));
  await look('crop', facts.crop, () => crop(file));
  return mismatches(expected, found);
}

function howItDecodes(errors: string): NonNullable<Facts['decodes']> {
  if (errors === '') return 'cleanly';
  return /does not contain any stream/u.test(errors) ? 'nothing there' : 'with errors';
}

function gapsOf(video: readonly Packet[]): 'steady' | 'varying' {
  const times = video.map(({ time }) => time).sort((a, b) => a - b);
  const gaps = times.slice(1).map((time, at) => time - times[at]!);
  return Math.max(...gaps) > 1.5 * Math.min(...gaps) ? 'varying' : 'steady';
}

async function anyDiscarded(file: string): Promise<boolean> {
  const { streams } = await inspect(file);
  const all = await Promise.all(streams.map((_, at) => packets(file, String(at))));
  return all.flat().some(({ discarded }) => discarded);
}

/** A picture that comes after a key frame in the file, and is shown before it. */
function hasOpenGops(video: readonly Packet[]): boolean {
  return video.some(
    ({ key, time }, at) => at > 0 && key && video.slice(at).some((later) => later.time < time),
  );
}
