import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isWithin, parseAddressRange } from '../../../src/transport/addressRanges.ts';

describe('address ranges', () => {
  it('are read with a prefix or as one address, and nothing else is', () => {
    assert.deepEqual(parseAddressRange('192.0.2.0/24'), {
      ...{ address: '192.0.2.0', prefix: 24, family: 'ipv4' },
    });
    assert.deepEqual(parseAddressRange('2001:db8::/32')?.prefix, 32);
    assert.equal(parseAddressRange('::1')?.prefix, 128);
    const wrong = ['', '/', '192.0.2.0/33', '192.0.2/24', '192.0.2.0/', '192.0.2.0/-1', '192.0.2.0/1/2'];
    for (const text of [...wrong, '::/129', 'fe80::1%eth0/64', 'example.com', '192.0.2.0/٢', ' 192.0.2.0'])
      assert.equal(parseAddressRange(text), undefined, text);
  });

  it('hold what has the same first bits, for IPv4', () => {
    const address = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
    const numberOf = (bytes: readonly number[]): number => bytes.reduce((sum, byte) => sum * 256 + byte, 0);
    fc.assert(
      fc.property(address, address, fc.nat(32), fc.boolean(), (range, other, prefix, mapped) => {
        const size = 2 ** (32 - prefix);
        const same = Math.floor(numberOf(range) / size) === Math.floor(numberOf(other) / size);
        const from = `${mapped ? '::ffff:' : ''}${other.join('.')}`;
        assert.equal(isWithin([`${range.join('.')}/${prefix}`], from), same);
      }),
    );
  });

  it('hold what has the same first bits, for IPv6, however it is written', () => {
    const ranges = ['2001:db8::/33', 'fe80::/10'];
    for (const inside of ['2001:db8:7fff::1', '2001:0DB8:0:0:0:0:0:1', 'fe80::1%eth0', 'febf::'])
      assert.ok(isWithin(ranges, inside), inside);
    for (const outside of ['2001:db8:8000::1', '2001:db9::', 'fec0::', '::', '192.0.2.1', '::ffff:192.0.2.1'])
      assert.ok(!isWithin(ranges, outside), outside);
  });

  it('that are none hold every address; what is no address lies in none', () => {
    assert.ok(isWithin([], '192.0.2.1'));
    assert.ok(!isWithin(['0.0.0.0/0', '::/0'], ''));
    assert.ok(!isWithin(['0.0.0.0/0'], '2001:db8::1'));
    assert.ok(isWithin(['::/0'], '2001:db8::1'));
  });
});
