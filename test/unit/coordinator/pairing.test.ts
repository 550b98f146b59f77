import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Accounts, pairedAccounts } from '../../../src/coordinator/accounts/accounts.ts';
import { Pairing } from '../../../src/coordinator/accounts/pairing.ts';
import type { Store } from '../../../src/coordinator/store.ts';
import { openSqliteStore } from '../../../src/coordinator/store/sqliteStore.ts';
import { DffmpegError } from '../../../src/protocol/errors.ts';
import { parsePairingCode } from '../../../src/protocol/pairingCode.ts';
import { pairingMethods } from '../../../src/protocol/pairingContract.ts';
import { createPeer } from '../../../src/protocol/peer.ts';
import { createMemoryChannelPair } from '../../../src/transport/memory.ts';
import { newKeyShare, pairingKey, pairingSecrets } from '../../../src/transport/pairingKeys.ts';
import { ManualTimers } from './manualTimers.ts';

describe('a pairing code, on the side that made it', () => {
  let directory: string;
  let store: Store;
  let accounts: Accounts;
  let pairing: Pairing;
  let counts: number[];
  const timers = new ManualTimers();

  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-pairing-'));
    store = await openSqliteStore({ file: ':memory:', programVersion: '1.0.0' });
    accounts = new Accounts({
      ...{ store, keyFile: path.join(directory, 'identities.key') },
      ...{ clock: timers.clock, log: () => undefined },
    });
    pairing = new Pairing({
      ...{ newcomers: pairedAccounts(accounts), timers, clock: timers.clock, monotonic: timers.monotonic },
      settings: () => ({ pairingMinutes: 10, pairingGuesses: 5 }),
      onError: () => undefined,
      onCount: (count) => counts.push(count),
    });
    counts = [];
  });

  afterEach(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });

  const identityOf = (code: string): string => parsePairingCode(code)?.identity ?? '';
  const isGood = (code: string): boolean => pairing.authenticate(identityOf(code)) !== undefined;

  /** A machine that has shown the code. */
  function machine(code: string) {
    const [here, there] = createMemoryChannelPair();
    const served = pairing.serve(there, {
      ...{ identity: identityOf(code), role: 'pairing', remoteAddress: '192.0.2.1', fingerprint: 'pin' },
    });
    const peer = createPeer({
      ...{
        channel: here,
        serves: {},
        handlers: {},
        asks: pairingMethods,
        emits: {},
        hears: {},
        listeners: {},
      },
    });
    const finish = async (): Promise<string> => {
      const share = newKeyShare();
      const begun = await peer.request('pairing.begin', { name: 'node', publicKey: share.publicKey });
      const { id, role, publicKey } = begun;
      const codeKey = pairingKey(parsePairingCode(code)?.secret ?? '');
      const secrets = pairingSecrets(share, publicKey, codeKey, {
        ...{ fingerprint: 'pin', id, role, clientPublicKey: share.publicKey, serverPublicKey: publicKey },
      });
      await peer.request('pairing.finish', { proof: secrets.clientProof });
      return id;
    };
    return { peer, served, finish };
  }

  it('belongs to one connection at a time, and is good again when that ends without using it', async () => {
    const { code } = pairing.create('worker');
    const first = machine(code);
    assert.ok(!isGood(code));
    const second = machine(code);
    assert.equal((await second.peer.closed).code, 1008);
    assert.ok(!isGood(code));
    first.peer.close();
    await first.served;
    assert.ok(isGood(code));
    await machine(code).finish();
    assert.ok(!isGood(code));
  });

  it('is good again when the id that it was to make was taken meanwhile', async () => {
    const { code } = pairing.create('worker');
    const add = store.addIdentity.bind(store);
    store.addIdentity = async (record) => {
      store.addIdentity = add;
      await accounts.get(record.id).catch(() => add({ ...record, name: 'quicker' }));
      return add(record);
    };
    const { finish } = machine(code);
    await assert.rejects(finish(), { code: 'conflict' });
    assert.equal(await finish(), 'node-2');
  });

  it('is told for as long as it is good, so that the daemon stays', async () => {
    const codes = [1, 2, 3].map(() => pairing.create('worker').code);
    await machine(codes[0] ?? '').finish();
    for (let guess = 0; guess < 5; guess += 1)
      pairing.authenticate(identityOf(codes[1] ?? ''))?.onWrongKey?.();
    timers.advance(600_000);
    assert.deepEqual(counts, [1, 2, 3, 2, 1, 0]);
    pairing.create('worker');
    pairing.close();
    assert.equal(counts.at(-1), 0);
  });

  it('makes one identity though its connection ends while that is stored', async () => {
    const { code } = pairing.create('worker');
    const add = store.addIdentity.bind(store);
    let isAsked = (): void => undefined;
    const asked = new Promise<void>((resolve) => (isAsked = resolve));
    let goOn = (): void => undefined;
    store.addIdentity = async (record) => {
      isAsked();
      await new Promise<void>((resolve) => (goOn = resolve));
      return add(record);
    };
    const { finish, peer, served } = machine(code);
    const finished = finish();
    await asked;
    peer.close();
    await assert.rejects(finished, { code: 'disconnected' });
    await served;
    assert.ok(!isGood(code));
    goOn();
    assert.equal((await machine(code).peer.closed).code, 1008);
    await accounts.rotateKey('node');
    assert.ok(!isGood(code));
  });

  it('is used up when it is not known whether the identity was stored', async () => {
    const { code } = pairing.create('worker');
    store.addIdentity = () => Promise.reject(new DffmpegError('store-unavailable', 'The disk is full.'));
    const { finish, peer, served } = machine(code);
    await assert.rejects(finish(), { code: 'store-unavailable' });
    peer.close();
    await served;
    assert.ok(!isGood(code));
  });

  it('ends with its time though the wall clock is set back, and does not when it is set forward', () => {
    const { code } = pairing.create('worker');
    timers.setWallClock(3_600_000);
    assert.ok(isGood(code));
    timers.setWallClock(-7_200_000);
    timers.advance(599_999);
    assert.ok(isGood(code));
    timers.advance(1);
    assert.ok(!isGood(code));
  });
});
