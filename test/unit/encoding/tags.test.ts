import assert from 'node:assert/strict';
import { lostTags, readTags, type Tag } from '../../../src/encoding/tags.ts';

const tags = (own: Record<string, string>): Tag[] => readTags(own);

describe('tags of a source that its result lacks', () => {
  const kept: [string, Record<string, string>, Record<string, string>][] = [
    ['under another name', { DATE_RELEASED: '2013' }, { date: '2013' }],
    [
      'a place with more digits',
      { location: '+48.1372+011.5756/' },
      { place: '+48.1372+011.5756+520.000000/' },
    ],
    ['a time with parts of a second', { date: '2024-05-01T10:00:00Z' }, { t: '2024-05-01T10:00:00.000000Z' }],
    ['a time in another zone', { date: '2024-05-01T12:00:00+0200' }, { date: '2024-05-01T10:00:00Z' }],
    ['a number without its zeros', { track: '06/10' }, { track: '6/10' }],
    ['what each writer says of itself', { encoder: 'Lavf59', 'BPS-eng': '80', _STATISTICS_TAGS: 'BPS' }, {}],
  ];
  for (const [what, source, result] of kept)
    it(`are not: ${what}`, () => {
      assert.deepEqual(lostTags(tags(source), tags(result)), []);
    });

  it('are those whose value stands nowhere, each once', () => {
    const source = tags({ 'comment-eng': 'mine', comment: 'mine', title: 'Home', empty: ' ' });
    assert.deepEqual(lostTags(source, tags({ title: 'Away' })), ['comment', 'title']);
    assert.deepEqual(lostTags(source, tags({ title: 'home', note: 'mine' })), []);
    const place = tags({ location: '+48.1372+011.5756/' });
    assert.deepEqual(lostTags(place, tags({ location: '+48.2+011.5756/' })), ['location']);
  });

  it('are as many as the source has with one value', () => {
    const source = tags({ track: '5', RATING: '5', EDITOR: '1', encoded_by: 'Me' });
    assert.deepEqual(lostTags(source, tags({ track: '5', disc: '1' })), ['rating', 'encoded_by']);
    assert.deepEqual(lostTags(source, tags({ TRACK: '5', rating: '5', x: '1', y: 'me' })), []);
  });

  it('are read within bounds, whatever a file says', () => {
    const many = readTags(
      Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`tag${i}`, 'x'.repeat(9000)])),
    );
    assert.ok(JSON.stringify(many).length < 100_000, `${JSON.stringify(many).length}`);
  });
});
