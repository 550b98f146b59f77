import { watch } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** An ffmpeg that notes when the first frame of an encode has left its encoder. */
export class FirstFrames {
  /** What a worker takes for ffmpeg; ffprobe is beside it. */
  readonly ffmpeg: string;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = path.join(folder, 'noted');
    this.ffmpeg = path.join(folder, 'ffmpeg');
  }

  static async make(folder: string): Promise<FirstFrames> {
    const made = new FirstFrames(folder);
    await mkdir(made.#folder, { recursive: true });
    const script = path.join(folder, 'noting.mjs');
    await writeFile(script, noting(made.#folder));
    const start = (name: string, line: string): Promise<void> =>
      writeFile(path.join(folder, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
    await start(
      'ffmpeg',
      `PATH=\${PATH#${folder}:}\ncase "$*" in *-c:v:0*result.*) exec ${process.execPath} ${script} "$@";; esac\nexec ffmpeg "$@"`,
    );
    await start('ffprobe', `PATH=\${PATH#${folder}:} exec ffprobe "$@"`);
    return made;
  }

  /** Resolves when the next one has, with when that was (as `Date.now`); `then` is called at once. */
  async next(then: () => void = () => undefined): Promise<number> {
    const seen = new AbortController();
    return new Promise((resolve, reject) => {
      watch(this.#folder, { signal: seen.signal }, (_, name) => {
        if (name === null || !name.endsWith('.json')) return;
        then();
        seen.abort();
        readFile(path.join(this.#folder, name), 'utf8').then((text) => {
          resolve(Number(text));
        }, reject);
      });
    });
  }
}

/** Progress comes often; what it says is passed on as it is. */
function noting(folder: string): string {
  return `import { spawn } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
const argv = process.argv.slice(2);
argv[argv.indexOf('-stats_period') + 1] = '0.02';
const child = spawn('ffmpeg', argv, { stdio: ['inherit', 'pipe', 'inherit'] });
let told = argv.includes('null');
child.stdout.on('data', (chunk) => {
  process.stdout.write(chunk);
  if (told || !/^frame=\\s*[1-9]/m.test(chunk)) return;
  told = true;
  const file = ${JSON.stringify(folder)} + '/' + process.pid;
  writeFileSync(file, String(Date.now()));
  renameSync(file, file + '.json');
});
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => child.kill(signal));
child.on('close', (code, signal) => process.exitCode = code ?? (signal ? 255 : 0));
`;
}
