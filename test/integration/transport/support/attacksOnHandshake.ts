import assert from 'node:assert/strict';
import net from 'node:net';
import os from 'node:os';
import { authorizationHeader, challengeHeader, welcomeHeader } from '../../../../src/protocol/handshake.ts';
import { makeCertificate } from '../../../../src/transport/certificate.ts';
import { randomToken } from '../../../../src/transport/hmac.ts';
import type { Attack } from './attackRows.ts';
import { Door } from './door.ts';
import { authorization, challengeOf, knock, RawClient, type Answer, type Signed } from './rawClient.ts';

/** The one answer to everything that is not proven. */
const wrongKey = 'The key is not the right one.';

async function refused(door: Door, signed: Signed, options?: Parameters<typeof knock>[2]): Promise<Answer> {
  const { client, answer } = await knock(door.port, signed, options);
  client.end();
  assert.notEqual(answer.status, 101);
  return answer;
}

async function refusedAsWrongKey(door: Door, signed: Signed): Promise<void> {
  const answer = await refused(door, signed);
  const known = await door.knows('worker');
  assert.deepEqual(answer, await refused(door, { identity: known.id, key: randomToken() }));
  assert.match(answer.body, new RegExp(wrongKey));
}

/** Another machine’s address, as far as the listener can see. */
function outerAddress(): string | undefined {
  const all = Object.values(os.networkInterfaces()).flatMap((cards) => cards ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
}

export const handshakeAttacks: readonly Attack[] = [
  {
    name: 'no header: a challenge, and nothing that says who is known here',
    attack: async ({ port }) => {
      const client = await RawClient.connect(port);
      const { status, headers, body } = await client.upgrade();
      assert.equal(status, 401);
      assert.ok(challengeHeader.parse(headers['www-authenticate']));
      assert.deepEqual(Object.keys(headers).sort(), ['connection', 'content-length', 'content-type', 'www-authenticate']); // prettier-ignore
      assert.ok(!/local|worker|version/i.test(body));
    },
  },
  {
    name: 'wrong key',
    attack: async (door) => {
      const { id } = await door.knows('worker');
      await refusedAsWrongKey(door, { identity: id, key: randomToken() });
    },
  },
  {
    name: 'empty key',
    attack: async (door) => refusedAsWrongKey(door, { identity: (await door.knows('worker')).id, key: '' }),
  },
  {
    name: 'unknown identity: the same answer as for a wrong key',
    attack: (door) => refusedAsWrongKey(door, { identity: 'nobody', key: randomToken() }),
  },
  {
    name: 'unknown identity: no sooner or later than for a wrong key',
    attack: async (door) => {
      const { id } = await door.knows('worker');
      const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
      for (let round = 0; round < 60; round += 1)
        for (const which of ['known', 'unknown'] as const) {
          const client = await RawClient.connect(door.port);
          const challenge = await challengeOf(door.port);
          const identity = which === 'known' ? id : `nobody-${round}`;
          const Authorization = authorization(challenge, {
            ...{ identity, key: randomToken(), fingerprint: client.fingerprint },
          });
          const begin = performance.now();
          await client.upgrade({ Authorization });
          times[which].push(performance.now() - begin);
          client.end();
        }
      const median = (all: number[]): number => all.sort((a, b) => a - b)[all.length / 2] ?? 0;
      const [known, unknown] = [median(times.known), median(times.unknown)];
      assert.ok(Math.abs(known - unknown) < 1 + 0.5 * Math.min(known, unknown), `${known} and ${unknown} ms`);
    },
  },
  {
    name: 'outside of the address range, with the right key: the same answer as for a wrong one',
    attack: async (door) => {
      const { id, key } = await door.knows('worker', ['192.0.2.0/24', '::1']);
      door.log.length = 0;
      await refusedAsWrongKey(door, { identity: id, key });
      assert.match(door.log.join('\n'), new RegExp(`${id} may not come from this address`));
    },
  },
  {
    name: 'disabled identity, with the right key: the same answer',
    attack: async (door) => {
      const { id, key } = await door.knows('worker');
      await door.accounts.setScope(id, { disabled: true });
      await refusedAsWrongKey(door, { identity: id, key });
    },
  },
  {
    name: 'deleted identity, with the key that was right: the same answer',
    attack: async (door) => {
      const { id, key } = await door.knows('worker');
      await door.accounts.remove(id);
      await refusedAsWrongKey(door, { identity: id, key });
    },
  },
  {
    name: 'key that was rotated: the same answer',
    attack: async (door) => {
      const { id, key } = await door.knows('worker');
      await door.accounts.rotateKey(id);
      await refusedAsWrongKey(door, { identity: id, key });
    },
  },
  {
    name: 'key of another identity',
    attack: async (door) => {
      const [worker, admin] = [await door.knows('worker'), await door.knows('admin')];
      await refusedAsWrongKey(door, { identity: admin.id, key: worker.key });
    },
  },
  {
    name: 'connection that stays open when its key is rotated, scoped or deleted: closed',
    attack: async (door) => {
      const { id, key } = await door.knows('worker');
      const changes: (() => Promise<{ key?: string } | object>)[] = [
        () => door.accounts.rotateKey(id),
        () => door.accounts.setScope(id, { ranges: ['127.0.0.1'] }),
        () => door.accounts.remove(id),
      ];
      let current = key;
      for (const change of changes) {
        const { client, answer } = await knock(door.port, { identity: id, key: current });
        assert.equal(answer.status, 101);
        const changed = await change();
        assert.equal(await client.closeCode(), 1008);
        if ('key' in changed) current = String(changed.key);
        client.end();
      }
    },
  },
  {
    name: 'key of this machine’s own person, from another address',
    unless: () => (outerAddress() === undefined ? 'this machine has no address but the loopback' : undefined),
    attack: async () => {
      const door = await Door.open({ host: '0.0.0.0' });
      const host = outerAddress() ?? '';
      const challenge = await challengeOf(door.port, { host });
      const client = await RawClient.connect(door.port, { host });
      const { fingerprint } = client;
      const Authorization = authorization(challenge, { identity: 'local', key: door.localKey, fingerprint });
      const { status, body } = await client.upgrade({ Authorization });
      await door.close();
      assert.deepEqual([status, body.includes(wrongKey)], [401, true]);
    },
  },
  {
    name: 'signed upgrade that was seen and is repeated',
    attack: async (door) => {
      const { id, key } = await door.knows('worker');
      const challenge = await challengeOf(door.port);
      const first = await RawClient.connect(door.port);
      const { fingerprint } = first;
      const Authorization = authorization(challenge, { identity: id, key, fingerprint });
      assert.equal((await first.upgrade({ Authorization })).status, 101);
      const second = await RawClient.connect(door.port);
      assert.equal((await second.upgrade({ Authorization })).status, 401);
      first.end();
      second.end();
    },
  },
  {
    name: 'challenge that was used, signed anew',
    attack: async (door) => {
      const { id, key } = await door.knows('worker');
      const challenge = await challengeOf(door.port);
      const { client, answer } = await knock(door.port, { identity: id, key, challenge });
      assert.equal(answer.status, 101);
      client.end();
      assert.equal((await refused(door, { identity: id, key, challenge })).status, 401);
    },
  },
  {
    name: 'challenge that was given to another address',
    unless: () =>
      process.platform === 'linux' ? undefined : 'only Linux has a second loopback address without set-up',
    attack: async (door) => {
      const { id, key } = await door.knows('worker');
      const challenge = await challengeOf(door.port, { localAddress: '127.0.0.2' });
      assert.equal((await refused(door, { identity: id, key, challenge })).status, 401);
    },
  },
  {
    name: 'challenge that has expired',
    attack: async (door) => {
      const { id, key } = await door.knows('worker');
      const challenge = await challengeOf(door.port);
      door.ahead += 31_000;
      assert.equal((await refused(door, { identity: id, key, challenge })).status, 401);
    },
  },
  {
    name: 'challenge that somebody has made, or moved into the future',
    attack: async (door) => {
      const { id, key } = await door.knows('worker');
      const [, nonce, seal] = (await challengeOf(door.port)).split('.');
      for (const challenge of [
        `9999999999.${nonce}.${seal}`,
        `9999999999.${nonce}.`,
        'x',
        `NaN.${nonce}.${seal}`,
      ])
        assert.equal((await refused(door, { identity: id, key, challenge })).status, 401, challenge);
    },
  },
  {
    name: 'challenge of another coordinator',
    attack: async (door) => {
      const { id, key } = await door.knows('worker');
      const other = await Door.open({ tls: door.certificate });
      const challenge = await challengeOf(other.port);
      await other.close();
      assert.equal((await refused(door, { identity: id, key, challenge })).status, 401);
    },
  },
  {
    name: 'handshake relayed by one who shows a certificate of their own',
    attack: async (door) => {
      const { id, key } = await door.knows('worker');
      const { pin } = await makeCertificate();
      for (const fingerprint of [pin, '', door.certificate.pin.toLowerCase()])
        await refusedAsWrongKey(door, { identity: id, key, fingerprint });
    },
  },
  {
    name: 'signature for another path, method or nonce',
    attack: async (door) => {
      const { id, key } = await door.knows('worker');
      for (const changed of [{ path: '/files' }, { path: '/channel?' }, { method: 'POST' }])
        await refusedAsWrongKey(door, { identity: id, key, ...changed });
      const client = await RawClient.connect(door.port);
      const { fingerprint } = client;
      const fields = authorizationHeader.parse(
        authorization(await challengeOf(door.port), { identity: id, key, fingerprint }),
      );
      assert.ok(fields);
      const Authorization = authorizationHeader.format({ ...fields, nonce: randomToken() });
      assert.equal((await client.upgrade({ Authorization })).status, 401);
    },
  },
  {
    name: 'server’s own proof, sent back as the client’s',
    attack: async (door) => {
      const { id, key } = await door.knows('worker');
      const challenge = await challengeOf(door.port);
      const client = await RawClient.connect(door.port);
      const header = authorization(challenge, { identity: id, key, fingerprint: client.fingerprint });
      const { headers } = await client.upgrade({ Authorization: header });
      const proof = welcomeHeader.parse(headers['authentication-info'])?.signature;
      const fields = authorizationHeader.parse(header);
      assert.ok(proof !== undefined && fields);
      const reflected = { ...fields, challenge: await challengeOf(door.port), signature: proof };
      const second = await RawClient.connect(door.port);
      const answer = await second.upgrade({ Authorization: authorizationHeader.format(reflected) });
      assert.equal(answer.status, 401);
      client.end();
      second.end();
    },
  },
  {
    name: 'page in a browser, signed or not',
    attack: async (door) => {
      const { id, key } = await door.knows('admin');
      for (const Origin of ['https://example.com', 'null', ''])
        assert.equal((await refused(door, { identity: id, key }, { headers: { Origin } })).status, 403);
    },
  },
  {
    name: 'other paths',
    attack: async (door) => {
      const { id, key } = await door.knows('admin');
      for (const target of ['/', '/channel/', '/channel/../files', '//channel', '/%63hannel', '/channel?x=1', '*'])
        assert.ok([400, 404].includes((await refused(door, { identity: id, key, path: target }, { target })).status), target); // prettier-ignore
    },
  },
  {
    name: 'headers that cannot be read',
    attack: async (door) => {
      const good = authorization('c', { identity: 'local', key: 'k' });
      for (const Authorization of [
        ...['Basic eDp4', 'DFFmpeg', 'DFFmpeg identity="a"', `DFFmpeg ${'x'.repeat(4000)}`],
        ...[
          `${good}, identity="admin"`,
          good.replace('"local"', '"../local"'),
          good.replace('"local"', '"lo\tcal"'),
        ],
      ]) {
        const client = await RawClient.connect(door.port);
        assert.equal((await client.upgrade({ Authorization })).status, 400, Authorization.slice(0, 60));
        client.end();
      }
    },
  },
  {
    name: 'headers of more than 16 KiB',
    attack: async ({ port }) => {
      const client = await RawClient.connect(port);
      assert.equal((await client.upgrade({ 'X-Long': 'x'.repeat(20_000) })).status, 431);
    },
  },
  {
    name: 'request that is no upgrade',
    attack: async ({ port }) => {
      const client = await RawClient.connect(port);
      assert.equal((await client.upgrade({ Connection: 'close', Upgrade: '' })).status, 426);
    },
  },
  {
    name: 'another version of the protocol',
    attack: async (door) => {
      const { id, key } = await door.knows('worker');
      for (const protocol of ['99.0', '0.9', 'x'])
        assert.equal((await refused(door, { identity: id, key, protocol })).status, 426, protocol);
    },
  },
  {
    name: 'TLS of an older version, or none',
    attack: async ({ port }) => {
      await assert.rejects(
        RawClient.connect(port, { maxVersion: 'TLSv1.2' }),
        /alert protocol version|SSL|handshake/i,
      );
      const plain = net.connect(port, '127.0.0.1');
      let answer = '';
      plain.setEncoding('latin1').on('data', (text: string) => (answer += text));
      plain.on('error', () => undefined);
      plain.write('GET /channel HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
      await new Promise((resolve) => plain.once('close', resolve));
      assert.ok(!answer.includes('HTTP/1.1'));
    },
  },
  {
    name: 'guessing: an address that shows wrong keys is not listened to for a minute, even with the right one',
    attack: async (shared) => {
      const door = await Door.open({ tls: shared.certificate, settings: { failedHandshakesAMinute: 3 } });
      const { id, key } = await door.knows('worker');
      for (let guess = 0; guess < 3; guess += 1)
        assert.equal((await refused(door, { identity: id, key: randomToken() })).status, 401);
      const client = await RawClient.connect(door.port);
      assert.equal((await client.upgrade()).status, 429);
      door.ahead += 60_000;
      const { client: late, answer } = await knock(door.port, { identity: id, key });
      assert.equal(answer.status, 101);
      for (const each of [client, late]) each.end();
      await door.close();
    },
  },
];
