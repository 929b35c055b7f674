import { isDeepStrictEqual } from 'node:util';

/** What the body of an answer must have for a delivery to count, beside a status of success. */
export type Expectation =
  | { readonly contains: string }
  /** A JSON pointer (RFC 6901) and the value there. */
  | { readonly pointer: string; readonly equals: string | number | boolean | null };

export const isPointer = (pointer: string): boolean => /^(\/([^~]|~[01])*)*$/.test(pointer);

export function isMet(expectation: Expectation, body: string): boolean {
  if ('contains' in expectation) return body.includes(expectation.contains);
  const document = parsed(body);
  return document !== undefined && isDeepStrictEqual(valueAt(document.value, expectation.pointer), expectation.equals);
}

function parsed(body: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(body) };
  } catch {
    return undefined;
  }
}

function valueAt(document: unknown, pointer: string): unknown {
  if (pointer === '') return document;
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(member, document);
}

function member(value: unknown, token: string): unknown {
  if (Array.isArray(value)) return /^(0|[1-9]\d*)$/.test(token) ? (value[Number(token)] as unknown) : undefined;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, token)) return undefined;
  return (value as Record<string, unknown>)[token];
}
