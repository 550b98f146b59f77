/** Which speakers a track of sound is for, and how it gets into a layout that an encoder takes. */

/** ffmpeg's layouts, each channel in its order. */
const channelsOf: Readonly<Record<string, string>> = {
  mono: 'FC',
  stereo: 'FL FR',
  downmix: 'DL DR',
  '2.1': 'FL FR LFE',
  '3.0': 'FL FR FC',
  '3.0(back)': 'FL FR BC',
  '4.0': 'FL FR FC BC',
  quad: 'FL FR BL BR',
  'quad(side)': 'FL FR SL SR',
  '3.1': 'FL FR FC LFE',
  '5.0': 'FL FR FC BL BR',
  '5.0(side)': 'FL FR FC SL SR',
  '4.1': 'FL FR FC LFE BC',
  '5.1': 'FL FR FC LFE BL BR',
  '5.1(side)': 'FL FR FC LFE SL SR',
  '6.0': 'FL FR FC BC SL SR',
  '6.0(front)': 'FL FR FLC FRC SL SR',
  hexagonal: 'FL FR FC BL BR BC',
  '6.1': 'FL FR FC LFE BC SL SR',
  '6.1(back)': 'FL FR FC LFE BL BR BC',
  '6.1(front)': 'FL FR LFE FLC FRC SL SR',
  '7.0': 'FL FR FC BL BR SL SR',
  '7.0(front)': 'FL FR FC FLC FRC SL SR',
  '7.1': 'FL FR FC LFE BL BR SL SR',
  '7.1(wide)': 'FL FR FC LFE BL BR FLC FRC',
  '7.1(wide-side)': 'FL FR FC LFE FLC FRC SL SR',
  octagonal: 'FL FR FC BL BR BC SL SR',
};

export const layoutNames: readonly string[] = Object.keys(channelsOf);

/** What files without a layout mean by so many channels: the order of WAV. */
const usual: Readonly<Record<number, string>> = {
  ...{ 1: 'mono', 2: 'stereo', 3: '3.0', 4: 'quad', 5: '5.0', 6: '5.1', 7: '6.1', 8: '7.1' },
};

/** The same place in the room under another name; one of the two stands for the other where it is missing. */
const alike: Readonly<Record<string, string>> = {
  ...{ SL: 'BL', SR: 'BR', BL: 'SL', BR: 'SR', DL: 'FL', DR: 'FR' },
};

const order = ['FL', 'FR', 'FC', 'LFE', 'BL', 'BR', 'FLC', 'FRC', 'BC', 'SL', 'SR'];

export interface LayoutFit {
  /** Of the result; missing: as the source's, whatever that is. */
  readonly layout?: string;
  readonly channels: number;
  /** What gets it there; empty: nothing is to be done. */
  readonly filter: string;
  /**
   * `kept`: every channel arrives as it is; `widened`: so it does, and further, silent ones are beside it; `mixed`:
   * some share a channel; `assumed`: the source names no layout; `cut`: only the first channels are taken, since
   * nobody knows what so many of them are.
   */
  readonly change: 'kept' | 'widened' | 'mixed' | 'assumed' | 'cut';
  /** What a source without a layout is taken for. */
  readonly assumed?: string;
}

/**
 * `accepted`: the layouts that the encoder takes, none: any. `limit`: channels at most. Channels are moved, not
 * mixed, wherever an accepted layout has a place for each; ffmpeg itself would mix or refuse.
 */
export function fitLayout(
  source: { readonly channels: number; readonly layout?: string | undefined },
  accepted: readonly string[],
  limit: number,
): LayoutFit {
  const { channels } = source;
  const layout = agreeing(source);
  if (accepted.length === 0 && channels <= limit)
    return { channels, filter: '', change: 'kept', ...(layout === undefined ? {} : { layout }) };
  const candidates = (accepted.length === 0 ? Object.values(usual) : accepted)
    .filter((name) => channelList(name).length <= limit)
    .toSorted((a, b) => channelList(a).length - channelList(b).length);
  if (layout !== undefined && candidates.includes(layout))
    return { layout, channels, filter: '', change: 'kept' };

  // A left speaker by itself is a track of its own, as cameras and studios keep them.
  if (channels === 1) return { ...firstOf('mono'), change: 'kept' };
  const known = speakers(layout, channels);
  if (known) return fitKnown(known, candidates, '');
  // The first of ambisonic channels is all directions together.
  if (layout?.startsWith('ambisonic') === true) return firstOf('mono');
  const assumed = usual[channels];
  if (assumed === undefined) return firstOf(limit === 1 ? 'mono' : 'stereo');
  const named = channelList(assumed);
  if (candidates.includes(assumed))
    return {
      layout: assumed,
      channels,
      filter: move(assumed, named),
      change: channels === 2 ? 'kept' : 'assumed',
      assumed,
    };
  const fit = fitKnown(named, candidates, `${move(assumed, named)},`);
  return fit.change === 'widened' ? { ...fit, change: 'assumed', assumed } : fit;
}

