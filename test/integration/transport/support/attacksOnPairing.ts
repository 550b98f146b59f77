import assert from 'node:assert/strict';
import { makePairingCode, parsePairingCode } from '../../../../src/protocol/pairingCode.ts';
import { makeCertificate } from '../../../../src/transport/certificate.ts';
import { newKeyShare, pairingKey, pairingSecrets } from '../../../../src/transport/pairingKeys.ts';
import type { Attack } from './attackRows.ts';
import type { Door } from './door.ts';
import { knock, type RawClient, type Signed } from './rawClient.ts';

/** Shows a code; what differs from an honest handshake is in `changes`. */
function show(door: Door, code: string, changes: Partial<Signed> = {}, target = '/channel') {
  const parsed = parsePairingCode(code);
  assert.ok(parsed);
  const key = pairingKey(parsed.secret);
  return knock(door.port, { identity: parsed.identity, key, path: target, ...changes }, { target });
}

interface Begun {
  readonly id: string;
  readonly role: string;
  readonly publicKey: string;
  readonly proof: string;
}

/** Everything that comes before the last step; returns what would be the proof of it. */
async function begin(door: Door, client: RawClient, code: string): Promise<string> {
  const share = newKeyShare();
  const answer = await client.ask('pairing.begin', { name: 'stranger', publicKey: share.publicKey });
  assert.equal(answer.t, 'ok');
  const { id, role, publicKey } = answer.result as Begun;
  const transcript = { fingerprint: door.certificate.pin, id, role };
  const keys = { clientPublicKey: share.publicKey, serverPublicKey: publicKey };
  const codeKey = pairingKey(parsePairingCode(code)?.secret ?? '');
  return pairingSecrets(share, publicKey, codeKey, { ...transcript, ...keys }).clientProof;
}

const strangers = async (door: Door): Promise<number> =>
  (await door.accounts.list()).filter(({ name }) => name === 'stranger').length;

/** However it is tried, it makes so many identities and no more. */
async function makes(door: Door, count: number, attempt: () => Promise<void>): Promise<void> {
  const before = await strangers(door);
  await attempt();
  assert.equal((await strangers(door)) - before, count);
}

