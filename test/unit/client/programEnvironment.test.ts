import assert from 'node:assert/strict';
import { programEnvironment } from '../../../src/client/programEnvironment.ts';

describe('environment of programs', () => {
  it('keeps what is the person’s, drops what is the editor’s', () => {
    const kept = { PATH: '/bin', HOME: '/h', NODE_EXTRA_CA_CERTS: '/ca', DFFMPEG_STATE_DIR: '/s' };
    const dropped = {
      NODE_OPTIONS: '--inspect',
      ELECTRON_RUN_AS_NODE: '1',
      VSCODE_PID: '1',
      NODE_CHANNEL_FD: '3',
    };
    assert.deepEqual(programEnvironment({ ...kept, ...dropped }), kept);
  });
});
