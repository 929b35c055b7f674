const TAB = '\t';
const LINE_FEED = 0x0a;

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/**
 * Rows of COPY's text format, a batch for each piece of the input: values apart by tabs, NULL as `\N`, backslash escapes.
 * A raw line feed always ends a row.
 *
 * @see https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2
 */
export async function* copyTextRows(source: AsyncIterable<Buffer>): AsyncGenerator<(string | null)[][], void> {
  let unfinished: Buffer[] = [];
  for await (const chunk of source) {
    const end = chunk.lastIndexOf(LINE_FEED);
    if (end < 0) {
      unfinished.push(chunk);
      continue;
    }
    const whole = chunk.subarray(0, end);
    const text = (unfinished.length === 0 ? whole : Buffer.concat([...unfinished, whole])).toString();
    unfinished = end + 1 < chunk.length ? [chunk.subarray(end + 1)] : [];
    yield text.split('\n').map(rowOf);
  }
}

function rowOf(line: string): (string | null)[] {
  const fields: (string | null)[] = line.split(TAB);
  // Most rows have no backslash at all, so they are done.
  return line.includes('\\') ? (fields as string[]).map(unescaped) : fields;
}

function unescaped(field: string): string | null {
  if (field === '\\N') return null;
  return field.includes('\\') ? field.replace(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? letter) : field;
}
