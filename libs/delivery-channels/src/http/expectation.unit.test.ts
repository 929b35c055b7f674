import { isMet, isPointer } from './expectation';

it.each([
  ['', '"whole"', 'whole', true],
  ['/status', '{"status":"ok"}', 'ok', true],
  ['/status', '{"status":"failed"}', 'ok', false],
  ['/status', '<html>200 OK</html>', 'ok', false],
  ['/status', '', 'ok', false],
  ['/status', 'null', 'ok', false],
  ['/a/0/b', '{"a":[{"b":true}]}', true, true],
  ['/a/00/b', '{"a":[{"b":true}]}', true, false],
  ['/a/length', '{"a":[]}', 0, false],
  ['/n', '{"n":null}', null, true],
  ['/missing', '{}', null, false],
  ['/a~1b', '{"a/b":1}', 1, true],
  ['/a~01', '{"a~1":1}', 1, true],
  ['/', '{"":1}', 1, true],
  ['/constructor/name', '{}', 'Object', false],
  ['/n', '{"n":"1"}', 1, false],
] as const)('%s in %s is %j: %s', (pointer, body, equals, met) => {
  expect(isMet({ pointer, equals }, body)).toBe(met);
});

it('finds a text', () => {
  expect(isMet({ contains: 'accepted' }, 'it was accepted')).toBe(true);
  expect(isMet({ contains: 'accepted' }, '<h1>Sign in</h1>')).toBe(false);
});

it.each([
  ['', true],
  ['/a/b~0~1', true],
  ['a', false],
  ['/~2', false],
  ['/~', false],
])('%j is a pointer: %s', (pointer, valid) => {
  expect(isPointer(pointer)).toBe(valid);
});
