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

export interface LayoutFit {
  /** Of the result; missing: as the source's, whatever that is. */
  readonly layout?: string;
  readonly channels: number;
  /** What gets it there; empty: nothing is to be done. */
  readonly filter: string;
  /**
   * `kept`: every channel arrives as it is; `widened`: so it does, and further, silent ones are beside it; `mixed`:
   * fewer channels; `assumed`: the source names no layout; `cut`: only the first channels are taken, since nobody
   * knows what so many of them are.
   */
  readonly change: 'kept' | 'widened' | 'mixed' | 'assumed' | 'cut';
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
  const { channels, layout } = source;
  if (accepted.length === 0 && channels <= limit)
    return { channels, filter: '', change: 'kept', ...(layout === undefined ? {} : { layout }) };
  const candidates = (accepted.length === 0 ? Object.values(usual) : accepted)
    .filter((name) => channelList(name).length <= limit)
    .toSorted((a, b) => channelList(a).length - channelList(b).length);
  if (layout !== undefined && candidates.includes(layout))
    return { layout, channels, filter: '', change: 'kept' };

  const known = speakers(layout, channels);
  if (known) return fitKnown(known, candidates, '');
  if (isAmbisonic(layout)) return cut(['FC'], 'mono');
  const assumed = usual[channels];
  if (assumed === undefined) return limit === 1 ? cut(['FC'], 'mono') : cut(['FL', 'FR'], 'stereo');
  const named = channelList(assumed);
  const fit = fitKnown(named, candidates, `${pan(assumed, named, named)},`);
  return channels <= 2 || fit.change === 'mixed' ? fit : { ...fit, change: 'assumed' };
}

/** `before`: the filter that gives the channels their names, where they have none. */
function fitKnown(known: readonly string[], candidates: readonly string[], before: string): LayoutFit {
  for (const layout of candidates) {
    const places = channelList(layout);
    const moved = place(known, places);
    if (!moved) continue;
    const channels = places.length;
    return {
      layout,
      channels,
      filter: pan(layout, places, moved),
      change: channels > known.length ? 'widened' : 'kept',
    };
  }
  const layout = candidates.findLast((name) => place(channelList(name), known)) ?? candidates[0] ?? 'mono';
  return {
    layout,
    channels: channelList(layout).length,
    filter: `${before}aformat=channel_layouts=${layout}`,
    change: 'mixed',
  };
}

/** Where each channel goes among `places`; missing: one has no place of its own. */
function place(channels: readonly string[], places: readonly string[]): string[] | undefined {
  const moved: string[] = [];
  for (const channel of channels) {
    const other = alike[channel];
    if (places.includes(channel)) moved.push(channel);
    else if (other !== undefined && places.includes(other) && !channels.includes(other)) moved.push(other);
    else return undefined;
  }
  return moved;
}

/** Channel `i` of the source goes to `moved[i]`; the other places are silent. By number, since names may be missing. */
function pan(layout: string, places: readonly string[], moved: readonly string[]): string {
  const gains = places.flatMap((name) => {
    const from = moved.indexOf(name);
    return from < 0 ? [] : [`${name}=c${from}`];
  });
  return `pan=${[layout, ...gains].join('|')}`;
}

function cut(places: readonly string[], layout: string): LayoutFit {
  return { layout, channels: places.length, filter: pan(layout, places, places), change: 'cut' };
}

/** Of a name of ffmpeg's, or of a list such as `3 channels (FL+FR+LFE)`; missing: nobody says. */
function speakers(layout: string | undefined, channels: number): string[] | undefined {
  if (layout === undefined) return undefined;
  const list = channelList(layout);
  if (list.length > 0) return list;
  const named = /\(?([A-Z0-9]+(?:\+[A-Z0-9]+)+)\)?$/u.exec(layout)?.[1]?.split('+');
  return named?.length === channels ? named : undefined;
}

/** Four channels of it are no room of four speakers; the first is all directions together. */
function isAmbisonic(layout: string | undefined): boolean {
  return layout?.startsWith('ambisonic') ?? false;
}

function channelList(layout: string): string[] {
  return Object.hasOwn(channelsOf, layout) ? (channelsOf[layout]?.split(' ') ?? []) : [];
}
