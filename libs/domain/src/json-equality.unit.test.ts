import fc from 'fast-check';
import { sameJson } from './json-equality';

it('is true of a copy with its keys in another order', () => {
  expect(sameJson({ a: 1, b: [{ c: null, d: 'x' }] }, { b: [{ d: 'x', c: null }], a: 1 })).toBe(true);
});

it.each([
  [{ a: 1 }, { a: 1, b: 2 }],
  [{ a: 1, b: 2 }, { a: 1 }],
  [{ a: 1 }, { b: 1 }],
  [{ toString: 1 }, {}],
  [
    [1, 2],
    [2, 1],
  ],
  [[1], [1, 2]],
  [[], {}],
  [{}, []],
  [null, {}],
  [{}, null],
  ['1', 1],
  [null, 0],
])('is false of %j and %j', (left, right) => {
  expect(sameJson(left, right)).toBe(false);
});

it('agrees with JSON itself', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
      expect(sameJson(left, JSON.parse(JSON.stringify(left)))).toBe(true);
      expect(sameJson(left, right)).toBe(sameJson(right, left));
    }),
  );
});
