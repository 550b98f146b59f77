import path from 'node:path';
import type { PlacingFs } from '../../../../src/files/placingFs.ts';

interface Node {
  inode: number;
  /** Undefined for a folder. */
  text: string | undefined;
}

/** A file system of names and inodes, quick enough to be killed a thousand times. */
export class MemoryDisk {
  readonly #names = new Map<string, Node>();
  #inodes = 0;

  write(file: string, text: string): void {
    this.#create(file, text);
  }

  createFolder(folder: string): void {
    this.#create(folder, undefined);
  }

  list(folder: string): string[] {
    return [...this.#names.keys()].filter((name) => name.startsWith(folder)).sort();
  }

  text(file: string): string | undefined {
    return this.#names.get(file)?.text;
  }

  readonly fs: PlacingFs = {
    link: (from, to) =>
      this.#step(() => {
        this.#mustBeFree(to);
        this.#names.set(to, this.#node(from));
      }),
    remove: (file) => this.#step(() => void this.#names.delete(file)),
    removeResult: (result) =>
      this.#step(() => {
        for (const name of this.#tree(result)) this.#names.delete(name);
      }),
    names: (folder) => this.#step(() => this.list(`${folder}/`).map((name) => name.slice(folder.length + 1))),
    removeFolder: (folder) =>
      this.#step(() => {
        if (this.#tree(folder).length > 1) throw systemError('ENOTEMPTY');
        this.#names.delete(folder);
      }),
    rename: (from, to) =>
      this.#step(() => {
        const moved = this.#node(from);
        if (moved.text === undefined && this.#tree(to).length > 1) throw systemError('ENOTEMPTY');
        if (moved.text === undefined && this.#names.get(to)?.text !== undefined) throw systemError('ENOTDIR');
        for (const name of this.#tree(from)) {
          this.#names.set(to + name.slice(from.length), this.#node(name));
          this.#names.delete(name);
        }
      }),
    replacesEmptyFolders: () => Promise.resolve(true),
    keepAttributes: () => Promise.resolve(),
    copy: (from, to) =>
      this.#step(() => {
        this.#mustBeFree(to);
        for (const name of this.#tree(from))
          this.#create(to + name.slice(from.length), this.#node(name).text);
      }),
    createExclusive: (file) =>
      this.#step(() => {
        this.#mustBeFree(file);
        this.#create(file, '');
      }),
    createFolder: (folder) =>
      this.#step(() => {
        this.#mustBeFree(folder);
        this.#create(folder, undefined);
      }),
    identity: (file) =>
      this.#step(() => {
        const node = this.#names.get(file);
        return node && { device: '1', inode: String(node.inode) };
      }),
    isFolder: (file) => this.#step(() => this.#names.has(file) && this.#node(file).text === undefined),
    content: (file) => this.#step(() => this.#node(file).text ?? ''),
    stamp: (file) => this.#step(() => this.#names.get(file)?.text),
    modified: () => Promise.resolve('0'),
    leadsToFolder: (file) => this.#step(() => this.#names.has(file) && this.#node(file).text === undefined),
    isWrittenTo: () => Promise.resolve(false),
    isEmpty: (result) =>
      this.#step(() => (this.#node(result).text ?? '') === '' && this.#tree(result).length === 1),
    bytes: (result) =>
      this.#step(() =>
        this.#tree(result).reduce((total, name) => total + (this.#node(name).text ?? '').length, 0),
      ),
    sameContent: (one, other) =>
      this.#step(() => {
        const content = (result: string): string =>
          JSON.stringify(
            this.#tree(result).map((name) => [name.slice(result.length), this.#node(name).text]),
          );
        return content(one) === content(other);
      }),
    syncResult: (result) => this.#step(() => void this.#node(result)),
    syncFolder: () => Promise.resolve(),
    readText: (file) => this.#step(() => this.#names.get(file)?.text),
    writeText: (file, text) =>
      this.#step(() => {
        this.#create(file, text);
      }),
  };

  #create(name: string, text: string | undefined): void {
    this.#inodes += 1;
    this.#names.set(name, { inode: this.#inodes, text });
  }

  /** It and what is in it. */
  #tree(name: string): string[] {
    return [...this.#names.keys()].filter((each) => each === name || each.startsWith(name + path.sep));
  }

  #mustBeFree(name: string): void {
    if (this.#names.has(name)) throw systemError('EEXIST');
  }

  #node(file: string): Node {
    const node = this.#names.get(file);
    if (!node) throw systemError('ENOENT');
    return node;
  }

  async #step<T>(work: () => T): Promise<T> {
    return Promise.resolve().then(work);
  }
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
