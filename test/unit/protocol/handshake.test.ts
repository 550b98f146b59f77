import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkCompatibility } from '../../../src/protocol/compatibility.ts';
import type { Handshake } from '../../../src/protocol/handshake.ts';
import {
  authorizationHeader,
  challengeHeader,
  checkChallenge,
  equalInConstantTime,
  makeChallenge,
  signHandshake,
  verifyHandshake,
  welcomeHeader,
} from '../../../src/protocol/handshake.ts';
import { hmacSha256 } from '../../../src/transport/hmac.ts';

const key = 'k'.repeat(43);
const handshake: Handshake = {
  method: 'GET',
  path: '/channel',
  identity: 'local',
  challenge: 'c'.repeat(20),
  nonce: 'n'.repeat(43),
  protocol: '1.0',
  fingerprint: '',
};
const fieldNames = Object.keys(handshake) as (keyof Handshake)[];

/** One bit of one character is another one; '' becomes something. */
function flip(text: string, at: number, bit: number): string {
  if (text === '') return '\u0001';
  const position = at % text.length;
  const flipped = String.fromCharCode(text.charCodeAt(position) ^ (1 << bit));
  return text.slice(0, position) + flipped + text.slice(position + 1);
}

describe('handshake: signature', () => {
  const signature = signHandshake(hmacSha256, key, 'client', handshake);

  it('holds for what was signed', () => {
    assert.ok(verifyHandshake(hmacSha256, key, 'client', handshake, signature));
  });

  it('does not hold with any bit of any field flipped', () => {
    fc.assert(
      fc.property(fc.constantFrom(...fieldNames), fc.nat(), fc.nat(6), (name, at, bit) => {
        const changed = { ...handshake, [name]: flip(handshake[name], at, bit) };
        assert.ok(!verifyHandshake(hmacSha256, key, 'client', changed, signature));
      }),
    );
  });

  it('does not hold with any bit of key or signature flipped', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(6), (at, bit) => {
        assert.ok(!verifyHandshake(hmacSha256, flip(key, at, bit), 'client', handshake, signature));
        assert.ok(!verifyHandshake(hmacSha256, key, 'client', handshake, flip(signature, at, bit)));
      }),
    );
  });

  it('of one side is none of the other: a reflected one proves nothing', () => {
    assert.ok(!verifyHandshake(hmacSha256, key, 'server', handshake, signature));
  });

  it('keeps fields apart: nothing moves from one into the next', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (a, b, c, d) => {
        fc.pre(a !== c || b !== d);
        const one = signHandshake(hmacSha256, key, 'client', { ...handshake, identity: a, challenge: b });
        const other = signHandshake(hmacSha256, key, 'client', { ...handshake, identity: c, challenge: d });
        assert.notEqual(one, other);
      }),
    );
  });

  it('is compared as a whole', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        assert.equal(equalInConstantTime(one, other), one === other);
        assert.ok(equalInConstantTime(one, one));
      }),
    );
  });
});

describe('handshake: challenge', () => {
  const secret = 's'.repeat(43);
  const remoteAddress = '127.0.0.1';
  const challenge = makeChallenge(hmacSha256, secret, {
    expiresAt: 1000,
    nonce: 'n'.repeat(16),
    remoteAddress,
  });
  const check = (text: string, now = 999, address = remoteAddress): string =>
    checkChallenge(hmacSha256, secret, text, { now, remoteAddress: address });

  it('is valid until it expires', () => {
    assert.equal(check(challenge, 999), 'valid');
    assert.equal(check(challenge, 1000), 'expired');
  });

  it('takes a clock with fractions of a millisecond', () => {
    const fraction = makeChallenge(hmacSha256, secret, { expiresAt: 1000.5, nonce: 'n', remoteAddress });
    assert.equal(check(fraction), 'valid');
  });

  it('belongs to one address and one server', () => {
    assert.equal(check(challenge, 999, '127.0.0.2'), 'foreign');
    assert.equal(checkChallenge(hmacSha256, 'other', challenge, { now: 999, remoteAddress }), 'foreign');
  });

  it('is foreign with any bit flipped, so nobody extends it', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(6), (at, bit) => {
        assert.equal(check(flip(challenge, at, bit)), 'foreign');
      }),
    );
    assert.equal(check(`9${challenge}`), 'foreign');
    assert.equal(check(''), 'foreign');
    assert.equal(check(`${challenge}.x`), 'foreign');
  });
});

describe('handshake: headers', () => {
  it('read what they wrote', () => {
    const challenge = { challenge: '1.a-b_c.d', protocol: '1.0', stale: 'true' as const };
    assert.deepEqual(challengeHeader.parse(challengeHeader.format(challenge)), challenge);
    const authorization = {
      identity: 'a_b-1',
      challenge: 'c',
      nonce: 'n'.repeat(16),
      protocol: '1.0',
      signature: 's',
    };
    assert.deepEqual(authorizationHeader.parse(authorizationHeader.format(authorization)), authorization);
    const welcome = { protocol: '1.0', signature: 's' };
    assert.deepEqual(welcomeHeader.parse(welcomeHeader.format(welcome)), welcome);
  });

  it('are undefined for anything else, and never throw', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        assert.equal(authorizationHeader.parse(text), undefined);
        assert.equal(authorizationHeader.parse(`DFFmpeg ${text}`), undefined);
      }),
    );
    assert.equal(welcomeHeader.parse('DFFmpeg protocol="1.0", protocol="1.0", signature="s"'), undefined);
    assert.equal(welcomeHeader.parse('DFFmpeg protocol="1.0", signature="a b"'), undefined);
    assert.equal(welcomeHeader.parse(undefined), undefined);
  });
});

describe('protocol versions', () => {
  const cases: [string, string, boolean][] = [
    ['1.0', '1.0', true],
    ['1.4', '1.2', true],
    ['1.2', '1.4', true],
    ['1.4', '1.1', false],
    ['1.0', '2.0', false],
    ['1.0', 'x', false],
    ['1.0', '', false],
  ];
  for (const [own, other, fits] of cases)
    it(`${own} and '${other}' ${fits ? 'fit' : 'do not fit'}`, () => {
      assert.equal(checkCompatibility(own, other)?.code, fits ? undefined : 'version-mismatch');
      assert.equal(checkCompatibility(other, own) === undefined, fits);
    });
});
