import { link, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DffmpegError } from '../../../src/protocol/errors.ts';
import { jobsOutputSchema } from '../../../src/cli/jsonOutput.ts';
import { jobOutputSchema, type JobOutput } from '../../../src/protocol/jobOutput.ts';
import { Sandbox } from '../../integration/cli/harness.ts';
import { NetworkHost } from '../../integration/network/support/networkHost.ts';
import { runTimed } from './commands.ts';

/** A desk and a node in networks of their own with a cable between them, and the bare ffmpeg beside. */
export class CabledMachines {
  readonly #host: NetworkHost;
  readonly #local: Sandbox;
  #names = 0;

  private constructor(host: NetworkHost, local: Sandbox) {
    this.#host = host;
    this.#local = local;
  }

  /** Why there can be none here. */
  static problem(): Promise<string | undefined> {
    return NetworkHost.problem(false);
  }

  /** `megabits` a second; without them as fast as the machine. */
  static async open(megabits?: number): Promise<CabledMachines> {
    const between = megabits === undefined ? {} : { megabits };
    return new CabledMachines(await NetworkHost.open({ between }), await Sandbox.create());
  }

  /** The command that DFFmpeg runs for a source that lies here: without the binary, its result last. */
  async commandFor(source: string, preset: string): Promise<string[]> {
    const named = await this.#named(this.#local, source);
    const id = (await this.#local.run(['encode', named, '--preset', preset, '--detach'])).stdout.trim();
    const encode = ({ attempts }: JobOutput): string[] | undefined =>
      attempts.find(({ kind, argv }) => kind === 'encode' && argv !== undefined)?.argv;
    for (;;) {
      const job = await this.#local.json(jobOutputSchema, ['job', 'show', id]);
      if (job.state === 'failed') throw new DffmpegError('internal', JSON.stringify(job.reason));
      const argv = encode(job);
      if (!argv) continue;
      await this.#local.run(['job', 'cancel', id]);
      await rm(named);
      const input = argv.indexOf('-i') + 1;
      return argv.slice(1).map((text, at) => (at + 1 === input ? `file:${source}` : text));
    }
  }

  /** Seconds that the very command takes by itself, at the niceness of a node, and the bytes of its result. */
  async alone(command: readonly string[]): Promise<{ seconds: number; bytes: number }> {
    const [last = ''] = command.slice(-1);
    const result = this.#local.file(`alone${path.extname(last)}`);
    const niceness = String(os.constants.priority.PRIORITY_BELOW_NORMAL);
    const argv = ['-n', niceness, 'ffmpeg', ...command.slice(0, -1), `file:${result}`];
    const { elapsed } = await runTimed('nice', argv, process.env);
    const { size: bytes } = await stat(result);
    await rm(result);
    return { seconds: elapsed / 1000, bytes };
  }

  /** Seconds from the command that submits to its end, when the result lies beside the source, and its bytes. */
  async there(source: string, preset: string): Promise<{ seconds: number; bytes: number }> {
    const { desk } = this.#host;
    const named = await this.#named(desk, source);
    const begun = performance.now();
    const { code, stdout, stderr } = await desk.run(['encode', named, '--preset', preset, '--json']);
    const seconds = (performance.now() - begun) / 1000;
    if (code !== 0) throw new DffmpegError('internal', stderr);
    const [job] = jobsOutputSchema.parse(JSON.parse(stdout)).jobs;
    const result = job?.outputs[0]?.path;
    if (result === undefined) throw new DffmpegError('internal', stdout);
    const { size: bytes } = await stat(result);
    await rm(result);
    await rm(named);
    return { seconds, bytes };
  }

  async close(): Promise<void> {
    await this.#host.close();
    await this.#local.remove();
  }

  /** Under another name it is another source: nothing of it is there. In the cache of the system it is, for either. */
  async #named(machine: Sandbox, source: string): Promise<string> {
    const named = machine.file(`source-${(this.#names += 1)}.mp4`);
    await link(source, named);
    return named;
  }
}