/** `before`: what gives the channels their names, where they have none. */
function fitKnown(known: readonly string[], candidates: readonly string[], before: string): LayoutFit {
  for (const layout of candidates) {
    const moved = place(known, channelList(layout));
    if (!moved) continue;
    const channels = channelList(layout).length;
    if (channels === known.length)
      return { layout, channels, filter: `${before}${move(layout, moved)}`, change: 'kept' };
    const renamed = moved.join() === known.join() ? before : `${before}${move(listOf(moved), moved)},`;
    // From names to more names: what is there stays, the rest is silence.
    return { layout, channels, filter: `${renamed}aformat=channel_layouts=${layout}`, change: 'widened' };
  }
  const layout = nearest(known, candidates);
  const filter = `${before}aformat=channel_layouts=${layout}`;
  return { layout, channels: channelList(layout).length, filter, change: 'mixed' };
}

/** Where each channel goes among `places`; missing: one has no place of its own. */
function place(channels: readonly string[], places: readonly string[]): string[] | undefined {
  const moved = channels.map((channel) => placeOf(channel, channels, places));
  return moved.every((name) => name !== undefined) ? moved : undefined;
}

function placeOf(
  channel: string,
  channels: readonly string[],
  places: readonly string[],
): string | undefined {
  if (places.includes(channel)) return channel;
  const other = alike[channel];
  return other !== undefined && places.includes(other) && !channels.includes(other) ? other : undefined;
}

/** The layout in which ffmpeg's mixing loses least; of equals the one with the fewest channels. */
function nearest(known: readonly string[], candidates: readonly string[]): string {
  const worth = (layout: string): number => {
    const places = channelList(layout);
    return known.reduce((sum, channel) => sum + worthOf(channel, known, places), 0);
  };
  let best = candidates[0] ?? 'mono';
  for (const layout of candidates) if (worth(layout) > worth(best) + 1e-9) best = layout;
  return best;
}

/** How much of a channel is heard where it should be: from 1, in its own place, down to what is hardly heard. */
function worthOf(channel: string, known: readonly string[], places: readonly string[]): number {
  if (placeOf(channel, known, places) !== undefined) return 1;
  const surround = places.some((name) => ['BL', 'SL', 'BC'].includes(name));
  if (channel === 'BC' && surround) return 0.9;
  if (['BL', 'BR', 'SL', 'SR'].includes(channel)) return surround ? 0.6 : 0.2;
  return ['FLC', 'FRC', 'FC'].includes(channel) ? 0.5 : 0.1;
}

/**
 * Channel `i` of the source goes to `moved[i]`. By number, since the source's may have no names; and not by `pan`,
 * which since ffmpeg 5 mixes by name what it has moved.
 */
function move(layout: string, moved: readonly string[]): string {
  return `channelmap=${moved.map((name, from) => `${from}-${name}`).join('|')}:${layout}`;
}

/** A layout of just these channels. ffmpeg mixes only those that come in its own order. */
function listOf(channels: readonly string[]): string {
  return channels.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)).join('+');
}

/** A name that stands for another number of channels says nothing. */
function agreeing({
  channels,
  layout,
}: {
  readonly channels: number;
  readonly layout?: string | undefined;
}): string | undefined {
  const named = channelList(layout ?? '').length;
  return named === 0 || named === channels ? layout : undefined;
}

function firstOf(layout: 'mono' | 'stereo'): LayoutFit {
  const places = channelList(layout);
  return { layout, channels: places.length, filter: move(layout, places), change: 'cut' };
}

/** Of a name of ffmpeg's, or of a list such as `3 channels (FL+FR+LFE)`; missing: nobody says. */
function speakers(layout: string | undefined, channels: number): string[] | undefined {
  if (layout === undefined) return undefined;
  const list = channelList(layout);
  if (list.length > 0) return list;
  const named = /\(?([A-Z0-9]+(?:\+[A-Z0-9]+)+)\)?$/u.exec(layout)?.[1]?.split('+');
  return named?.length === channels && mixable(named) ? named : undefined;
}

/** ffmpeg mixes only what has a front, and pairs that are whole. */
function mixable(channels: readonly string[]): boolean {
  const pairs = ['FL FR', 'SL SR', 'BL BR', 'FLC FRC'].map((pair) => pair.split(' '));
  return (
    channels.some((name) => ['FL', 'FC', 'FLC'].includes(name)) &&
    pairs.every(([left = '', right = '']) => channels.includes(left) === channels.includes(right))
  );
}

/** Whether a layout has a channel for low tones alone. */
export function hasLfe(layout: string): boolean {
  return channelList(layout).includes('LFE');
}

/** How many channels a layout has that ffmpeg names; undefined where its name does not say. */
export function channelsIn(layout: string): number | undefined {
  const named = channelList(layout).length;
  if (named > 0) return named;
  const counted = /^(\d+) channels/u.exec(layout)?.[1];
  return counted === undefined ? undefined : Number(counted);
}

function channelList(layout: string): string[] {
  return Object.hasOwn(channelsOf, layout) ? (channelsOf[layout]?.split(' ') ?? []) : [];
}
