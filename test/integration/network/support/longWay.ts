import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { Cable } from './cable.ts';
import { Namespace } from './namespace.ts';

export interface LongWayOptions {
  readonly megabits: number;
  /** Of a packet, one way. */
  readonly delayMs: number;
  /** Part of the packets that are lost, either way. */
  readonly loss: number;
  readonly seed?: number;
}

/** What the packets of the tunnel are told apart by. */
const tunnelId = 7;
export const tunnelPort = 4789;

/**
 * A network of two machines that are far apart. Their packets go through a tunnel (VXLAN), whose middle is a process of the
 * tests’ own (`wireRelay.ts`) in a third namespace: each packet comes later, or not at all. TCP does with that what it always does.
 */
export class LongWay {
  /** By which the far machine finds the near one. */
  readonly near = '198.19.0.1';
  readonly far = '198.19.0.2';
  readonly #middle: Namespace;
  readonly #relay: ChildProcess;

  private constructor(middle: Namespace, relay: ChildProcess) {
    this.#middle = middle;
    this.#relay = relay;
  }

  /** Why there can be none here. */
  static async problem(): Promise<string | undefined> {
    const problem = await Namespace.problem(['tc']);
    if (problem !== undefined) return problem;
    const trial = await Namespace.make();
    try {
      await trial.ip(...['link', 'add', 'trial', 'type', 'vxlan', 'id', '1', 'dstport', String(tunnelPort)]);
      return undefined;
    } catch (error) {
      return `no tunnel can be made: ${String(error).split('\n')[1] ?? ''}`;
    } finally {
      await trial.close();
    }
  }

  static async lay(near: Namespace, far: Namespace, options: LongWayOptions): Promise<LongWay> {
    const { megabits, delayMs, loss, seed = 1 } = options;
    const middle = await Namespace.make();
    const cables = [await Cable.lay(middle, near, megabits), await Cable.lay(middle, far, megabits)] as const;
    const [toNear, toFar] = cables;
    const way = { ends: cables.map((each) => ({ here: each.near, there: each.far })), delayMs, loss, seed };
    const [command = '', ...args] = [...middle.launcher, process.execPath];
    const script = path.join(import.meta.dirname, 'wireRelay.ts');
    const relay = spawn(command, [...args, script, JSON.stringify(way)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    await once(relay, 'message');
    const result = new LongWay(middle, relay);
    await enter(near, toNear, result.near);
    await enter(far, toFar, result.far);
    return result;
  }

  async close(): Promise<void> {
    this.#relay.kill('SIGKILL');
    await this.#middle.close();
  }
}

/** The end of the tunnel there. Packets leave it one by one, as on a wire, not in the bundles in which a system hands them over. */
async function enter(machine: Namespace, cable: Cable, address: string): Promise<void> {
  await machine.ip(
    ...['link', 'add', 'tunnel', 'type', 'vxlan', 'id', String(tunnelId), 'dstport', String(tunnelPort)],
    ...['dev', cable.device, 'local', cable.far, 'remote', cable.near],
  );
  await machine.ip('link', 'set', 'tunnel', 'gso_max_segs', '1');
  await machine.ip('address', 'add', `${address}/30`, 'dev', 'tunnel');
  await machine.ip('link', 'set', 'tunnel', 'up');
}
