import assert from 'node:assert/strict';
import { nearestName } from '../../../src/encoding/nearestName.ts';

describe('nearestName', () => {
  it('finds what was meant, and stays silent about what was not', () => {
    assert.equal(nearestName('smal', ['web', 'small', 'av1']), 'small');
    assert.equal(nearestName('wbe', ['web', 'small', 'av1']), 'web');
    assert.equal(nearestName('Web', ['web']), 'web');
    assert.equal(nearestName('archive', ['web', 'small', 'av1']), undefined);
  });
});
