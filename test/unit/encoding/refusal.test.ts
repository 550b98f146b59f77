import assert from 'node:assert/strict';
import { refusalReason } from '../../../src/encoding/refusal.ts';

describe('refusalReason', () => {
  it('is what the encoder itself said', () => {
    const stderr =
      '[h264_nvenc @ 0x55883c373400] Cannot load libcuda.so.1\nError initializing output stream 0:0 -- Error while opening encoder';
    assert.equal(refusalReason(stderr), 'Cannot load libcuda.so.1');
  });

  it('is the last line where the encoder said nothing', () => {
    assert.equal(refusalReason("Unknown encoder 'av1_qsv'\n"), "Unknown encoder 'av1_qsv'");
    assert.equal(refusalReason(''), '');
  });
});
