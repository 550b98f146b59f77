import type { Credential } from '../../transport/websocketServer.ts';
import { DffmpegError, toDffmpegError } from '../../protocol/errors.ts';
import { identitySchema, type Identity, type IdentityRole } from '../../protocol/identity.ts';
import { isWithin, parseAddressRange } from '../../transport/addressRanges.ts';
import { randomToken } from '../../transport/hmac.ts';
import type { AccountStore, IdentityChange } from '../accountStore.ts';
import { Emitter } from '../emitter.ts';
import type { Clock } from '../ids.ts';
import type { IdentityRecord } from '../store/identityRecords.ts';
import { KeyKeeper } from './keyKeeper.ts';
import type { Newcomers } from './pairing.ts';

export interface AccountsOptions {
  readonly store: AccountStore;
  /** Holds what the keys in the store are sealed with; made when the first identity is. */
  readonly keyFile: string;
  readonly clock: Clock;
  /** One line about who was not let in, or what could not be read; holds no key. */
  readonly log: (line: string) => void;
}

/** An identity with its key, which nobody tells a second time. */
export interface IdentityWithKey {
  readonly identity: Identity;
  readonly key: string;
}

/** What `lastSeenAt` is exact to: a write each time would be many. */
const seenEveryMs = 60_000;

/** Who may connect, and as what. */
export class Accounts {
  /** The id of an identity whose open connections are to be closed: its key or its scope is another now, or it is gone. */
  readonly revoked = new Emitter<string>();
  readonly #options: AccountsOptions;
  readonly #keys: KeyKeeper;
  readonly #seen = new Map<string, number>();
  /** Changes go one after the other, so that none seals with a key that is being replaced. */
  #changing: Promise<unknown> = Promise.resolve();

  constructor(options: AccountsOptions) {
    this.#options = options;
    this.#keys = new KeyKeeper(options.keyFile);
  }

  /** Asked of the store each time: who was removed is not known any more, whoever removed it. */
  async authenticate(id: string): Promise<Credential | undefined> {
    const { store, log } = this.#options;
    const record = await store.identity(id);
    if (!record) return undefined;
    try {
      const key = await this.#keys.open(id, record.sealedKey);
      if (!record.disabled)
        return { key, role: record.role, mayComeFrom: (address) => isWithin(record.ranges, address) };
      log(`${id} is disabled.`);
    } catch (error) {
      log(toDffmpegError(error).message);
    }
    return undefined;
  }

  /** It has connected. */
  async seen(id: string): Promise<void> {
    const now = this.#options.clock();
    const last = this.#seen.get(id);
    if (last !== undefined && Math.abs(now - last) < seenEveryMs) return;
    this.#seen.set(id, now);
    await this.#options.store.sawIdentity(id, now);
  }

  async list(): Promise<Identity[]> {
    return (await this.#options.store.identities()).map(withoutKey);
  }

  async get(id: string): Promise<Identity> {
    return withoutKey(known(id, await this.#options.store.identity(id)));
  }

  /** `key`: one that both sides have already; else one is made. Throws `conflict` where the id is taken. */
  async add(
    { id, name, role, ranges = [] }: NewIdentity,
    key: string = randomToken(),
  ): Promise<IdentityWithKey> {
    if (isReserved(id))
      throw new DffmpegError('request-invalid', `${id} is a name that DFFmpeg needs itself.`, {
        hint: 'Choose another name.',
      });
    checkRanges(ranges);
    return this.#change(async () => {
      const { store, clock } = this.#options;
      const [other] = await store.identities();
      // The file of another queue would seal what the right one cannot open.
      if (other) await this.#keys.open(other.id, other.sealedKey);
      const sealedKey = await this.#keys.seal(id, key, other === undefined);
      const record = { id, name, role, ranges, sealedKey, disabled: false, createdAt: clock() };
      await store.addIdentity(record);
      return { identity: withoutKey(record), key };
    });
  }

  /** From now on the old key opens nothing. */
  rotateKey(id: string): Promise<IdentityWithKey> {
    return this.#change(async () => {
      const { store } = this.#options;
      known(id, await store.identity(id));
      const key = randomToken();
      const sealedKey = await this.#keys.seal(id, key, false);
      return { identity: await this.#write(id, { sealedKey }), key };
    });
  }

  setScope(id: string, scope: Pick<IdentityChange, 'ranges' | 'disabled'>): Promise<Identity> {
    checkRanges(scope.ranges ?? []);
    return this.#change(() => this.#write(id, scope));
  }

  remove(id: string): Promise<Identity> {
    return this.#change(async () => {
      const { store } = this.#options;
      const record = known(id, await store.identity(id));
      await store.removeIdentity(id);
      this.revoked.emit(id);
      return withoutKey(record);
    });
  }

  /** Seals all keys with a new one; they stay what they are. Returns how many there are. */
  reencrypt(): Promise<number> {
    return this.#change(async () => {
      const { store } = this.#options;
      const sealed = new Map((await store.identities()).map(({ id, sealedKey }) => [id, sealedKey]));
      if (sealed.size > 0)
        await this.#keys.replaceKey(sealed, (resealed) =>
          store.resealIdentities(
            [...sealed].map(([id, from]) => ({ id, from, to: resealed.get(id) ?? from })),
          ),
        );
      return sealed.size;
    });
  }

  async #write(id: string, change: IdentityChange): Promise<Identity> {
    const record = known(id, await this.#options.store.changeIdentity(id, change));
    this.revoked.emit(id);
    return withoutKey(record);
  }

  #change<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#changing.then(work, work);
    this.#changing = done.catch(() => undefined);
    return done;
  }
}

export interface NewIdentity {
  readonly id: string;
  readonly name: string;
  readonly role: IdentityRole;
  readonly ranges?: string[] | undefined;
}

/** An id that nobody has yet, made of what people call a machine. */
export async function freeId(accounts: Accounts, name: string): Promise<string> {
  const taken = new Set((await accounts.list()).map(({ id }) => id));
  const plain = name
    .toLowerCase()
    .replace(/[^0-9a-z_]+/g, '-')
    .slice(0, 48)
    .replace(/^-+|-+$/g, '');
  const base = plain === '' || isReserved(plain) ? `node-${plain}`.replace(/-$/, '') : plain;
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? base : `${base}-${number}`;
    if (!taken.has(id)) return id;
  }
}

/** Those who are paired with this coordinator are its workers and clients. */
export function pairedAccounts(accounts: Accounts): Newcomers {
  return {
    freeId: (name) => freeId(accounts, name),
    add: ({ id, name, role }, key) => {
      if (role === 'coordinator') throw new DffmpegError('internal', 'A coordinator has no coordinator.');
      return accounts.add({ id, name, role }, key);
    },
  };
}

/** The person at this machine, and those who have a pairing code. */
function isReserved(id: string): boolean {
  return id === 'local' || id.startsWith('pair-');
}

function withoutKey(record: IdentityRecord): Identity {
  return identitySchema.parse(record);
}

function known(id: string, record: IdentityRecord | undefined): IdentityRecord {
  if (record) return record;
  throw new DffmpegError('not-found', `There is no identity ${id}.`, {
    hint: 'See who there is: dffmpeg admin user list',
  });
}

function checkRanges(ranges: readonly string[]): void {
  const wrong = ranges.find((range) => !parseAddressRange(range));
  if (wrong !== undefined)
    throw new DffmpegError('request-invalid', `${wrong} is no range of addresses.`, {
      hint: 'Write one address or a network, such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32.',
    });
}
