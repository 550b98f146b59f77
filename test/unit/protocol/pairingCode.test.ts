import assert from 'node:assert/strict';
import fc from 'fast-check';
import { makePairingCode, parsePairingCode } from '../../../src/protocol/pairingCode.ts';

describe('a pairing code', () => {
  const random = fc.uint8Array({ minLength: 16, maxLength: 16 });

  it('is read as it was made, however it is typed', () => {
    fc.assert(
      fc.property(random, fc.constantFrom(' ', '-', ''), fc.boolean(), (bytes, between, lower) => {
        const code = makePairingCode(bytes);
        assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
        const typed = code.replaceAll('-', between).replaceAll('0', 'O').replaceAll('1', 'l');
        assert.deepEqual(parsePairingCode(lower ? typed.toLowerCase() : typed), parsePairingCode(code));
        assert.deepEqual(parsePairingCode(code), {
          identity: `pair-${code.slice(0, 4).toLowerCase()}`,
          secret: code.slice(5).replaceAll('-', ''),
        });
      }),
    );
  });

  it('keeps 60 bits to itself, each as likely as the other', () => {
    fc.assert(
      fc.property(random, random, (one, other) => {
        const secretBits = (bytes: Uint8Array): string => [...bytes.slice(4)].map((byte) => byte % 32).join();
        const same = secretBits(one) === secretBits(other);
        const secretOf = (bytes: Uint8Array) => parsePairingCode(makePairingCode(bytes))?.secret;
        assert.equal(secretOf(one) === secretOf(other), same);
      }),
    );
  });

  it('is nothing that is shorter, longer, or has other signs', () => {
    for (const text of [
      '',
      'K7QD',
      'K7QD-2MXA-9TBC-04Z',
      'K7QD-2MXA-9TBC-04ZRR',
      'K7QD-2MXA-9TBC-04Z!',
      'K7QD-2MXA-9TBC-04ZU',
    ])
      assert.equal(parsePairingCode(text), undefined, text);
  });
});
