import { differences } from './differences';

it.each([
  [{ a: 1 }, { a: 1 }, []],
  [{ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }, []],
  [{ a: 1 }, { a: 2 }, [{ pointer: '/a', change: 'changed', before: 1, after: 2 }]],
  [
    { a: 1 },
    { b: 1 },
    [
      { pointer: '/a', change: 'removed', before: 1 },
      { pointer: '/b', change: 'added', after: 1 },
    ],
  ],
  [{ 'x/y': { z: 'a' } }, { 'x/y': { z: 'b' } }, [{ pointer: '/x~1y/z', change: 'changed', before: 'a', after: 'b' }]],
  [['a', 'c'], ['a', 'b', 'c'], [{ pointer: '/1', change: 'added', after: 'b' }]],
  [['a', 'b', 'c'], ['a', 'c'], [{ pointer: '/1', change: 'removed', before: 'b' }]],
  [['a', 'a'], ['a'], [{ pointer: '/1', change: 'removed', before: 'a' }]],
  [
    [{ h: 'a' }, { h: 'b' }],
    [{ h: 'a' }, { h: 'x' }],
    [{ pointer: '/1/h', change: 'changed', before: 'b', after: 'x' }],
  ],
  [null, { a: 1 }, [{ pointer: '', change: 'changed', before: null, after: { a: 1 } }]],
  [[], {}, [{ pointer: '', change: 'changed', before: [], after: {} }]],
])('from %j to %j', (before, after, expected) => {
  expect(differences(before, after)).toEqual(expected);
});
