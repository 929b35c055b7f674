import type { CopyFormat } from '../data-source';

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
};

/** Writes rows as PostgreSQL's COPY does. @see https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9 */
export function copyLines(format: CopyFormat): (row: readonly (string | null)[]) => string {
  if (format.type === 'text') return (row) => `${row.map(textValue).join('\t')}\n`;
  const { delimiter, nullText, quoteAll = false } = format;
  const needsQuotes = (value: string): boolean =>
    quoteAll || value === nullText || value.includes(delimiter) || /["\n\r]/.test(value);
  const csvValue = (value: string | null): string => {
    if (value === null) return nullText;
    return needsQuotes(value) ? `"${value.replaceAll('"', '""')}"` : value;
  };
  // A value alone on its line would be taken for the end of the data.
  return (row) => (row.length === 1 && row[0] === '\\.' ? '"\\."\n' : `${row.map(csvValue).join(delimiter)}\n`);
}

function textValue(value: string | null): string {
  return value === null ? '\\N' : value.replace(/[\\\b\t\n\v\f\r]/g, (character) => ESCAPES[character] ?? character);
}
