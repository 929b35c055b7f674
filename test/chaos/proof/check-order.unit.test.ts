import { recorded } from '../testing/recorded';
import { checkOrder } from './check-order';

const AT = '2026-11-26T08:00:00.000Z';
const events = recorded(
  ['job-1', 'JobRequested', {}, AT],
  ['job-2', 'JobRequested', {}, AT],
  ['job-1', 'JobStarted', { attempt: 1 }, AT],
);
const [first, second, third] = events as [(typeof events)[0], (typeof events)[0], (typeof events)[0]];

it('finds nothing in a store that kept its order', () => {
  expect(checkOrder(events)).toEqual([]);
});

it.each([
  ['a position that is missing', [first, { ...second, position: 3n }], 'position 3 stands where 2 is due'],
  ['two events that changed places', [second, first], 'position 2 stands where 1 is due'],
  ['a revision that is missing', [first, second, { ...third, revision: 2 }], 'job-1 has a gap in its revisions'],
  ['an event that stands twice', [first, { ...second, id: first.id }], 'an event id stands twice'],
])('finds %s', (_, planted, violation) => {
  expect(checkOrder(planted)).toContain(violation);
});
