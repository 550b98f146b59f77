import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { Sandbox, type Running } from '../cli/harness.ts';
import { Relay } from '../support/relay.ts';
import { TwoMachines } from './twoMachines.ts';
import { giveNodeProofs } from '../support/provedCache.ts';

/** Short waits, so that what is lost is soon given up or found again. */
export const soon = {
  DFFMPEG_CONNECT_RETRY_MIN_SECONDS: '0.05',
  DFFMPEG_CONNECT_RETRY_MAX_SECONDS: '0.5',
  DFFMPEG_REPORT_RETRY_MAX_SECONDS: '0.5',
  DFFMPEG_FETCH_RETRY_MS: '50',
};

/** A desk that holds the files and encodes nothing itself, a node that encodes, and a cable between them: nothing is shared. */
export class RemoteHost extends TwoMachines {
  readonly relay: Relay;
  /** Who opens the connections. */
  readonly dials: 'the node' | 'the desk';
  /** Of the desk’s daemon. */
  readonly command: readonly string[];
  serving: Running;
  /** At which that listens for others. */
  port = 0;

  private constructor(
    dials: RemoteHost['dials'],
    { desk, node, relay, command }: Pick<RemoteHost, 'desk' | 'node' | 'relay' | 'command'>,
  ) {
    super(desk, node);
    this.dials = dials;
    this.relay = relay;
    this.command = command;
    this.serving = desk.start(command);
  }

  static async start(
    env: Record<string, string> = {},
    dials: RemoteHost['dials'] = 'the node',
    bytesASecond?: number,
    command: readonly string[] = ['serve'],
  ): Promise<RemoteHost> {
    const relay = await Relay.open(bytesASecond);
    const desk = await Sandbox.create({
      ...soon,
      ...(dials === 'the node' && {
        DFFMPEG_LISTEN: '0.0.0.0:0',
        DFFMPEG_ADVERTISE: `127.0.0.1:${relay.port}`,
      }),
      DFFMPEG_SLOTS: 'cpu=0',
      ...env,
    });
    const node = await Sandbox.create(soon);
    await giveNodeProofs(node.stateDir);
    const host = new RemoteHost(dials, { desk, node, relay, command });
    await host.#served();
    return host;
  }

  override async join(flags: readonly string[] = []): Promise<void> {
    if (this.dials === 'the node') return super.join(flags);
    return this.listen(['--listen', '127.0.0.1:0', ...flags], (url) => {
      this.relay.to(Number(new URL(url).port));
      return `wss://127.0.0.1:${this.relay.port}/channel`;
    });
  }

  /** How the relay counts what goes to the node. */
  get toNode(): 'toDialler' | 'toDialled' {
    return this.dials === 'the node' ? 'toDialler' : 'toDialled';
  }

  get toDesk(): 'toDialler' | 'toDialled' {
    return this.dials === 'the node' ? 'toDialled' : 'toDialler';
  }

  /** The daemon of the desk, anew. */
  async serveAgain(): Promise<void> {
    this.serving = this.desk.start(this.command);
    await this.#served();
  }

  /** Handles by which the daemon has a file open; none where the system does not tell. */
  async opened(file: string): Promise<string[]> {
    const handles = path.join('/proc', String(this.desk.discovery().pid), 'fd');
    const names = await readdir(handles).catch(() => []);
    const targets = await Promise.all(
      names.map((name) => readlink(path.join(handles, name)).catch(() => '')),
    );
    return targets.filter((target) => target === file);
  }

  async close(): Promise<void> {
    this.killWorker();
    this.serving.child.kill('SIGKILL');
    await this.relay.close();
    await this.remove();
  }

  async #served(): Promise<void> {
    await this.serving.printed('stdout', /"event":"ready"/);
    if (this.dials === 'the desk') return;
    // Where it listens for others; what it advertises is the cable.
    const log = await readFile(path.join(this.desk.stateDir, 'logs', 'daemon.log'), 'utf8');
    const ports = [...log.matchAll(/"port":(\d+),"msg":"other machines can connect"/g)];
    this.port = Number(ports.at(-1)?.[1]);
    this.relay.to(this.port);
  }
}

export async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(file)) hash.update(part as Buffer);
  return hash.digest('hex');
}
