import { RelayedMachines, type Place } from './relayedMachines.ts';
import type { Figure } from './report.ts';

const slowBytesASecond = 4_000_000;

/** Whole encodes over a slow cable, with `staging` stream and whole, and where the file is. */
export async function slowEncodes(source: string, { pairs }: { readonly pairs: number }): Promise<Figure[]> {
  const [streaming, whole] = [
    await RelayedMachines.open('stream', 40, slowBytesASecond),
    await RelayedMachines.open('whole', 40, slowBytesASecond),
  ];
  try {
    for (const each of [streaming, whole]) await each.warm(source);
    const taken: Record<Place, number[]> = { stream: [], whole: [], local: [] };
    for (let pair = 0; pair < pairs; pair += 1) {
      taken.stream.push(await streaming.whole('stream', source));
      taken.whole.push(await whole.whole('whole', source));
      taken.local.push(await streaming.whole('local', source));
      console.log(
        Object.entries(taken)
          .map(([name, all]) => `${name} ${all.at(-1)?.toFixed(2)} s`)
          .join(', '),
      );
    }
    const ratio = (of: Place, to: Place): number[] =>
      taken[of].map((value, pair) => value / (taken[to][pair] ?? 1));
    return [
      { name: 'slow cable, stream', unit: 's', values: taken.stream },
      { name: 'slow cable, whole', unit: 's', values: taken.whole },
      { name: 'slow cable: where the file is', unit: 's', values: taken.local },
      { name: 'slow cable: stream of whole', unit: '×', values: ratio('stream', 'whole') },
      { name: 'slow cable: stream of where the file is', unit: '×', values: ratio('stream', 'local') },
    ];
  } finally {
    await streaming.close();
    await whole.close();
  }
}
