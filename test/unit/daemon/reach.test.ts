import assert from 'node:assert/strict';
import type os from 'node:os';
import { joinUrl } from '../../../src/daemon/joinAddress.ts';
import { reachUrl } from '../../../src/daemon/reach.ts';

function address(text: string, internal = false): os.NetworkInterfaceInfo {
  const family = text.includes(':') ? 'IPv6' : 'IPv4';
  return { address: text, family, internal, netmask: '', mac: '', cidr: null, scopeid: 0 } as never;
}

describe('what other machines dial', () => {
  const interfaces = {
    lo: [address('127.0.0.1', true)],
    eth0: [address('fe80::1'), address('2001:db8::7'), address('192.0.2.7')],
  };

  it('is the address that is listened on, or the first of this machine where that is every one', () => {
    assert.equal(reachUrl('', { host: '192.0.2.1', port: 7450 }, interfaces), 'wss://192.0.2.1:7450/channel');
    assert.equal(reachUrl('', { host: '0.0.0.0', port: 7450 }, interfaces), 'wss://192.0.2.7:7450/channel');
    assert.equal(reachUrl('', { host: '2001:db8::9', port: 1 }, interfaces), 'wss://[2001:db8::9]:1/channel');
    const six = { eth0: [address('fe80::1'), address('2001:db8::7')] };
    assert.equal(reachUrl('', { host: '::', port: 1 }, six), 'wss://[2001:db8::7]:1/channel');
  });

  it('is what the operator says, with the port that is listened on unless he names another', () => {
    const listening = { host: '0.0.0.0', port: 7450 };
    assert.equal(reachUrl('render.example', listening, interfaces), 'wss://render.example:7450/channel');
    assert.equal(reachUrl('render.example:443', listening, interfaces), 'wss://render.example:443/channel');
    assert.equal(reachUrl('[2001:db8::1]:8', listening, interfaces), 'wss://[2001:db8::1]:8/channel');
  });

  it('is read as people type it, and refused with a sentence where it leads elsewhere', () => {
    for (const typed of ['desk:7450', 'wss://desk:7450', 'wss://desk:7450/', 'wss://desk:7450/channel'])
      assert.equal(joinUrl(typed), 'wss://desk:7450/channel');
    assert.equal(joinUrl('ws://127.0.0.1:80'), 'ws://127.0.0.1/channel');
    for (const bad of [
      'ws://desk:80',
      'https://desk',
      'wss://desk/other',
      'wss://me@desk',
      'wss://desk?x',
      '::',
    ])
      assert.throws(() => joinUrl(bad), { code: 'request-invalid' }, bad);
  });
});
