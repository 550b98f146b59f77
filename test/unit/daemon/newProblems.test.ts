import assert from 'node:assert/strict';
import { newProblems } from '../../../src/daemon/newProblems.ts';
import type { ConfigProblem } from '../../../src/daemon/mergeConfig.ts';

const problem = (place: string, message: string): ConfigProblem => ({
  origin: 'config.jsonc',
  place,
  message,
});

describe('newProblems', () => {
  it('tells each problem once, also where lines above it were added', () => {
    const fresh = newProblems();
    assert.equal(fresh([problem('config.jsonc:2', 'a')]).length, 1);
    assert.deepEqual(fresh([problem('config.jsonc:5', 'a'), problem('config.jsonc:2', 'b')]), [
      problem('config.jsonc:2', 'b'),
    ]);
  });

  it('tells one again that was corrected and came back', () => {
    const fresh = newProblems();
    fresh([problem('config.jsonc:2', 'a')]);
    fresh([]);
    assert.equal(fresh([problem('config.jsonc:2', 'a')]).length, 1);
  });
});
