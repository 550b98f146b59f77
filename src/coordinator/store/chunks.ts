/** Databases limit the number of parameters of one statement. */
const parametersAtOnce = 500;

export function chunks<T>(items: readonly T[], size = parametersAtOnce): T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < items.length; start += size) parts.push(items.slice(start, start + size));
  return parts;
}
