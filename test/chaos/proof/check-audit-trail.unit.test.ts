import { recorded } from '../testing/recorded';
import { checkAuditTrail, type AuditRow } from './check-audit-trail';

const AT = '2026-11-26T08:00:00.000Z';
const events = recorded(['job-1', 'JobRequested', {}, AT], ['job-1', 'JobStarted', { attempt: 1 }, AT]);
const rows = events.map(({ position, id, streamId, revision, type }): AuditRow => {
  return { position, eventId: id, streamId, revision, type };
});
const [first, second] = rows as [AuditRow, AuditRow];

it('finds nothing in a trail that tells every event', () => {
  expect(checkAuditTrail(rows, events)).toEqual([]);
});

it.each([
  ['an event that is missing', [first], 'the audit trail lacks JobStarted at position 2'],
  ['a wrong order', [second, first], 'the audit trail is out of order at 1'],
  ['a row that stands twice', [first, first, second], 'the audit trail is out of order at 1'],
  ['a row of nothing', [first, second, { ...second, position: 3n }], 'position 3, which is not in the store'],
  ['another event', [first, { ...second, eventId: 'x' }], 'tells something else of position 2'],
  ['another stream', [first, { ...second, streamId: 'x' }], 'tells something else of position 2'],
  ['another revision', [first, { ...second, revision: 7 }], 'tells something else of position 2'],
  ['another type', [first, { ...second, type: 'JobFailed' }], 'tells something else of position 2'],
])('finds %s', (_, planted, violation) => {
  expect(checkAuditTrail(planted, events).join('\n')).toContain(violation);
});
