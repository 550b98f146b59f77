import assert from 'node:assert/strict';
import { newKeyShare, pairingKey, pairingSecrets } from '../../../src/transport/pairingKeys.ts';

describe('the agreement on a key', () => {
  const client = newKeyShare();
  const server = newKeyShare();
  const codeKey = pairingKey('2MXA9TBC04ZR');
  const transcript = {
    ...{ fingerprint: 'sha256//x', id: 'node', role: 'worker' },
    ...{ clientPublicKey: client.publicKey, serverPublicKey: server.publicKey },
  };

  it('gives both sides the same, and each a proof that is not the other’s', () => {
    const ours = pairingSecrets(client, server.publicKey, codeKey, transcript);
    assert.deepEqual(ours, pairingSecrets(server, client.publicKey, codeKey, transcript));
    assert.equal(new Set(Object.values(ours)).size, 3);
    assert.match(ours.key, /^[\w-]{43}$/);
  });

  it('gives something else when anything that was said, seen or known differs', () => {
    const keys = [
      pairingSecrets(client, server.publicKey, codeKey, transcript),
      pairingSecrets(newKeyShare(), server.publicKey, codeKey, transcript),
      pairingSecrets(client, server.publicKey, pairingKey('2MXA9TBC04ZS'), transcript),
      ...Object.keys(transcript).map((field) =>
        pairingSecrets(client, server.publicKey, codeKey, { ...transcript, [field]: 'other' }),
      ),
    ].map(({ key }) => key);
    assert.equal(new Set(keys).size, keys.length);
  });

  it('takes no share that would make the key a known one, or that is none', () => {
    const one = Buffer.alloc(32);
    one[0] = 1;
    for (const share of [Buffer.alloc(32), one].map((bytes) => bytes.toString('base64url')).concat('', 'x'))
      assert.throws(
        () => pairingSecrets(client, share, codeKey, transcript),
        { code: 'unauthorized' },
        share,
      );
  });
});
