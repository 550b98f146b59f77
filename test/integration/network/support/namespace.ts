import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { which } from '../../../../scripts/lib/which.mjs';

const run = promisify(execFile);

let made = 0;

/** Where a cable may end. */
export interface Network {
  /** Undefined: this machine’s. */
  readonly name: string | undefined;
  /** `ip` there; what it prints. */
  ip(...args: readonly string[]): Promise<string>;
  tc(...args: readonly string[]): Promise<string>;
}

export const thisMachine: Network = {
  name: undefined,
  ip: async (...args) => (await run('ip', args)).stdout,
  tc: async (...args) => (await run('tc', args)).stdout,
};

/** A network of its own on this machine (a network namespace of Linux). Nothing in it is connected to anything at first. */
export class Namespace implements Network {
  readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  /** Why there can be none here, or not with these programs; undefined where there can. */
  static async problem(tools: readonly string[] = []): Promise<string | undefined> {
    if (process.platform !== 'linux') return 'network namespaces are Linux’s';
    const missing = ['ip', ...tools].filter((name) => which(name) === undefined);
    if (missing.length > 0) return `${missing.join(', ')} not found`;
    const name = `dffmpeg-look-${process.pid}`;
    try {
      await run('ip', ['netns', 'add', name]);
      await run('ip', ['netns', 'delete', name]);
    } catch (error) {
      return `no network namespace can be made: ${String(error).split('\n')[1] ?? ''}`;
    }
    return undefined;
  }

  static async make(): Promise<Namespace> {
    made += 1;
    const name = `dffmpeg-${process.pid}-${made}`;
    await run('ip', ['netns', 'add', name]);
    const namespace = new Namespace(name);
    await namespace.ip('link', 'set', 'lo', 'up');
    return namespace;
  }

  /** What is put before a command for it to run there. */
  get launcher(): readonly string[] {
    return [which('ip') ?? 'ip', 'netns', 'exec', this.name];
  }

  ip(...args: readonly string[]): Promise<string> {
    return thisMachine.ip('-n', this.name, ...args);
  }

  tc(...args: readonly string[]): Promise<string> {
    return thisMachine.tc('-n', this.name, ...args);
  }

  /** Ends what runs in it. */
  async halt(): Promise<void> {
    const { stdout } = await run('ip', ['netns', 'pids', this.name]);
    for (const pid of stdout.split('\n').filter(Boolean)) {
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch {
        // Gone by itself.
      }
    }
  }

  /** Its ends of cables go with it, and so do the others. */
  async close(): Promise<void> {
    await this.halt();
    await run('ip', ['netns', 'delete', this.name]);
  }
}
