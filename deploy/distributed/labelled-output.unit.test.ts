import { PassThrough } from 'node:stream';
import { once } from 'node:events';
import { labelLines } from './labelled-output';

describe('labelLines', () => {
  it('puts lines together that come in pieces, cuts those that come together, and keeps the last one without an end', async () => {
    const stream = new PassThrough();
    const lines: string[] = [];
    labelLines(stream, 'api', 7, (line) => lines.push(line));
    for (const piece of ['one\ntw', 'o\n\nthr', Buffer.from('é').subarray(0, 1)]) stream.write(piece);
    stream.end(Buffer.from('é').subarray(1));
    await once(stream, 'end');
    expect(lines).toEqual(['api     | one', 'api     | two', 'api     | ', 'api     | thré']);
  });
});
