import type { Store } from '../store.ts';
import { openSqliteStore } from './sqliteStore.ts';

/** What opens a store of each kind; its options are plain data, since a thread may do it. */
export const storeDialects = {
  sqlite: openSqliteStore,
} as const satisfies Record<string, (options: never) => Promise<Store>>;

export type StoreDialect = keyof typeof storeDialects;

/** Which store, and where. */
export type StoreOptions = {
  [D in StoreDialect]: { readonly dialect: D } & Parameters<(typeof storeDialects)[D]>[0];
}[StoreDialect];

/** Throws `version-mismatch` when a newer DFFmpeg has written it, `store-unavailable` when it cannot be used. */
export function openStore(options: StoreOptions): Promise<Store> {
  return storeDialects[options.dialect](options);
}
