import fc from 'fast-check';
import type { DataType } from '#domain';
import { JsonLineEncoder } from './json-line-encoder';

/** As COPY's text format writes a value. */
function copied(value: string | null): string {
  if (value === null) return '\\N';
  const letters: Record<string, string> = { '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't', '\v': 'v' };
  return value.replace(/[\\\b\f\n\r\t\v]/g, (character) => `\\${letters[character] ?? '\\'}`);
}

function lines(types: readonly DataType[], rows: readonly (readonly (string | null)[])[]): string {
  const encoder = new JsonLineEncoder(types.map((dataType, index) => ({ header: `h${index}`, dataType })));
  return encoder.encode(Buffer.from(rows.map((row) => `${row.map(copied).join('\t')}\n`).join(''))).toString();
}

const one = (type: DataType, value: string | null): string => lines([type], [[value]]).slice('{"h0":'.length, -2);

describe('JsonLineEncoder', () => {
  it.each<[DataType, string | null, string]>([
    ['integer', '9223372036854775807', '9223372036854775807'],
    ['integer', '-1', '-1'],
    ['decimal', '12345678901234567890123456.00010', '12345678901234567890123456.00010'],
    ['decimal', '1e+300', '1e+300'],
    ['decimal', 'NaN', '"NaN"'],
    ['decimal', '-Infinity', '"-Infinity"'],
    ['boolean', 'true', 'true'],
    ['boolean', 'f', 'false'],
    ['json', '{"a": "x\\ny\\\\"}', '{"a": "x\\ny\\\\"}'],
    ['json', '{\n\t"a":\r1}', '{  "a": 1}'],
    ['date', '0044-03-15 BC', '"0044-03-15 BC"'],
    ['timestamp', 'infinity', '"infinity"'],
    ['string', '\\N', '"\\\\N"'],
    ['string', '', '""'],
    ['string', '\v\u0001\u001f\u007f', '"\\u000b\\u0001\\u001f\u007f"'],
    ['string', null, 'null'],
    ['json', null, 'null'],
    ['boolean', null, 'null'],
    ['integer', null, 'null'],
  ])('writes a %s of %j as %s', (type, value, expected) => {
    expect(one(type, value)).toBe(expected);
  });

  it('names members by the headers, in their order', () => {
    const encoder = new JsonLineEncoder([
      { header: 'z "quoted"\n', dataType: 'integer' },
      { header: '__proto__', dataType: 'string' },
      { header: 'a', dataType: 'boolean' },
    ]);
    expect(encoder.encode(Buffer.from('1\tx\tt\n2\t\\N\tf\n')).toString()).toBe(
      '{"z \\"quoted\\"\\n":1,"__proto__":"x","a":true}\n{"z \\"quoted\\"\\n":2,"__proto__":null,"a":false}\n',
    );
  });

  it('keeps every text', () => {
    const value = fc.option(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.constantFrom('"', '\\', '\t', '\n', '\v', '\u0001', 'N') }),
      ),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { minLength: 1 }), (rows) => {
        const read = lines(['string', 'string'], rows).trimEnd().split('\n');
        expect(read.map((text) => Object.values(JSON.parse(text) as Record<string, unknown>))).toEqual(rows);
      }),
    );
  });

  it('keeps every document', () => {
    fc.assert(
      fc.property(fc.json(), (document) => {
        expect(one('json', document)).toBe(document);
      }),
    );
  });

  it('grows for rows of control characters', () => {
    const text = '\u0001'.repeat(10_000);
    expect(JSON.parse(one('string', text))).toBe(text);
  });
});
