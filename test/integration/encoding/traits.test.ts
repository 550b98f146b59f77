import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { secondFfmpeg } from '../../../scripts/lib/secondFfmpeg.mjs';
import { DffmpegError } from '../../../src/protocol/errors.ts';
import type { OutputPreset } from '../../../src/encoding/output.ts';
import { outputsOf } from '../../../src/encoding/presetOutputs.ts';
import { resolvePreset } from '../../../src/encoding/presetResolve.ts';
import { firstFrame, inspect } from '../../media/inspect.ts';
import { mismatches } from '../../media/match.ts';
import { sharedFolder } from '../../media/sharedFolder.ts';
import { makeSource } from '../../media/traits.ts';
import type { TraitName } from '../../media/traits.ts';
import { colourRows } from './rows/colourRows.ts';
import { containerRows } from './rows/containerRows.ts';
import { outputRows } from './rows/outputRows.ts';
import { pictureRows } from './rows/pictureRows.ts';
import { soundRows } from './rows/soundRows.ts';
import { subtitleRows } from './rows/subtitleRows.ts';
import { timeRows } from './rows/timeRows.ts';
import { openFfmpeg } from './support/binaries.ts';
import type { TestedFfmpeg } from './support/binaries.ts';
import type { ResultFacts, Row } from './support/row.ts';
import { runPlan } from './support/runPlan.ts';
import type { Ran } from './support/runPlan.ts';

const rows: readonly Row[] = [
  ...pictureRows,
  ...colourRows,
  ...timeRows,
  ...soundRows,
  ...subtitleRows,
  ...containerRows,
  ...outputRows,
];

const second = await secondFfmpeg();

describe('what presets make of odd sources, on the ffmpeg of the PATH', () => table());

if (second.path === undefined)
  describe('what presets make of odd sources, on a second ffmpeg', () => {
    it('is not there', function () {
      console.error(`NOT TESTED on a second ffmpeg: ${second.reason}`);
      this.skip();
    });
  });
else {
  const { path: file, version } = second;
  describe(`what presets make of odd sources, on ffmpeg ${version}`, () => table(file));
}

