/** Byte ranges as RFC 9110 has them: one range, or the whole. */

export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** Undefined stands for the whole: without a range, with several, with one that cannot be read. */
export function byteRange(
  headers: Headers,
  { size, tag }: { size: number; tag: string },
): ByteRange | 'unsatisfiable' | undefined {
  const condition = headers.get('if-range');
  // Dates are taken as never the same: they are too coarse to tell two files of one second apart.
  if (condition !== null && condition.trim() !== tag) return undefined;
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec((headers.get('range') ?? '').trim());
  const [, first = '', last = ''] = match ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') return suffix(Number(last), size);
  const offset = Number(first);
  if (last !== '' && Number(last) < offset) return undefined;
  if (offset >= size) return 'unsatisfiable';
  const end = last === '' ? size : Math.min(Number(last) + 1, size);
  return { offset, length: end - offset };
}

function suffix(wanted: number, size: number): ByteRange | 'unsatisfiable' {
  const length = Math.min(wanted, size);
  return length === 0 ? 'unsatisfiable' : { offset: size - length, length };
}
