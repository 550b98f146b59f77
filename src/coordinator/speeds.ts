import type { Work } from '../encoding/workEstimate.ts';
import { guessSpeed } from './speedGuess.ts';

/** What one worker was seen to do, of one kind of work. */
export interface LearntSpeed {
  readonly workerId: string;
  /** Of `Work`; `fetch`: bytes of files that come to it. */
  readonly key: string;
  /** Attempts that it was learnt from. */
  readonly count: number;
  /** Natural logarithm of the amount a second: speeds vary by factors, not by differences. */
  readonly logMean: number;
}

export interface Prediction {
  readonly seconds: number;
  /** All of it was learnt from attempts of this worker; else some of it is a guess. */
  readonly learnt: boolean;
}

interface Machine {
  readonly id: string;
  readonly cores: number;
}

/** What an attempt takes beside its work: planning, starting ffmpeg, reading the result back. Seconds. */
const overhead = 1;
/** Of the newest attempt in the mean, once there are many: the last ten or so count. */
const leastWeight = 0.1;
/** An attempt of so many seconds says half as much of the speed as a long one. */
const shortSeconds = 3;
/** Files that come to a machine say how fast that is from so many bytes on: less is over before it has begun. */
const leastFetched = 4 * 1024 * 1024;
const leastFetchSeconds = 0.01;
/** No kind of work is called so. */
const fetchKey = 'fetch';
/** Beyond this factor an attempt is an exception, and counts only as far. */
const outlier = Math.log(4);
/** What was to be expected counts as this part of an attempt. */
const priorWeight = 0.2;

/**
 * How fast each worker is: an exponentially weighted mean of logarithms for each kind of work, drawn towards what the
 * worker's other works and the guess make likely as long as little is known.
 */
export class Speeds {
  readonly #learnt = new Map<string, Map<string, LearntSpeed>>();
  /** Worked out of these, until more is learnt: machine → key → amount a second. */
  readonly #known = new Map<string, { readonly cores: number; readonly speeds: Map<string, number> }>();

  constructor(known: readonly LearntSpeed[] = []) {
    for (const each of known) this.#set(each);
  }

  /** How long these works will take on this machine, one after the other. */
  predict(machine: Machine, works: readonly Work[]): Prediction {
    let seconds = overhead;
    let learnt = true;
    for (const { key, amount } of works) {
      seconds += amount / this.#speed(machine, key);
      learnt &&= this.#learnt.get(machine.id)?.has(key) ?? false;
    }
    return { seconds, learnt };
  }

  /** Seconds until so many bytes have come to a machine; `guess`: bytes a second, until it is known. */
  fetchSeconds({ id }: Pick<Machine, 'id'>, bytes: number, guess: number): number {
    const known = this.#learnt.get(id)?.get(fetchKey);
    return bytes / (known ? Math.exp(known.logMean) : guess);
  }

  /** So many bytes came to it in so many seconds. Returns what is to be kept. */
  learnFetch({ id }: Pick<Machine, 'id'>, bytes: number, seconds: number): LearntSpeed[] {
    if (bytes < leastFetched) return [];
    const took = Math.max(seconds, leastFetchSeconds);
    const learnt = this.#mixed(id, fetchKey, Math.log(bytes / took), took / (took + shortSeconds));
    this.#set(learnt);
    return [learnt];
  }

  /** These works took so many seconds. Returns what is to be kept. */
  learn(machine: Machine, works: readonly Work[], seconds: number): LearntSpeed[] {
    const expected = this.predict(machine, works).seconds - overhead;
    const took = Math.max(seconds - overhead, seconds / 4);
    if (!(expected > 0 && took > 0)) return [];
    // Nothing tells them apart: all were as much faster or slower than thought.
    const gain = Math.log(expected / took);
    const changed = [...new Set(works.map(({ key }) => key))].map((key) => {
      const seen = Math.log(this.#speed(machine, key)) + gain;
      return this.#mixed(machine.id, key, seen, took / (took + shortSeconds));
    });
    for (const each of changed) this.#set(each);
    return changed;
  }

  #mixed(workerId: string, key: string, seen: number, trust: number): LearntSpeed {
    const known = this.#learnt.get(workerId)?.get(key);
    if (!known) return { workerId, key, count: 1, logMean: seen };
    const weight = Math.max(1 / (known.count + 1), leastWeight) * trust;
    const off = Math.max(-outlier, Math.min(outlier, seen - known.logMean));
    return { workerId, key, count: known.count + 1, logMean: known.logMean + weight * off };
  }

  /** Amount a second. */
  #speed(machine: Machine, key: string): number {
    let known = this.#known.get(machine.id);
    if (known?.cores !== machine.cores) {
      known = { cores: machine.cores, speeds: new Map<string, number>() };
      this.#known.set(machine.id, known);
    }
    const speed = known.speeds.get(key) ?? this.#workOut(machine, key);
    known.speeds.set(key, speed);
    return speed;
  }

  #workOut(machine: Machine, key: string): number {
    const known = this.#learnt.get(machine.id)?.get(key);
    const prior = Math.log(guessSpeed(key, machine)) + this.#bias(machine);
    if (!known) return Math.exp(prior);
    return Math.exp((known.count * known.logMean + priorWeight * prior) / (known.count + priorWeight));
  }

  /** By how much this machine is faster than the guess says, over all that was learnt of it; a logarithm. */
  #bias(machine: Machine): number {
    const learnt = [...(this.#learnt.get(machine.id)?.values() ?? [])].filter(({ key }) => key !== fetchKey);
    const sum = learnt.reduce(
      (total, { key, logMean }) => total + logMean - Math.log(guessSpeed(key, machine)),
      0,
    );
    return sum / (learnt.length + 0.5);
  }

  #set(speed: LearntSpeed): void {
    const ofWorker = this.#learnt.get(speed.workerId) ?? new Map<string, LearntSpeed>();
    ofWorker.set(speed.key, speed);
    this.#learnt.set(speed.workerId, ofWorker);
    this.#known.delete(speed.workerId);
  }
}
