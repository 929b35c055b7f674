import { isUuid } from './uuid';

/** How one value of a sort key looks in a cursor, and which type it has in PostgreSQL. */
export type KeyKind = 'timestamptz' | 'uuid' | 'bigint' | 'text';

/** The cursor is not one that this list gave out. */
export class InvalidCursor extends Error {
  readonly code = 'cursor.invalid';
  constructor() {
    super('The cursor is not one that this list gave out. Begin again without it.');
    this.name = 'InvalidCursor';
  }
}

const MAX_BIGINT = 9_223_372_036_854_775_807n;

const IS_KIND: Readonly<Record<KeyKind, (value: string) => boolean>> = {
  timestamptz: (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) && !Number.isNaN(Date.parse(value)),
  uuid: isUuid,
  bigint: (value) => /^\d{1,19}$/.test(value) && BigInt(value) <= MAX_BIGINT,
  text: (value) => !value.includes('\0'),
};

/** Opaque to callers: the list's name and the sort key of the last item, base64url. */
export function encodeCursor(list: string, key: readonly string[]): string {
  return Buffer.from(JSON.stringify([list, ...key])).toString('base64url');
}

/** The sort key in a cursor of the list. Throws `InvalidCursor` for anything else. */
export function decodeCursor(list: string, kinds: readonly KeyKind[], cursor: string): readonly string[] {
  const parts = parse(cursor);
  if (!Array.isArray(parts)) throw new InvalidCursor();
  const [name, ...key] = parts as readonly unknown[];
  const isKey = key.length === kinds.length && kinds.every((kind, place) => isOfKind(kind, key[place]));
  if (name !== list || !isKey) throw new InvalidCursor();
  return key as string[];
}

function isOfKind(kind: KeyKind, value: unknown): boolean {
  return typeof value === 'string' && IS_KIND[kind](value);
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw new InvalidCursor();
  }
}
