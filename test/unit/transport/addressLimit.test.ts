import assert from 'node:assert/strict';
import { AddressLimit } from '../../../src/transport/addressLimit.ts';

describe('a limit by address', () => {
  let now = 0;
  const limit = (most: number) =>
    new AddressLimit(
      () => most,
      () => now,
    );

  it('is each address’s own, and over after a minute', () => {
    const failures = limit(2);
    for (const address of ['192.0.2.1', '192.0.2.1', '192.0.2.2']) failures.count(address);
    assert.deepEqual(
      ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((address) => failures.isOver(address)),
      [true, false, false],
    );
    now += 59_999;
    assert.ok(failures.isOver('192.0.2.1'));
    now += 1;
    assert.ok(!failures.isOver('192.0.2.1'));
  });

  it('is one for all addresses of an IPv6 network, which one machine may have', () => {
    const failures = limit(3);
    for (const address of ['2001:db8::1', '2001:0DB8:0:0:ffff::2', '2001:db8:0:0:1:2:3:4'])
      failures.count(address);
    assert.ok(failures.isOver('2001:db8::9'));
    for (const other of ['2001:db8:0:1::1', '2001:db8:1::', '::1', '::', '::ffff:192.0.2.1', 'fe80::1%eth0'])
      assert.ok(!failures.isOver(other), other);
    for (const zoned of ['fe80::1%eth0', 'fe80::2', 'fe80:0:0:0:1::']) failures.count(zoned);
    assert.ok(failures.isOver('fe80::9%eth1'));
  });

  it('is not shared by those who come over IPv4 to an IPv6 socket', () => {
    const failures = limit(1);
    failures.count('::ffff:192.0.2.1');
    assert.ok(failures.isOver('::ffff:192.0.2.1'));
    assert.ok(!failures.isOver('::ffff:192.0.2.2'));
  });

  it('remembers ten thousand, and forgets the longest known first', () => {
    const failures = limit(1);
    for (let machine = 0; machine <= 10_000; machine += 1)
      failures.count(`10.${machine >> 16}.${(machine >> 8) & 255}.${machine & 255}`);
    assert.ok(!failures.isOver('10.0.0.0'));
    assert.ok(failures.isOver('10.0.0.1'));
  });
});
