/** What ffmpeg lists of itself: the arguments, and the names in what it prints. Columns differ from version to version. */

const listing = (name: string): readonly string[] => ['-hide_banner', '-nostdin', `-${name}`];

export const versionArguments: readonly string[] = ['-version'];

export const listingArguments = {
  demuxers: listing('demuxers'),
  muxers: listing('muxers'),
  decoders: listing('decoders'),
  filters: listing('filters'),
} as const;

/** The version from the first line of `ffmpeg -version` (`7.0.2`, `n6.1`, `N-109421-g…`), if it is ffmpeg's. */
export function parseVersion(text: string): string | undefined {
  return /^ff(?:mpeg|probe) version (\S+)/mu.exec(text)?.[1];
}

/** A demuxer with several names (`mov,mp4,m4a`) yields each. */
export function parseDemuxers(text: string): string[] {
  return names(text, /^ D[ E]?[ d]? +([\w,-]+)(?: |$)/u);
}

export function parseMuxers(text: string): string[] {
  return names(text, /^ [ D]E[ d]? +([\w,-]+)(?: |$)/u);
}

export function parseDecoders(text: string): string[] {
  return names(text, /^ [VAS][F.][S.][X.][B.][D.] ([\w-]+)(?: |$)/u);
}

export function parseFilters(text: string): string[] {
  return names(text, /^ [T.][S.][C.]? (\w+) +[AVN|]+->[AVN|]+/u);
}

function names(text: string, line: RegExp): string[] {
  const found = new Set<string>();
  for (const each of text.split(/\r?\n/u))
    for (const name of line.exec(each)?.[1]?.split(',') ?? []) found.add(name);
  return [...found];
}
