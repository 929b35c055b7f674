import { copyText } from './copy-rows';

describe('a value in the text format of COPY', () => {
  it.each([
    [null, '\\N'],
    [undefined, '\\N'],
    ['', ''],
    [42, '42'],
    ['plain text', 'plain text'],
    ['\\N', '\\\\N'],
    ['tab\tline\nreturn\rback\\slash', 'tab\\tline\\nreturn\\rback\\\\slash'],
    ['nul \0 there', 'nul \ufffd there'],
    [{ text: 'a "b"\n\\' }, '{"text":"a \\\\"b\\\\"\\\\n\\\\\\\\"}'],
    [{ text: 'nul \0' }, '{"text":"nul \ufffd"}'],
  ])('%j is %j', (value, text) => {
    expect(copyText(value)).toBe(text);
  });
});
