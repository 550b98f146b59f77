import assert from 'node:assert/strict';
import fc from 'fast-check';
import { filePattern } from '../../../src/files/filePattern.ts';

/** What a pattern means, said as a regular expression: right, but able to take for ever. */
function meaning(pattern: string): RegExp {
  let expression = '';
  let depth = 0;
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] ?? '';
    if (pattern.startsWith('**/', at)) {
      expression += '(?:[^/]+/)*';
      at += 2;
    } else if (pattern.startsWith('**', at)) {
      expression += '.*';
      at += 1;
    } else if (character === '*') expression += '[^/]*';
    else if (character === '?') expression += '[^/]';
    else if (character === '{' && pattern.includes('}', at)) {
      expression += '(?:';
      depth += 1;
    } else if (character === '}' && depth > 0) {
      expression += ')';
      depth -= 1;
    } else if (character === ',' && depth > 0) expression += '|';
    else expression += /[\\^$.*+?()[\]{}|/]/u.test(character) ? `\\${character}` : character;
  }
  return new RegExp(depth === 0 ? `^${expression}$` : '(?!)', 'iu');
}

const patterns = fc.string({
  unit: fc.constantFrom('a', 'B', 'é', '.', '[', ']', '/', '*', '**', '**/', '?', '{', ',', '}'),
  maxLength: 9,
});
const names = fc.string({
  unit: fc.constantFrom('a', 'A', 'b', 'É', '.', '/', '[', ']', ',', '}'),
  maxLength: 7,
});

describe('A file pattern', () => {
  it('means what its expression means', () => {
    fc.assert(
      fc.property(patterns, names, (given, name) => {
        const pattern = given.replace(/^\.?\//, '');
        fc.pre(!/^\.?\//.test(pattern));
        const seen = pattern.includes('/') ? name : name.slice(name.lastIndexOf('/') + 1);
        assert.equal(filePattern(pattern)(name), meaning(pattern).test(seen), `${pattern} of ${name}`);
      }),
      { numRuns: 5000 },
    );
  });

  for (const [what, pattern] of [
    ['stars', `${'*a'.repeat(100)}b`],
    ['folders', `${'**/a'.repeat(100)}b`],
    ['braces', `${'{a,*a}'.repeat(100)}b`],
    ['braces in braces', `${'{*,'.repeat(100)}b${'}'.repeat(100)}c`],
  ] as const)
    it(`of many ${what} is told within milliseconds`, () => {
      const began = performance.now();
      assert.equal(filePattern(pattern)('a'.repeat(255)), false);
      assert.ok(performance.now() - began < 1000, `${performance.now() - began} ms`);
    });
});
