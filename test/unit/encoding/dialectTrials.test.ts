import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Dialect } from '../../../src/encoding/dialect.ts';
import { dialectOf, withFeatures } from '../../../src/encoding/dialectFacts.ts';
import { dialectTrials, notListed } from '../../../src/encoding/dialectTrials.ts';
import type { Feature } from '../../../src/encoding/dialectTrials.ts';
import { featuresNeeded } from '../../../src/encoding/featuresNeeded.ts';
import { filterTable } from '../../../src/encoding/filterTable.ts';
import {
  parseDecoders,
  parseDemuxers,
  parseFilters,
  parseMuxers,
  parseVersion,
} from '../../../src/encoding/listings.ts';
import type { OutputPreset } from '../../../src/encoding/output.ts';

const versions = ['4.4', '5.1', '7.0', '8.0'];
const listing = (version: string, name: string): string =>
  readFileSync(path.join(import.meta.dirname, 'facts', version, `${name}.txt`), 'utf8');

describe('what ffmpeg lists of itself', () => {
  for (const version of versions)
    it(`is read as ${version} prints it`, () => {
      const demuxers = parseDemuxers(listing(version, 'demuxers'));
      for (const name of ['matroska', 'webm', 'mov', 'mp4', 'mpegts', 'wav'])
        assert.ok(demuxers.includes(name), name);
      const muxers = parseMuxers(listing(version, 'muxers'));
      for (const name of ['mp4', 'matroska', 'hls', 'dash', 'image2', 'null'])
        assert.ok(muxers.includes(name), name);
      const decoders = parseDecoders(listing(version, 'decoders'));
      for (const name of ['h264', 'prores', 'aac', 'ass', 'cc_dec']) assert.ok(decoders.includes(name), name);
      const filters = parseFilters(listing(version, 'filters'));
      for (const name of ['scale', 'overlay', 'loudnorm', 'color', 'nullsink'])
        assert.ok(filters.includes(name), name);
      for (const names of [demuxers, muxers, decoders, filters]) {
        assert.ok(names.length > 150, String(names.length));
        assert.ok(names.every((name) => /^[\w-]+$/u.test(name)));
        assert.equal(new Set(names).size, names.length);
      }
    });

  it('tells what is missing', () => {
    assert.ok(!parseFilters(listing('4.4', 'filters')).includes('zscale'));
    assert.ok(parseFilters(listing('8.0', 'filters')).includes('zscale'));
    assert.ok(!parseMuxers(listing('4.4', 'muxers')).includes('avif'));
    assert.ok(parseMuxers(listing('8.0', 'muxers')).includes('avif'));
    assert.ok(!parseMuxers(listing('8.0', 'muxers')).includes('aac'), 'a demuxer alone');
  });

  it('names the version', () => {
    assert.equal(parseVersion('ffmpeg version 5.1.9-0+deb12u1 Copyright (c)\n'), '5.1.9-0+deb12u1');
    assert.equal(parseVersion('ffprobe version n6.1 Copyright'), 'n6.1');
    assert.equal(parseVersion('bash: ffmpeg: command not found'), undefined);
  });
});

describe('a dialect', () => {
  const runs = (version: string) => ({
    demuxers: listing(version, 'demuxers'),
    muxers: listing(version, 'muxers'),
    decoders: listing(version, 'decoders'),
    filters: listing(version, 'filters'),
    frameRateMode: version !== '4.4',
    sourceTimeBase: version === '8.0',
  });

  it('is what the runs showed', () => {
    const old = dialectOf(runs('4.4'));
    assert.equal(old?.frameRateModeOption, '-vsync');
    assert.equal(old.sourceTimeBase, '-1');
    assert.equal(dialectOf(runs('8.0'))?.sourceTimeBase, 'demux');
    assert.deepEqual(old.features, []);
  });

  it('is not there while a listing was not read', () => {
    for (const name of ['demuxers', 'muxers', 'decoders', 'filters'])
      assert.equal(dialectOf({ ...runs('8.0'), [name]: '' }), undefined, name);
  });

  it('holds features that worked, and why others did not', () => {
    const bare = { version: '8.0', ...dialectOf(runs('8.0')) } as Dialect;
    const { features, refusals } = withFeatures(bare, {
      tonemap: { worked: true },
      libass: { worked: false, refusal: 'no fonts' },
    });
    assert.deepEqual(features, ['tonemap']);
    assert.deepEqual(refusals, { libass: 'no fonts' });
  });
});

describe('a trial of a feature', () => {
  it('is not run for what ffmpeg does not even list', () => {
    const trial = dialectTrials.find(({ feature }) => feature === 'tonemap');
    assert.ok(trial);
    assert.deepEqual(notListed(trial, { filters: ['tonemap'] }), {
      worked: false,
      refusal: 'This ffmpeg has no filter zscale.',
      holds: 'binary',
    });
    assert.equal(notListed(trial, { filters: ['tonemap', 'zscale'] }), undefined);
  });

  it('is there for every feature that a filter asks for', () => {
    const known: readonly string[] = dialectTrials.map(({ feature }) => feature);
    for (const [name, entry] of Object.entries(filterTable))
      if ('feature' in entry) assert.ok(known.includes(entry.feature ?? ''), name);
  });

  it('writes nowhere but into its folder', () => {
    for (const { feature, runs } of dialectTrials)
      for (const argv of runs) assert.ok(['-', 'still.avif'].includes(argv.at(-1) ?? ''), feature);
  });
});

describe('features that an output needs', () => {
  const needs = (output: Partial<OutputPreset>): Feature[] => featuresNeeded({ container: 'mp4', ...output });

  it('are none for an ordinary encode: nobody waits for their trials', () => {
    assert.deepEqual(needs({ video: { encoders: ['libx264'], crf: 22 }, audio: { encoder: 'aac' } }), []);
    assert.deepEqual(needs({ video: false }), []);
  });

  it('follow from what is asked for', () => {
    const encoders: ['libx265'] = ['libx265'];
    assert.deepEqual(needs({ video: { encoders, dynamicRange: 'sdr' } }), ['tonemap']);
    assert.deepEqual(needs({ video: { encoders, burnSubtitles: { language: 'eng' } } }), ['libass']);
    assert.deepEqual(needs({ video: { encoders, watermark: { file: 'a.png' } } }), []);
    const studio = { encoders: ['prores_ks'], profile: '4444', watermark: { file: 'a.png' } } as const;
    assert.deepEqual(needs({ video: { ...studio, encoders: [...studio.encoders] } }), ['overlay-yuv444p10']);
    assert.deepEqual(needs({ video: { encoders }, trim: { start: 10 } }), ['drop-packets']);
    assert.deepEqual(needs({ video: { encoders, targetQuality: { metric: 'vmaf', score: 95 } } }), [
      'libvmaf',
    ]);
    assert.deepEqual(needs({ video: { encoders, targetQuality: { metric: 'ssim', score: 0.98 } } }), []);
  });

  it('follow from the kind of result', () => {
    assert.deepEqual(needs({ container: 'jpg', video: { encoders: ['mjpeg'] } }), ['tonemap']);
    assert.deepEqual(needs({ container: 'jpg', video: { encoders: ['mjpeg'], dynamicRange: 'keep' } }), []);
    assert.deepEqual(needs({ container: 'avif', video: { encoders: ['libaom-av1'] } }), ['avif']);
  });
});
