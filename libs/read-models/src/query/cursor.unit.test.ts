import { decodeCursor, encodeCursor, InvalidCursor, type KeyKind } from './cursor';

const KINDS: readonly KeyKind[] = ['timestamptz', 'uuid', 'bigint', 'text'];
const KEY = ['2026-11-23T12:00:00.000Z', '7b1f2a44-6f5c-4c1e-9a57-0c6f5a3f0d01', '9223372036854775807', 'ä "b"'];

it('gives back the sort key', () => {
  const cursor = encodeCursor('jobs', KEY);
  expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(decodeCursor('jobs', KINDS, cursor)).toEqual(KEY);
});

it.each([
  ['not base64', '%%%'],
  ['empty', ''],
  ['no JSON', Buffer.from('{').toString('base64url')],
  ['no list', Buffer.from('{"a":1}').toString('base64url')],
  ['of another list', encodeCursor('schedules', KEY)],
  ['too short', encodeCursor('jobs', KEY.slice(1))],
  ['too long', encodeCursor('jobs', [...KEY, 'more'])],
  ['with an impossible date', encodeCursor('jobs', ['2026-13-41T12:00:00.000Z', ...KEY.slice(1)])],
  ['with a time of another form', encodeCursor('jobs', ['yesterday', ...KEY.slice(1)])],
  ['with a bad id', encodeCursor('jobs', [KEY[0]!, "'; DROP TABLE x", ...KEY.slice(2)])],
  ['with a number too large', encodeCursor('jobs', [...KEY.slice(0, 2), '9223372036854775808', KEY[3]!])],
  ['with a NUL', encodeCursor('jobs', [...KEY.slice(0, 3), 'a\0b'])],
  [
    'with a number in place of a text',
    Buffer.from(JSON.stringify(['jobs', ...KEY.slice(0, 3), 1])).toString('base64url'),
  ],
])('refuses a cursor that is %s', (_, cursor) => {
  expect(() => decodeCursor('jobs', KINDS, cursor)).toThrow(InvalidCursor);
});
