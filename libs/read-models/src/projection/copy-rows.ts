import { once } from 'node:events';
import { from as copyFrom } from 'pg-copy-streams';
import type { PoolClient } from '#database';
import { storableJson } from './storable-json';
import { qualified, quoted } from './table';

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\0': '\ufffd',
};

type CopyValue = string | number | boolean | object | null | undefined;

/**
 * Adds rows by COPY, which costs PostgreSQL a quarter less than an INSERT but cannot pass over rows that stand already: the
 * caller knows that there are none. Values that are objects are written as JSON.
 *
 * @see https://www.postgresql.org/docs/current/sql-copy.html, text format
 */
export async function copyRows<Row>(
  client: PoolClient,
  schema: string,
  table: string,
  columns: readonly (keyof Row & string)[],
  rows: readonly Row[],
): Promise<void> {
  const stream = client.query(
    copyFrom(`COPY ${qualified(schema, table)} (${columns.map(quoted).join(', ')}) FROM STDIN`),
  );
  const finished = once(stream, 'finish');
  stream.end(rows.map((row) => `${columns.map((column) => copyText(row[column] as CopyValue)).join('\t')}\n`).join(''));
  await finished;
}

/** A value as COPY's text format has it; half of a surrogate pair becomes U+FFFD when the text is encoded. */
export function copyText(value: CopyValue): string {
  if (value === null || value === undefined) return '\\N';
  const text = typeof value === 'object' ? storableJson(value) : String(value);
  return /[\\\n\r\t\0]/.test(text) ? text.replace(/[\\\n\r\t\0]/g, (character) => ESCAPES[character] ?? '') : text;
}