function table(file?: string): void {
  let ffmpeg: TestedFfmpeg;
  let media: string;
  let scratch: string;

  before(async function () {
    this.timeout(120_000);
    media = await sharedFolder();
    scratch = mkdtempSync(path.join(os.tmpdir(), 'dffmpeg-rows-'));
    ffmpeg = await openFfmpeg(file);
  });
  after(async () => {
    await Promise.allSettled(started.values());
    ffmpeg.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  // One row ahead: much of a row is one process waiting for another, and there are two cores at least.
  const started = new Map<number, Promise<string | undefined>>();
  const start = (number: number): Promise<string | undefined> | undefined => {
    const row = rows[number];
    if (!row || started.has(number)) return started.get(number);
    const ended = tried(row, path.join(scratch, String(number)));
    ended.catch(() => undefined);
    started.set(number, ended);
    return ended;
  };

  /** Why the row cannot be tested; undefined: it holds. Throws where it does not. */
  async function tried(row: Row, folder: string): Promise<string | undefined> {
    mkdirSync(path.join(folder, 'attempt'), { recursive: true });
    const trait = (name: TraitName) => makeSource(name, media);
    const output = outputOf(row);
    const { refusals } = (await ffmpeg.prove([output])).dialect;
    const unproved = (row.needs ?? []).find((need) => Object.hasOwn(refusals, need));
    if (unproved !== undefined) return `it has no ${unproved}: ${refusals[unproved]}`;
    const sources = await laid(row, trait, folder);
    const ran = await runPlan(ffmpeg, output, sources, path.join(folder, 'attempt')).catch(
      async (error: unknown) => {
        if (endedBySignal(error) || (await ffmpeg.crashesOn(sources[0]!))) return crashed;
        throw error;
      },
    );
    if (ran.refused && lacks(row, ran)) return ran.refused.message;
    await check(row, ran, { sources, trait });
    rmSync(folder, { recursive: true, force: true });
    return undefined;
  }

  for (const [number, row] of rows.entries())
    it(row.title, async function () {
      this.timeout(120_000);
      const ended = start(number);
      void start(number + 1);
      const untested = await ended;
      if (untested === undefined) return;
      console.error(`NOT TESTED: ${row.title}: ${untested}`);
      this.skip();
    });
}

/** Also one that crashes now and then, or only where it looks at a result. */
function endedBySignal(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof DffmpegError && cause.code === 'ffmpeg-killed';
}

const crashed: Ran = {
  refused: { code: 'ffmpeg-lacks', message: 'this ffmpeg crashes on the source, whatever it is to do.' },
};

/** The sources, where no file must lie beside them; else their copies beside the files. */
async function laid(
  { from, beside = {} }: Row,
  trait: (name: TraitName) => Promise<string>,
  folder: string,
): Promise<string[]> {
  const made: string[] = [];
  for (const name of typeof from === 'string' ? [from] : from) made.push(await trait(name));
  if (Object.keys(beside).length === 0) return made;
  for (const [name, content] of Object.entries(beside)) {
    const place = path.join(folder, name);
    if (typeof content === 'string') writeFileSync(place, content);
    else await execa('ffmpeg', ['-loglevel', 'error', '-nostdin', ...content, place]);
  }
  return made.map((file) => {
    const copy = path.join(folder, path.basename(file));
    copyFileSync(file, copy);
    return copy;
  });
}

function outputOf({ preset }: Row): OutputPreset {
  const resolved = resolvePreset('row', preset, {});
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  const [output, ...more] = outputsOf(resolved.preset);
  if (!output || more.length > 0) throw new Error('A row’s preset has one output.');
  return output;
}

function lacks({ needs = [] }: Row, { refused }: Ran): boolean {
  if (refused === crashed.refused) return true;
  const { code = '', message = '' } = refused ?? {};
  return (
    (code === 'encoder-unavailable' || code === 'ffmpeg-lacks') &&
    (needs.some((name) => message.includes(name)) || (code === 'ffmpeg-lacks' && needs.length > 0))
  );
}

async function check(
  row: Row,
  ran: Ran,
  context: { sources: string[]; trait: (name: TraitName) => Promise<string> },
): Promise<void> {
  if (row.refused) {
    assert.ok(ran.refused, 'It is not refused.');
    assert.match(ran.refused.message, row.refused.says);
    assert.equal(ran.refused.path?.join('.'), row.refused.at);
    return;
  }
  assert.equal(ran.refused, undefined);
  if (ran.refused) return;
  const { verdict, result } = ran;
  assert.equal(verdict.level, row.level ?? 'pass', JSON.stringify([verdict.findings, ran.said]));
  assert.deepEqual(unexpected(row, ran), []);
  if (row.result) assert.deepEqual(await misses(result, row.result), []);
  const [source = ''] = context.sources;
  await row.proof?.({ ...ran, ...context, source });
}

/** Findings that no pattern of the row fits, and patterns that fit no finding. */
function unexpected({ says = [] }: Row, ran: Exclude<Ran, { refused: object }>): string[] {
  const left = ran.verdict.findings.map(({ message }) => message);
  const missing = says.filter((pattern) => {
    const at = left.findIndex((message) => pattern.test(message));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return [...left.map((text) => `said: ${text}`), ...missing.map((pattern) => `not said: ${pattern}`)];
}

async function misses(result: string, facts: ResultFacts): Promise<string[]> {
  const found = await inspect(result);
  const { format, streams, chapters, frame } = facts;
  return [
    ...(format === undefined ? [] : mismatches(format, found.format, 'format')),
    ...(streams === undefined
      ? []
      : [
          ...mismatches(streams.length, found.streams.length, 'streams'),
          ...streams.flatMap((stream, at) => mismatches(stream, found.streams[at], `stream ${at}`)),
        ]),
    ...(chapters === undefined
      ? []
      : [
          ...mismatches(chapters.length, found.chapters.length, 'chapters'),
          ...chapters.flatMap((chapter, at) => mismatches(chapter, found.chapters[at], `chapter ${at}`)),
        ]),
    ...(frame === undefined ? [] : mismatches(frame, await firstFrame(result), 'frame')),
  ];
}