export const pairingAttacks: readonly Attack[] = [
  {
    name: 'pairing code, a second time',
    attack: (door) =>
      makes(door, 1, async () => {
        const { code } = door.pairing.create('worker');
        const first = await show(door, code);
        const proof = await begin(door, first.client, code);
        assert.equal((await first.client.ask('pairing.finish', { proof })).t, 'ok');
        const second = await show(door, code);
        assert.equal(second.answer.status, 401);
        // Over the connection that it was used on, too.
        const again = await first.client.ask(
          'pairing.begin',
          { name: 'stranger', publicKey: newKeyShare().publicKey },
          2,
        );
        assert.equal(again.t, 'ok');
        assert.equal((await first.client.ask('pairing.finish', { proof }, 3)).error?.code, 'unauthorized');
        for (const { client } of [first, second]) client.end();
      }),
  },
  {
    name: 'pairing code, by two at once',
    attack: (door) =>
      makes(door, 1, async () => {
        const { code } = door.pairing.create('worker');
        const both = await Promise.all([show(door, code), show(door, code)]);
        const finished = await Promise.all(
          both.map(async ({ client, answer }) => {
            if (answer.status !== 101) return false;
            const share = newKeyShare();
            const begun = await client.ask('pairing.begin', { name: 'stranger', publicKey: share.publicKey });
            if (begun.t !== 'ok') return false;
            const { id, role, publicKey } = begun.result as Begun;
            const { clientProof } = pairingSecrets(
              share,
              publicKey,
              pairingKey(parsePairingCode(code)?.secret ?? ''),
              {
                ...{ fingerprint: door.certificate.pin, id, role },
                ...{ clientPublicKey: share.publicKey, serverPublicKey: publicKey },
              },
            );
            return (await client.ask('pairing.finish', { proof: clientProof }, 2)).t === 'ok';
          }),
        );
        assert.deepEqual(finished.sort(), [false, true]);
        for (const { client } of both) client.end();
      }),
  },
  {
    name: 'guessing a pairing code: after five wrong ones the right one is not good either',
    attack: (door) =>
      makes(door, 0, async () => {
        const { code } = door.pairing.create('worker');
        const group = code.slice(0, 4);
        for (let guess = 0; guess < 5; guess += 1) {
          const wrong = makePairingCode(Uint8Array.from({ length: 16 }, (_, index) => index * guess + 1));
          assert.equal((await show(door, `${group}${wrong.slice(4)}`)).answer.status, 401);
        }
        assert.equal((await show(door, code)).answer.status, 401);
      }),
  },
  {
    name: 'guessing that there is a pairing code: the same answer as for a wrong key',
    attack: async (door) => {
      const { code } = door.pairing.create('worker');
      const wrong = `${code.slice(0, 15)}${makePairingCode(new Uint8Array(16)).slice(0, 4)}`;
      const [there, nowhere] = [await show(door, wrong), await show(door, '0000-0000-0000-0000')];
      assert.deepEqual(there.answer, nowhere.answer);
    },
  },
  {
    name: 'pairing code whose time is over',
    attack: (door) =>
      makes(door, 0, async () => {
        const { code } = door.pairing.create('worker');
        door.timers.advance(600_000);
        assert.equal((await show(door, code)).answer.status, 401);
      }),
  },
  {
    name: 'pairing code that was shown in time, and used later',
    attack: (door) =>
      makes(door, 0, async () => {
        const { code } = door.pairing.create('worker');
        const { client } = await show(door, code);
        await begin(door, client, code);
        door.timers.advance(600_000);
        assert.equal(await client.closeCode(), 1008);
        client.end();
      }),
  },
  {
    name: 'pairing that is relayed by one who shows a certificate of their own',
    attack: (door) =>
      makes(door, 0, async () => {
        const { code } = door.pairing.create('worker');
        const { pin } = await makeCertificate();
        assert.equal((await show(door, code, { fingerprint: pin })).answer.status, 401);
      }),
  },
  {
    name: 'pairing with a share that would make the key a known one',
    attack: (door) =>
      makes(door, 0, async () => {
        const { code } = door.pairing.create('worker');
        const { client } = await show(door, code);
        const publicKey = Buffer.alloc(32).toString('base64url');
        const answer = await client.ask('pairing.begin', { name: 'stranger', publicKey });
        assert.equal(answer.error?.code, 'unauthorized');
        client.end();
      }),
  },
  {
    name: 'pairing with a proof that is wrong, the server’s own, or of nothing that was begun',
    attack: (door) =>
      makes(door, 0, async () => {
        const { code } = door.pairing.create('worker');
        const { client } = await show(door, code);
        const proof = 'x'.repeat(43);
        assert.equal((await client.ask('pairing.finish', { proof })).error?.code, 'request-invalid');
        await begin(door, client, code);
        assert.equal((await client.ask('pairing.finish', { proof })).error?.code, 'unauthorized');
        const { publicKey } = newKeyShare();
        const begun = await client.ask('pairing.begin', { name: 'stranger', publicKey });
        const mirrored = { proof: (begun.result as Begun).proof };
        assert.equal((await client.ask('pairing.finish', mirrored)).error?.code, 'unauthorized');
        client.end();
      }),
  },
  {
    name: 'pairing connection that asks for anything else, or for files',
    attack: async (door) => {
      const { code } = door.pairing.create('client');
      const { client } = await show(door, code);
      for (const method of ['jobs.list', 'users.list', 'session.open', 'worker.register', 'daemon.stop'])
        assert.equal((await client.ask(method, {})).error?.code, 'unknown-method', method);
      client.end();
      const other = door.pairing.create('client').code;
      assert.equal((await show(door, other, {}, '/files')).answer.status, 403);
    },
  },
  {
    name: 'name that would be shown with control characters',
    attack: (door) =>
      makes(door, 0, async () => {
        const { client } = await show(door, door.pairing.create('worker').code);
        for (const name of ['\u001b[2Jstranger', '', 'x'.repeat(200)]) {
          const { publicKey } = newKeyShare();
          assert.equal(
            (await client.ask('pairing.begin', { name, publicKey })).error?.code,
            'invalid-params',
          );
        }
        client.end();
      }),
  },
];
