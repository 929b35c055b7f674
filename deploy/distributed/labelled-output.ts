import type { Readable } from 'node:stream';

/** A whole line without its end. */
export type WriteLine = (line: string) => void;

/** Passes a stream on line by line, each with the name of its process before it, so that lines of many never mix. */
export function labelLines(stream: Readable, name: string, width: number, write: WriteLine): void {
  const label = `${name.padEnd(width)} | `;
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) write(label + line);
  });
  stream.on('end', () => {
    if (rest !== '') write(label + rest);
  });
}
