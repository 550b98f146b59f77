import { DffmpegError } from '../../protocol/errors.ts';
import { readKeyFile, writeKeyFile } from './keyFile.ts';
import { newSealingKey, sealKey, unsealKey, type SealingKey } from './sealedKey.ts';

/** Seals and opens the keys of identities with those of the key file. Throws `keys-unreadable` where that cannot be. */
export class KeyKeeper {
  readonly #file: string;
  #known: readonly SealingKey[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  async open(id: string, sealed: string): Promise<string> {
    const secret = unsealKey(this.#known, id, sealed);
    if (secret !== undefined) return secret;
    // Read again: somebody may have put the right one back.
    this.#known = await this.#read();
    const opened = unsealKey(this.#known, id, sealed);
    if (opened !== undefined) return opened;
    throw new DffmpegError(
      'keys-unreadable',
      `The key of ${id} was not sealed with a key of ${this.#file}.`,
      {
        hint: `Put back the file that belongs to this queue; or delete this identity and add it again: dffmpeg admin user delete ${id}`,
      },
    );
  }

  /** `isFirst`: nothing is sealed yet, so that a key file may be made. */
  async seal(id: string, secret: string, isFirst: boolean): Promise<string> {
    // From the file each time: what only this process knows would be lost with it.
    const known = await readKeyFile(this.#file);
    const [sealing] = known ?? (isFirst ? await this.#make() : []);
    if (!sealing) throw this.#missing();
    return sealKey(sealing, id, secret);
  }

  /**
   * Makes a new key and seals all anew; `write` replaces them all at once. While that is not certain both keys are in
   * the file, so that whatever was written can be opened.
   */
  async replaceKey(
    sealed: ReadonlyMap<string, string>,
    write: (resealed: ReadonlyMap<string, string>) => Promise<void>,
  ): Promise<void> {
    const fresh = newSealingKey();
    const resealed = new Map<string, string>();
    for (const [id, old] of sealed) resealed.set(id, sealKey(fresh, id, await this.open(id, old)));
    const old = (await readKeyFile(this.#file)) ?? [];
    await writeKeyFile(this.#file, [fresh, ...old]);
    await write(resealed);
    await writeKeyFile(this.#file, [fresh]);
    this.#known = [fresh];
  }

  async #read(): Promise<readonly SealingKey[]> {
    const keys = await readKeyFile(this.#file);
    if (!keys) throw this.#missing();
    return keys;
  }

  async #make(): Promise<readonly SealingKey[]> {
    const keys = [newSealingKey()];
    await writeKeyFile(this.#file, keys);
    return keys;
  }

  #missing(): DffmpegError {
    return new DffmpegError(
      'keys-unreadable',
      `${this.#file} is missing: without it the keys of the identities cannot be read.`,
      {
        hint: 'Put it back from a backup; or delete all identities and add them again: dffmpeg admin user list',
      },
    );
  }
}
