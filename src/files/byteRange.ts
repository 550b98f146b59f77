/** The part of a file that a request asks for; `end` is the first byte after it. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Reads a `Range` header of HTTP. Undefined: the whole file, also where several parts are asked for (RFC 9110, 14.2). */
export function byteRangeOf(
  header: string | undefined,
  bytes: number,
): ByteRange | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/iu.exec(header?.trim() ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const start = Math.max(0, bytes - Number(last));
    return start < bytes ? { start, end: bytes } : 'unsatisfiable';
  }
  const [start, end] = [Number(first), last === '' ? bytes : Math.min(bytes, Number(last) + 1)];
  if (last !== '' && Number(last) < start) return undefined;
  return start < bytes ? { start, end } : 'unsatisfiable';
}
