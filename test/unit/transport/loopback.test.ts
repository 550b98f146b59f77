import assert from 'node:assert/strict';
import { isLoopback } from '../../../src/transport/loopback.ts';

describe('loopback', () => {
  for (const host of ['127.0.0.1', '127.9.9.9', '::1', '[::1]', 'localhost'])
    it(`${host} stays on this machine`, () => {
      assert.ok(isLoopback(host));
    });
  for (const host of [
    '0.0.0.0',
    '::',
    '192.168.1.2',
    '128.0.0.1',
    'localhost.example.com',
    '127.0.0.1.nip.io',
    '',
  ])
    it(`'${host}' may not`, () => {
      assert.ok(!isLoopback(host));
    });
});
