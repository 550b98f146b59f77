import type { Kysely } from 'kysely';
import type { Store } from '../../../../src/coordinator/store.ts';
import { describeAccounts } from './accounts.ts';
import { describeConcurrency } from './concurrency.ts';
import { describeCounts } from './counts.ts';
import { describeFullDisk } from './fullDisk.ts';
import { describeRecords } from './records.ts';
import { describeRemoval } from './removal.ts';
import { describeSchema } from './schema.ts';
import { describeWatched } from './watched.ts';
import { describeWorkers } from './workers.ts';

/** A database of the test's own, and stores over it. */
export interface StoreUnderTest {
  /** Brings the database to the newest schema. */
  readonly open: () => Promise<Store>;
  /** Its tables, while no store is open over it. */
  readonly tables: () => Kysely<never>;
  readonly cleanUp: () => Promise<void>;
}

export interface ContractOptions {
  /** Several coordinators may have a store over this database at once. */
  readonly shared?: boolean;
  /** As if the disk were full from now on for this store; what comes back makes room again. */
  readonly fill?: (store: Store) => Promise<() => Promise<void>>;
}

export interface OpenStore {
  readonly store: Store;
  /** What another coordinator has open; the same store where only one may be. */
  readonly another: () => Promise<Store>;
  /** Closes and opens the same database. */
  readonly reopen: () => Promise<Store>;
}

/** What every store promises, whatever database it lies in. `create` makes an empty one. */
export function storeContract(
  name: string,
  create: () => Promise<StoreUnderTest>,
  { shared = false, fill }: ContractOptions = {},
): void {
  describe(`store: ${name}`, () => {
    describeSchema(create);

    describe('opened', () => {
      let database: StoreUnderTest;
      let given: OpenStore;
      let open: Store[];

      beforeEach(async () => {
        database = await create();
        const begin = async (): Promise<Store> => {
          const store = await database.open();
          open.push(store);
          return store;
        };
        open = [];
        const first = await begin();
        given = {
          store: first,
          another: () => (shared ? begin() : Promise.resolve(first)),
          reopen: async () => {
            for (const store of open.splice(0)) await store.close();
            return begin();
          },
        };
      });

      afterEach(async () => {
        for (const store of open) await store.close();
        await database.cleanUp();
      });

      describeRecords(() => given);
      describeWatched(() => given);
      describeAccounts(() => given);
      describeWorkers(() => given);
      describeConcurrency(() => given);
      describeCounts(() => given);
      describeRemoval(() => given);
      if (fill) describeFullDisk(() => given.store, fill);
    });
  });
}
