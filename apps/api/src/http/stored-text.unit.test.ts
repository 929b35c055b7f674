import { escapePointer, findUnstorableText } from './stored-text';

it.each([
  [{ a: ['x', 1, null, true, 'ä😀'] }, null],
  [{ a: { 'b/c': ['x', 'y\0'] } }, { code: 'text.nul', pointer: '/a/b~1c/1' }],
  [{ a: { 'k\0': 1 } }, { code: 'text.nul', pointer: '/a' }],
  ['\udc00', { code: 'text.ill_formed', pointer: '' }],
])('finds what cannot be stored in %j', (value, expected) => {
  const found = findUnstorableText(value);
  expect(found).toEqual(expected === null ? null : expect.objectContaining(expected));
});

it('neither recurses nor lets anything too deep through', () => {
  const nested = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown;
  expect(findUnstorableText(nested(100))).toBeNull();
  expect(findUnstorableText(nested(101))).toMatchObject({ code: 'body.too_deep' });
  expect(findUnstorableText(nested(200_000))).toMatchObject({ code: 'body.too_deep' });
});

it('escapes what a pointer gives a meaning to', () => {
  expect(escapePointer('a~/b')).toBe('a~0~1b');
});
