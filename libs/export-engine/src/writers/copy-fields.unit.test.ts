import fc from 'fast-check';
import { sound, unescaped } from './copy-fields';

const ESCAPES: Record<string, string> = {
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};
const escaped = (value: string): string =>
  value.replace(/[\\\b\f\n\r\t\v]/g, (character) => ESCAPES[character] ?? character);

describe('sound', () => {
  it('makes text of bytes that are none, and leaves text alone', () => {
    const bytes = Buffer.from([0x61, 0xff, 0xc3, 0x09, 0xe6, 0x9d, 0x0a]);
    expect(sound(bytes).toString()).toBe('a\ufffd\ufffd\t\ufffd\n');
    const text = Buffer.from('ü\t東\n');
    expect(sound(text)).toBe(text);
  });
});

describe('unescaped', () => {
  it('gives back what COPY escaped', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(unescaped(escaped(text))).toBe(text)));
  });
});
