import { setAttribute } from './dom.ts';

const svg = 'http://www.w3.org/2000/svg';
/** Values kept: at one a second, the last minute. */
const kept = 60;
/** Milliseconds between two values. */
const interval = 1000;
const width = 120;
const height = 24;

/** A small line of the last values, without axes: decoration of a number that stands beside it in text. */
export class Sparkline {
  readonly element = document.createElementNS(svg, 'svg');
  readonly #line = document.createElementNS(svg, 'polyline');
  readonly #values: number[] = [];
  #lastAt = -Infinity;

  constructor() {
    setAttribute(this.element, 'class', 'sparkline');
    setAttribute(this.element, 'viewBox', `0 0 ${width} ${height}`);
    setAttribute(this.element, 'preserveAspectRatio', 'none');
    setAttribute(this.element, 'aria-hidden', 'true');
    setAttribute(this.#line, 'vector-effect', 'non-scaling-stroke');
    this.element.append(this.#line);
  }

  /** `now` in milliseconds; values closer together than a second are left out. */
  add(value: number | undefined, now: number): void {
    if (value === undefined || now - this.#lastAt < interval) return;
    this.#lastAt = now;
    this.#values.push(value);
    if (this.#values.length > kept) this.#values.shift();
    setAttribute(this.#line, 'points', sparklinePoints(this.#values));
  }
}

/** The newest value at the right edge, zero at the bottom, the largest at the top. */
export function sparklinePoints(values: readonly number[]): string {
  const top = Math.max(...values, Number.MIN_VALUE);
  const step = width / (kept - 1);
  const left = width - (values.length - 1) * step;
  return values
    .map(
      (value, index) => `${round(left + index * step)},${round(height - 1 - (value / top) * (height - 2))}`,
    )
    .join(' ');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
