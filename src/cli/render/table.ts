import { visibleWidth } from './visibleWidth.ts';
import { hanging } from './wrap.ts';

/** Left-aligned columns, two spaces apart, as wide as their widest cell; `right` names columns of numbers. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, visibleWidth(cell))));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const padding = ' '.repeat((widths[column] ?? 0) - visibleWidth(cell));
        return right.includes(column) ? padding + cell : cell + padding;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** Of a row that is wider than the terminal, what its last cell says stands below it. */
export function fitted(rows: readonly (readonly string[])[], width: number | undefined): string[] {
  const heads = table(rows.map((row) => row.slice(0, -1)));
  return table(rows).flatMap((line, index) => {
    const last = rows[index]?.at(-1) ?? '';
    if (width === undefined || visibleWidth(line) <= width || visibleWidth(last) === 0) return [line];
    return [heads[index] ?? '', ...hanging('  ', last, width)];
  });
}
