/**
 * How much sound came out of ffmpeg's decoders, from what it says itself of its first output: the rate of each track as it opens
 * it, and their samples at its end (`-loglevel verbose`, ffmpeg 4 and later).
 */
export class DecodedSound {
  /** Samples per second, by the number of the track in the output. */
  readonly #rates = new Map<number, number>();
  readonly #samples = new Map<number, number>();
  #output: string | undefined;
  #partial = '';

  /** Standard error as it comes, cut anywhere. */
  push(chunk: string): void {
    const lines = (this.#partial + chunk).split('\n');
    this.#partial = lines.pop() ?? '';
    for (const line of lines) this.#read(line);
  }

  /** Seconds of each of its tracks of sound, in their order; undefined where ffmpeg did not say. */
  get seconds(): readonly (number | undefined)[] {
    return [...this.#samples]
      .sort(([one], [other]) => one - other)
      .map(([track, samples]) => {
        const rate = this.#rates.get(track);
        if (samples === 0) return 0;
        return rate === undefined ? undefined : samples / rate;
      });
  }

  #read(line: string): void {
    this.#output = /\bOutput #(\d+), /u.exec(line)?.[1] ?? this.#output;
    const [, opened, rate] = /\bStream #0:(\d+)\b.*?: Audio: .*?, (\d+) Hz/u.exec(line) ?? [];
    if (this.#output === '0' && opened !== undefined) this.#rates.set(Number(opened), Number(rate));
    const [, track, samples] = /\bOutput stream #0:(\d+) \(audio\): .*?\((\d+) samples\)/u.exec(line) ?? [];
    if (track !== undefined) this.#samples.set(Number(track), Number(samples));
  }
}
