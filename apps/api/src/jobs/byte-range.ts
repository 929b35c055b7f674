export type RangeReading =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  | { readonly kind: 'unsatisfiable' };

const WHOLE = { kind: 'whole' } as const;

/**
 * The one range of bytes of a `Range` header (RFC 9110, 14.2); both ends belong to it. What is not understood, and several
 * ranges at once, give the whole file, as the RFC allows.
 */
export function readRange(header: string | undefined, bytes: number): RangeReading {
  const parts = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '');
  if (!parts) return WHOLE;
  const [, first = '', last = ''] = parts;
  if (first === '' && last === '') return WHOLE;
  if (first === '') {
    const count = Math.min(Number(last), bytes);
    return count === 0 ? { kind: 'unsatisfiable' } : { kind: 'part', start: bytes - count, end: bytes - 1 };
  }
  const start = Number(first);
  const end = last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (last !== '' && Number(last) < start) return WHOLE;
  return start >= bytes ? { kind: 'unsatisfiable' } : { kind: 'part', start, end };
}
