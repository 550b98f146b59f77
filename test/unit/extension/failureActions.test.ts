import assert from 'node:assert/strict';
import { actionsFor, actionsForAll, helpFor } from '../../../src/extension/model/failureActions.ts';
import { failureRules } from '../../../src/encoding/failure.ts';
import { errorCodes, errorTable } from '../../../src/protocol/errors.ts';

describe('buttons of a failure', () => {
  it('help first with what went wrong', () => {
    assert.equal(actionsFor('destination-full')[0], 'choose-folder');
    assert.equal(actionsFor('ffmpeg-missing')[0], 'install-ffmpeg');
    assert.equal(actionsFor('source-damaged')[0], 'check-file');
    assert.equal(actionsFor('preset-invalid')[0], 'edit-preset');
    assert.equal(actionsFor('encoder-unavailable')[0], 'choose-preset');
  });

  it('offer more than the log for everything that ffmpeg may say', () => {
    for (const { code, message } of failureRules)
      assert.ok(
        actionsFor(code).some((action) => action !== 'show-log'),
        message,
      );
  });

  it('never offer to repeat what a preset gets wrong each time', () => {
    for (const code of errorCodes.filter(
      (each) => errorTable[each] === 'request' && each !== 'asset-unusable',
    ))
      assert.ok(!actionsFor(code).includes('retry'), code);
  });

  it('offer another folder to what waits for its destination, and no retry', () => {
    const reason = { code: 'destination-missing', message: 'It is gone.' } as const;
    assert.deepEqual(helpFor({ state: 'committing', reason }), ['choose-folder', 'show-log']);
    assert.deepEqual(helpFor({ state: 'failed', reason }), ['choose-folder', 'retry', 'show-log']);
  });

  it('offer for several what helps with all', () => {
    assert.deepEqual(actionsForAll(['destination-full', 'destination-missing'])[0], 'choose-folder');
    assert.deepEqual(actionsForAll(['destination-full', 'source-damaged']), ['retry', 'show-log']);
    assert.deepEqual(actionsForAll(['preset-invalid', undefined]), ['show-log']);
  });
});
