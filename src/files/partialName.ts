/** Endings that browsers, download managers and copying tools give to what is not complete yet. */
const partialEndings = [
  '.part', '.partial', '.crdownload', '.download', '.opdownload', '.tmp', '.temp', '.filepart', '.aria2', '.!ut', '.!qb', '.bc!', '~',
]; // prettier-ignore

/** A name that is hidden, temporary, or of a file that is still being written. */
export function isPartialName(name: string): boolean {
  const lower = name.toLowerCase();
  return lower.startsWith('.') || lower.startsWith('~$') || partialEndings.some((end) => lower.endsWith(end));
}

/** Names beside a file that say that it is not complete: `clip.mp4.part` of `clip.mp4`. */
export function partialCompanions(file: string): string[] {
  return ['.part', '.aria2', '.crdownload', '.filepart'].map((end) => `${file}${end}`);
}
