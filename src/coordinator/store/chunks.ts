/** Databases limit the number of parameters of one statement. */
const parametersAtOnce = 500;

export function chunks<T>(items: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < items.length; start += parametersAtOnce)
    parts.push(items.slice(start, start + parametersAtOnce));
  return parts;
}
