import uPlot from 'uplot';
import type { LoadSeries } from '../protocol/statusPageContract.ts';
import { element } from './dom.ts';
import { chartSeconds, loadColumns } from './loadData.ts';
import { onThemeChange, themeColor } from './theme.ts';

/** CSS pixels; the style sheet keeps the same height free, so that nothing jumps. */
const chartHeight = 112;
const axisFont = '10px var(--vscode-font-family)';

/** Processor and memory of one worker over the last minutes, in percent. */
export class LoadChart {
  readonly element = element('div', { class: 'load-chart', role: 'img' });
  readonly #plot: uPlot;
  readonly #resize: ResizeObserver;
  readonly #stopTheme: () => void;
  #drawn: LoadSeries | undefined;

  constructor() {
    this.#plot = new uPlot(options(), [[], [], []], this.element);
    this.#resize = new ResizeObserver(() => this.#fit());
    this.#resize.observe(this.element);
    this.#stopTheme = onThemeChange(() => this.#plot.redraw(false, true));
  }

  /** Draws only what it has not drawn yet. */
  update(series: LoadSeries | undefined): void {
    if (!series || series === this.#drawn) return;
    this.#drawn = series;
    this.#plot.setData(loadColumns(series));
  }

  dispose(): void {
    this.#stopTheme();
    this.#resize.disconnect();
    this.#plot.destroy();
  }

  #fit(): void {
    const width = Math.floor(this.element.clientWidth);
    if (width > 0 && width !== this.#plot.width) this.#plot.setSize({ width, height: chartHeight });
  }
}

function options(): uPlot.Options {
  const axis = {
    stroke: () => themeColor('--muted'),
    grid: { stroke: () => themeColor('--grid'), width: 1 },
    ticks: { show: false },
    font: axisFont.replace('var(--vscode-font-family)', themeColor('--vscode-font-family')),
  };
  return {
    width: 300,
    height: chartHeight,
    padding: [6, 14, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false, range: [-chartSeconds, 0] }, y: { range: [0, 100] } },
    axes: [
      { ...axis, size: 24, gap: 7, splits: () => minuteSplits, values: minuteLabels },
      { ...axis, size: 34, gap: 4, splits: () => [0, 50, 100], values: percentLabels },
    ],
    series: [{}, line('--cpu'), { ...line('--memory'), dash: [4, 3] }],
  };
}

const minuteSplits = [-300, -240, -180, -120, -60, 0];

function minuteLabels(_plot: uPlot, splits: number[]): string[] {
  return splits.map((seconds) => (seconds === 0 ? 'now' : `${seconds / 60} min`.replace('-', '−')));
}

function percentLabels(_plot: uPlot, splits: number[]): string[] {
  return splits.map((value) => `${value} %`);
}

function line(color: string): uPlot.Series {
  return { stroke: () => themeColor(color), width: 1.5, points: { show: false } };
}
