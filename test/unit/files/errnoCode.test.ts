import assert from 'node:assert/strict';
import os from 'node:os';
import { toDestinationError } from '../../../src/files/destinationError.ts';
import { errnoCode, isDiskAway, isDiskFull, isQuotaUsedUp } from '../../../src/files/errnoCode.ts';
import { DffmpegError } from '../../../src/protocol/errors.ts';

describe('what the system says', () => {
  it('of a quota is understood, though Node has no name for it', () => {
    const errno = -os.constants.errno.EDQUOT;
    const said = Object.assign(new Error('write'), { errno, code: `Unknown system error ${errno}` });
    assert.ok(isDiskFull(said));
    const error = toDestinationError(said, '/films');
    assert.ok(error instanceof DffmpegError);
    assert.equal(error.code, 'destination-full');
    assert.equal(error.message, 'The quota of /films is used up.');
    assert.match(error.hint ?? '', /larger quota/);
    assert.ok(isQuotaUsedUp(new Error('as a cause', { cause: error })));
    assert.ok(!isQuotaUsedUp(Object.assign(new Error(), { code: 'ENOSPC' })));
  });

  it('of a file of a network drive that is gone is understood, too', () => {
    const errno = -os.constants.errno.ESTALE;
    const said = Object.assign(new Error('stat'), { errno, code: `Unknown system error ${errno}` });
    assert.equal(errnoCode(said), 'ESTALE');
    assert.ok(isDiskAway(said));
    assert.ok(!isDiskAway(Object.assign(new Error(), { code: 'ENOENT' })));
  });
});
