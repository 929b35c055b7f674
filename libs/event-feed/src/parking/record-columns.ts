import type { ReceivedRecord } from '#event-sourcing';

/** Headers as they are kept: each value in base64, since they are bytes; a header may come several times. */
type StoredHeaders = Readonly<Record<string, readonly string[]>>;

/** The columns that keep a record as it came. */
export interface RecordColumns {
  readonly source: string;
  readonly record_key: Buffer | null;
  readonly record_value: Buffer | null;
  readonly record_headers: StoredHeaders | null;
}

/** The record that the columns keep, or null where they keep none. Its topic is that of the source. */
export function recordOf(columns: RecordColumns): ReceivedRecord | null {
  if (columns.record_headers === null) return null;
  return {
    topic: columns.source.slice(0, columns.source.lastIndexOf('/')),
    key: columns.record_key,
    value: columns.record_value,
    headers: Object.fromEntries(
      Object.entries(columns.record_headers).map(([name, values]) => {
        const bytes = values.map((value) => Buffer.from(value, 'base64'));
        return [name, bytes.length === 1 ? bytes[0] : bytes];
      }),
    ),
  };
}

export function storedHeaders(headers: ReceivedRecord['headers']): StoredHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      [value ?? []].flat().map((part) => Buffer.from(part).toString('base64')),
    ]),
  );
}
