import type { PlacingFs } from '../../../../src/files/placingFs.ts';

interface Node {
  inode: number;
  text: string;
}

/** A file system of names and inodes, quick enough to be killed a thousand times. */
export class MemoryDisk {
  readonly #names = new Map<string, Node>();
  #inodes = 0;

  write(file: string, text: string): void {
    this.#inodes += 1;
    this.#names.set(file, { inode: this.#inodes, text });
  }

  list(folder: string): string[] {
    return [...this.#names.keys()].filter((name) => name.startsWith(folder)).sort();
  }

  readonly fs: PlacingFs = {
    link: (from, to) =>
      this.#step(() => {
        if (this.#names.has(to)) throw systemError('EEXIST');
        this.#names.set(to, this.#node(from));
      }),
    remove: (file) => this.#step(() => void this.#names.delete(file)),
    rename: (from, to) =>
      this.#step(() => {
        this.#names.set(to, this.#node(from));
        this.#names.delete(from);
      }),
    copy: (from, to) =>
      this.#step(() => {
        this.write(to, this.#node(from).text);
      }),
    createExclusive: (file) =>
      this.#step(() => {
        if (this.#names.has(file)) throw systemError('EEXIST');
        this.write(file, '');
      }),
    identity: (file) =>
      this.#step(() => {
        const node = this.#names.get(file);
        return node && { device: '1', inode: String(node.inode) };
      }),
    bytes: (file) => this.#step(() => this.#node(file).text.length),
    syncFile: (file) => this.#step(() => void this.#node(file)),
    syncFolder: () => Promise.resolve(),
    readText: (file) => this.#step(() => this.#names.get(file)?.text),
    writeText: (file, text) =>
      this.#step(() => {
        this.write(file, text);
      }),
  };

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
