import type { Pool } from '#database';
import { decodeCursor, encodeCursor, type KeyKind } from './cursor';
import { isUuid } from './uuid';

/** Which part of a list is wanted. */
export interface PageRequest {
  /** Items at most, 1 to 500; numbers beyond are taken as the nearest of these. */
  readonly limit: number;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Where the next page begins; null on the last one. */
  readonly nextCursor: string | null;
}

const MAX_LIMIT = 500;

/** The unique, unchanging key by which a list is ordered, so that no page repeats or misses an item. */
export interface SortKey<Item> {
  /** Also tells cursors of different lists apart. */
  readonly list: string;
  readonly columns: readonly { readonly sql: string; readonly kind: KeyKind; readonly field: keyof Item & string }[];
  readonly direction: 'ASC' | 'DESC';
}

/** Conditions of a SELECT with the values they are bound to. */
export class Selection {
  readonly values: unknown[] = [];
  readonly #conditions: string[] = [];

  /** The placeholder of a value. NUL, which PostgreSQL cannot hold and so nothing can match, is replaced. */
  bind(value: unknown): string {
    return `$${this.values.push(typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : value)}`;
  }

  /** The placeholder of an id; what is no UUID equals nothing. */
  bindId(id: string): string {
    return `${this.bind(isUuid(id) ? id : null)}::uuid`;
  }

  where(condition: string): this {
    this.#conditions.push(condition);
    return this;
  }

  /** Adds the condition unless the value is absent. */
  whereGiven<Value>(value: Value | undefined, condition: (value: Value) => string): this {
    return value === undefined ? this : this.where(condition(value));
  }

  clause(): string {
    return this.#conditions.length === 0 ? '' : `WHERE ${this.#conditions.map((each) => `(${each})`).join(' AND ')}`;
  }

  /** The rows that meet the conditions, in no order. */
  all<Item>(pool: Pool, select: string): Promise<readonly Item[]> {
    return rows<Item>(pool, `${select} ${this.clause()}`, this.values);
  }

  page<Item>(pool: Pool, select: string, key: SortKey<Item>, request: PageRequest): Promise<Page<Item>> {
    return this.#page(pool, () => `${select} ${this.clause()}`, key, request);
  }

  /**
   * A page of rows that come from several parts, of which each need give no more than a page: `top` ends the SELECT of a
   * part with the conditions, one of its own, the order and the limit. Parts and whole name the sort key alike.
   */
  pageOfParts<Item>(
    pool: Pool,
    statement: (top: (condition: string) => string) => string,
    key: SortKey<Item>,
    request: PageRequest,
  ): Promise<Page<Item>> {
    return this.#page(
      pool,
      (end) => statement((condition) => `${this.clause() || 'WHERE true'} AND (${condition}) ${end}`),
      key,
      request,
    );
  }

  async #page<Item>(
    pool: Pool,
    statement: (end: string) => string,
    key: SortKey<Item>,
    { limit, cursor }: PageRequest,
  ): Promise<Page<Item>> {
    const size = Math.min(Math.max(Math.trunc(limit), 1), MAX_LIMIT);
    if (cursor !== undefined) this.where(this.#beyond(key, cursor));
    const order = key.columns.map(({ sql }) => `${sql} ${key.direction}`).join(', ');
    // One more than wanted tells whether another page follows.
    const end = `ORDER BY ${order} LIMIT ${this.bind(size + 1)}`;
    const found = await rows<Item>(pool, `${statement(end)} ${end}`, this.values);
    const items = found.slice(0, size);
    const last = items.at(-1);
    const nextCursor = last && found.length > size ? encodeCursor(key.list, keyOf(last, key)) : null;
    return { items, nextCursor };
  }

  #beyond<Item>({ list, columns, direction }: SortKey<Item>, cursor: string): string {
    const values = decodeCursor(
      list,
      columns.map(({ kind }) => kind),
      cursor,
    );
    const left = columns.map(({ sql }) => sql).join(', ');
    const right = columns.map(({ kind }, place) => `${this.bind(values[place])}::${kind}`).join(', ');
    return `(${left}) ${direction === 'ASC' ? '>' : '<'} (${right})`;
  }
}

function keyOf<Item>(item: Item, { columns }: SortKey<Item>): readonly string[] {
  return columns.map(({ field }) => String(item[field]));
}

/** Rows ready for JSON: times as RFC 3339 in UTC with milliseconds. */
async function rows<Item>(pool: Pool, text: string, values: readonly unknown[]): Promise<readonly Item[]> {
  const result = await pool.query<Record<string, unknown>>(text, [...values]);
  return result.rows.map((row) => {
    for (const [column, value] of Object.entries(row)) {
      if (value instanceof Date) row[column] = value.toISOString();
    }
    return row as Item;
  });
}

/** A LIKE pattern for texts that contain these characters. */
export function containing(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, (character) => `\\${character}`)}%`;
}
