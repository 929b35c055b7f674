const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Rows of COPY's CSV with CR LF at their ends. Line feeds inside quotes are part of a value and stay as they are.
 *
 * @param rows whole ones
 * @param count how many they are, each of which grows by a byte
 */
export function withCarriageReturns(rows: Buffer, count: number): Buffer {
  const output = Buffer.allocUnsafe(rows.length + count);
  return rows.includes(QUOTE) ? rewriteQuoted(rows, output) : rewritePlain(rows, output);
}

function rewritePlain(rows: Buffer, output: Buffer): Buffer {
  let written = 0;
  for (let index = 0; index < rows.length; index++) {
    const byte = rows[index] ?? 0;
    if (byte === LINE_FEED) output[written++] = CARRIAGE_RETURN;
    output[written++] = byte;
  }
  return output;
}

function rewriteQuoted(rows: Buffer, output: Buffer): Buffer {
  let written = 0;
  let quoted = false;
  for (let index = 0; index < rows.length; index++) {
    const byte = rows[index] ?? 0;
    if (byte === QUOTE) quoted = !quoted;
    else if (byte === LINE_FEED && !quoted) output[written++] = CARRIAGE_RETURN;
    output[written++] = byte;
  }
  return output;
}
