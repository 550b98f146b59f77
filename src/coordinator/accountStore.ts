import type { IdentityRecord } from './store/identityRecords.ts';

/** What the store keeps of those who may connect. As `Store`: every call is one transaction. */
export interface AccountStore {
  /** By id. */
  identities(): Promise<IdentityRecord[]>;
  identity(id: string): Promise<IdentityRecord | undefined>;
  /** Synced to disk. Throws `conflict` when there is one of this id. */
  addIdentity(identity: IdentityRecord): Promise<void>;
  /** Synced to disk. Returns it as it is then; undefined: there is none. */
  changeIdentity(id: string, change: IdentityChange): Promise<IdentityRecord | undefined>;
  /** Synced to disk. Returns whether there was one. */
  removeIdentity(id: string): Promise<boolean>;
  /** It has connected at that time. */
  sawIdentity(id: string, at: number): Promise<void>;
  /**
   * Replaces the sealed keys of all identities at once, synced to disk. Throws `conflict` and replaces none where these
   * are not all, or where one of them is another than it was.
   */
  resealIdentities(keys: readonly ResealedKey[]): Promise<void>;
}

export type IdentityChange = Partial<Pick<IdentityRecord, 'ranges' | 'disabled' | 'sealedKey'>>;

export interface ResealedKey {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}
