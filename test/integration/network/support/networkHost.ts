import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Sandbox } from '../../cli/harness.ts';
import { HeldProcess } from '../../crash/support/heldProcess.ts';
import { TwoMachines } from '../../fleet/twoMachines.ts';
import { Cable } from './cable.ts';
import { LongWay, type LongWayOptions } from './longWay.ts';
import { Namespace } from './namespace.ts';
import { giveNodeProofs } from '../../support/provedCache.ts';

/** Who opens the connections. */
export type Dials = 'the node' | 'the desk';

/** Of the daemon, or of the worker that listens, each in its own network. */
const port = 7700;

export interface NetworkHostOptions {
  /** What lies between the two: a cable of so many megabits a second, else as fast as the machine, or a long way. */
  readonly between: { readonly megabits?: number } | LongWayOptions;
  readonly dials?: Dials | undefined;
  /** Of the daemon, as `config.jsonc` has them. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Of the worker, as its environment has them. */
  readonly worker?: Readonly<Record<string, string>>;
}

/**
 * A desk and a node, each in a network namespace of its own, and nothing shared but what lies between them: the node does not
 * see the desk's folder at all. The desk's daemon can be held at each step of a job's life.
 */
export class NetworkHost extends TwoMachines {
  readonly #desk: Namespace;
  readonly #node: Namespace;
  readonly #between: Cable | LongWay;
  readonly #dials: Dials;
  #daemon: HeldProcess | undefined;

  private constructor(
    sandboxes: { desk: Sandbox; node: Sandbox },
    namespaces: { desk: Namespace; node: Namespace },
    between: Cable | LongWay,
    dials: Dials,
  ) {
    super(sandboxes.desk, sandboxes.node);
    this.#desk = namespaces.desk;
    this.#node = namespaces.node;
    this.#between = between;
    this.#dials = dials;
  }

  /** Of the long way, or of any. */
  static problem(long: boolean): Promise<string | undefined> {
    return long ? LongWay.problem() : Namespace.problem();
  }

  /** Both run, and know each other. */
  static async open(options: NetworkHostOptions): Promise<NetworkHost> {
    const { between, settings, worker, dials = 'the node' } = options;
    const namespaces = { desk: await Namespace.make(), node: await Namespace.make() };
    const laid =
      'loss' in between
        ? await LongWay.lay(namespaces.desk, namespaces.node, between)
        : await Cable.lay(namespaces.desk, namespaces.node, between.megabits);
    const desk = await Sandbox.create({}, namespaces.desk.launcher);
    // What is mounted there is seen there alone.
    const hide = ['sh', '-c', 'mount -t tmpfs -o ro dffmpeg "$0" && exec "$@"', desk.folder];
    const node = await Sandbox.create({ ...worker }, [...namespaces.node.launcher, ...hide]);
    await giveNodeProofs(node.stateDir);
    const host = new NetworkHost({ desk, node }, namespaces, laid, dials);
    try {
      const config = {
        ...{ idleMinutes: 0, slots: { cpu: 0 } },
        ...(dials === 'the node' && { listen: `0.0.0.0:${port}`, advertise: `${laid.near}:${port}` }),
        ...settings,
      };
      await writeFile(path.join(desk.stateDir, 'config.jsonc'), JSON.stringify(config));
      await host.serve();
      await host.join();
      return host;
    } catch (error) {
      await host.close();
      throw error;
    }
  }

  override async join(flags: readonly string[] = []): Promise<void> {
    if (this.#dials === 'the node') return super.join(flags);
    return this.listen(
      ['--listen', `0.0.0.0:${port}`, ...flags],
      () => `wss://${this.#between.far}:${port}/channel`,
    );
  }

  /** The cable between them, where there is one. */
  get cable(): Cable {
    if (this.#between instanceof Cable) return this.#between;
    throw new Error('There is no cable between them.');
  }

  get daemon(): HeldProcess {
    if (!this.#daemon) throw new Error('The daemon has not been started.');
    return this.#daemon;
  }

  /** The daemon of the desk, anew where it ran before. */
  async serve(): Promise<void> {
    this.#daemon = await HeldProcess.start(this.desk.stateDir, {}, this.#desk.launcher);
  }

  /** Ends by id all that runs in it, and takes it away. */
  async close(): Promise<void> {
    await this.#daemon?.kill();
    if (this.#between instanceof LongWay) await this.#between.close();
    await this.#node.close();
    await this.#desk.close();
    await this.remove();
  }
}
