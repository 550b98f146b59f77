import { formatBytes, formatPercent } from '../encoding/formatting.ts';
import type { LoadSeries, StatusWorker } from '../protocol/statusPageContract.ts';
import { workerState, workerStateTexts } from '../protocol/workerState.ts';
import { element, setAttribute, setShown, setText } from './dom.ts';
import type { Row } from './keyedList.ts';
import { LoadChart } from './loadChart.ts';

export interface WorkerItem {
  readonly worker: StatusWorker;
  readonly load: LoadSeries | undefined;
  /** Names of the files it encodes now. */
  readonly files: readonly string[];
}

/** One render node: what it is, what it does, and its load over the last minutes. */
export class WorkerCard implements Row<WorkerItem> {
  readonly element: HTMLElement;
  readonly #name = element('h3');
  readonly #slots = element('span', { class: 'slots' });
  readonly #machine = element('p', { class: 'detail' });
  readonly #ffmpeg = element('p', { class: 'detail' });
  readonly #room = element('p', { class: 'detail lines' });
  readonly #cpu = element('span', { class: 'number' });
  readonly #memory = element('span', { class: 'number' });
  readonly #chart = new LoadChart();
  readonly #noLoad = element('p', { class: 'no-load detail' }, 'Measuring the load…');
  readonly #load = element('div');
  readonly #encoders = element('p', { class: 'detail' });
  readonly #encodersTitle = element('summary');

  constructor() {
    this.#load.append(
      element(
        'div',
        { class: 'legend' },
        element('span', { class: 'key cpu', 'aria-hidden': 'true' }),
        element('span', {}, 'Processor'),
        this.#cpu,
        element('span', { class: 'key memory', 'aria-hidden': 'true' }),
        element('span', {}, 'Memory'),
        this.#memory,
      ),
      element('div', { class: 'chart-place' }, this.#chart.element, this.#noLoad),
      this.#room,
    );
    this.element = element(
      'li',
      { class: 'worker' },
      element('div', { class: 'worker-header' }, this.#name, this.#slots),
      this.#machine,
      this.#ffmpeg,
      this.#load,
      element('details', { class: 'encoders' }, this.#encodersTitle, this.#encoders),
    );
  }

  update({ worker, load, files }: WorkerItem): void {
    setText(this.#name, worker.local ? `${worker.name} (this machine)` : worker.name);
    const slots = Object.values(worker.slots).reduce((sum, count) => sum + count, 0);
    const busy = `${Math.min(worker.running.length, slots)} of ${slots} slots busy`;
    const encoding = files.length > 0 ? `Encoding ${files.join(', ')}` : undefined;
    const state = workerState(worker);
    setText(this.#slots, state ? workerStateTexts[state] : busy);
    setAttribute(this.element, 'class', worker.connected ? 'worker' : 'worker away');
    setAttribute(this.#slots, 'title', worker.setAside?.reason.message ?? encoding);
    setText(this.#machine, machineText(worker));
    setText(this.#ffmpeg, [ffmpegText(worker), ...worker.labels].join(' · '));
    setText(this.#encodersTitle, `${worker.encoders.length} encoders proven`);
    setText(this.#encoders, worker.encoders.join(', ') || 'None has been tried yet.');
    this.#showLoad(worker, load);
  }

  dispose(): void {
    this.#chart.dispose();
  }

  #showLoad(worker: StatusWorker, load: LoadSeries | undefined): void {
    const cpu = load?.cpu.at(-1);
    const used = load?.memoryUsed.at(-1);
    setShown(this.#load, worker.connected);
    setShown(this.#noLoad, cpu === undefined);
    setText(this.#cpu, cpu === undefined ? '–' : formatPercent(cpu));
    setText(this.#memory, memoryText(used, load?.memoryTotal));
    const room = roomText(load);
    setShown(this.#room, room !== '');
    setText(this.#room, room);
    const spoken =
      cpu === undefined
        ? 'not measured yet'
        : `processor ${formatPercent(cpu)}, memory ${memoryText(used, load?.memoryTotal)}`;
    setAttribute(
      this.#chart.element,
      'aria-label',
      `Load of ${worker.name} over the last 5 minutes; now ${spoken}`,
    );
    this.#chart.update(load);
  }
}

function memoryText(used: number | undefined, total: number | undefined): string {
  return used === undefined || !total ? '–' : `${formatBytes(used)} of ${formatBytes(total)}`;
}

/** What else there is of the machine: empty where nothing is known. */
function roomText({ disk, cards = [] }: Partial<Pick<LoadSeries, 'disk' | 'cards'>> = {}): string {
  const free = disk && `Disk: ${formatBytes(disk.free)} of ${formatBytes(disk.total)} free`;
  const each = cards.map(({ name, busy, memoryUsed, memoryTotal }) =>
    [name, busy === undefined ? undefined : formatPercent(busy), cardMemory(memoryUsed, memoryTotal)]
      .filter(Boolean)
      .join(' '),
  );
  return [free, ...each].filter(Boolean).join('\n');
}

function cardMemory(used: number | undefined, total: number | undefined): string | undefined {
  return used === undefined || total === undefined ? undefined : `(${memoryText(used, total)})`;
}

function machineText(worker: StatusWorker): string {
  const cores = worker.cores === 1 ? '1 core' : `${worker.cores} cores`;
  if (worker.members !== undefined) return `fleet of ${worker.members} · ${cores}`;
  return [worker.cpuModel, cores, `${worker.platform} ${worker.arch}`].filter(Boolean).join(' · ');
}

function ffmpegText({ ffmpeg }: StatusWorker): string {
  switch (ffmpeg.state) {
    case 'ready':
      return `ffmpeg ${ffmpeg.version}`;
    case 'checking':
      return 'Looking for ffmpeg…';
    case 'missing':
      return 'No usable ffmpeg';
  }
}
