import assert from 'node:assert/strict';
import { byteRangeOf } from '../../../src/files/byteRange.ts';

describe('the Range header of HTTP', () => {
  for (const [header, expected] of [
    [undefined, undefined],
    ['bytes=0-', { start: 0, end: 100 }],
    ['bytes=10-19', { start: 10, end: 20 }],
    ['Bytes=10-500', { start: 10, end: 100 }],
    ['bytes=99-', { start: 99, end: 100 }],
    ['bytes=-30', { start: 70, end: 100 }],
    ['bytes=-300', { start: 0, end: 100 }],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=5-4', undefined],
    ['bytes=0-1,5-6', undefined],
    ['bytes=-', undefined],
    ['lines=0-1', undefined],
  ] as const)
    it(`${header} means ${JSON.stringify(expected)} of 100 bytes`, () => {
      assert.deepEqual(byteRangeOf(header, 100), expected);
    });
});
