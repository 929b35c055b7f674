import { changedFields } from './changed-fields';

it('tells the top-level fields that differ, as they were and as they are', () => {
  const before = { status: 'active', owner: 'anna', tags: ['a'] };
  expect(changedFields(before, { ...before, status: 'archived', tags: ['a', 'b'] })).toEqual({
    before: { status: 'active', tags: ['a'] },
    after: { status: 'archived', tags: ['a', 'b'] },
  });
});

it('does not tell of an equal value in another object', () => {
  expect(changedFields({ a: { b: [1] } }, { a: { b: [1] } })).toEqual({ before: {}, after: {} });
});

it('tells of fields that came or went on their side alone', () => {
  expect(changedFields({ gone: 1, same: 2 }, { same: 2, came: null })).toEqual({
    before: { gone: 1 },
    after: { came: null },
  });
});
