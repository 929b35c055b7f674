import { deliveryIdOf, streamOf, type DeliveryEvent } from '#domain';
import { JOB_ID, SCHEDULE_ID, deliveryRequest, jobOutput, jobRequest, targetOf } from '#domain/testing';
import { recorded, type Told } from '../testing/recorded';
import { checkDeliveries, openDeliveries, type ReceivedRequest } from './check-deliveries';

const AT = '2026-11-26T08:00:00.000Z';
const ENTRY = 'd0000000-0000-4000-8000-00000000000a';
const OTHER_ENTRY = 'd0000000-0000-4000-8000-00000000000b';
const TARGET = targetOf('d0000000-0000-4000-8000-00000000000c');
const ID = deliveryIdOf(JOB_ID, ENTRY);
const PLACE = streamOf('delivery', ID);
const FILE = { name: 'Report.csv', key: 'jobs/one/1/Report.csv', bytes: 3, sha256: 'f' };

const planned = (...entryIds: readonly string[]): Told => [
  streamOf('deliveryplan', SCHEDULE_ID),
  'DeliveriesPlanned',
  { scheduleId: SCHEDULE_ID, entries: entryIds.map((entryId) => ({ entryId, target: TARGET })) },
  AT,
];
const job = (more: object = {}, files: readonly object[] = [FILE]): readonly Told[] => {
  const of = { jobId: JOB_ID, origin: 'schedule', scheduleId: SCHEDULE_ID, ...more } as const;
  return [
    [`job-${JOB_ID}`, 'JobRequested', { request: jobRequest(of) }, AT],
    [`job-${JOB_ID}`, 'JobCompleted', { jobId: JOB_ID, attempt: 1, output: { ...jobOutput(), files } }, AT],
  ];
};
const requested = (more: object = {}): Told => {
  const of = { deliveryId: ID, jobId: JOB_ID, scheduleId: SCHEDULE_ID, entryId: ENTRY, target: TARGET };
  return [PLACE, 'DeliveryRequested', { request: deliveryRequest({ ...of, ...more }) }, AT];
};
const busy = { code: 'delivery.busy', message: 'The receiver has no time.', transient: true };
/** An end such as `DeliveryCompleted 1`; of files where `files` go along. */
const ended = (type: DeliveryEvent['type'], attempt: number, files: readonly object[] = []): Told => [
  PLACE,
  type,
  { deliveryId: ID, attempt, failure: busy, retryAt: AT, receipt: { files } },
  AT,
];
const got = (more: Partial<ReceivedRequest> = {}): ReceivedRequest => {
  return { key: ID, deliveryId: ID, attempt: 1, sha256: 'a', acknowledged: true, ...more };
};

const BEFORE: readonly Told[] = [planned(ENTRY), ...job(), requested()];
const check = (told: readonly Told[], received: readonly ReceivedRequest[] = [got()]): string =>
  checkDeliveries(recorded(...told), received).join('\n');

it.each<[string, readonly Told[], readonly ReceivedRequest[]]>([
  ['an arrival', [...BEFORE, ended('DeliveryCompleted', 1)], [got()]],
  ['an arrival that was told twice', [...BEFORE, ended('DeliveryCompleted', 1)], [got(), got({ acknowledged: false })]],
  [
    'an arrival of a file by the second attempt',
    [...BEFORE, ended('DeliveryAttemptFailed', 1), ended('DeliveryCompleted', 2, [FILE])],
    [got({ key: `${ID}-1`, attempt: 2, sha256: FILE.sha256 })],
  ],
  ['a failure', [...BEFORE, ended('DeliveryAttemptFailed', 1), ended('DeliveryFailed', 2)], []],
  ['a report without a plan', job(), []],
  ['a plan that came after', [...job(), planned(ENTRY)], []],
  ['a report without files', [planned(ENTRY), ...job({}, [])], []],
  ['a run by hand', [planned(ENTRY), ...job({ origin: 'run_now' })], []],
])('finds nothing in %s', (_, told, received) => {
  expect(check(told, received)).toBe('');
});

it.each<[string, readonly Told[], string]>([
  ['a delivery that was never requested', [planned(ENTRY), ...job()], `lacks the delivery of entry ${ENTRY}`],
  ['one entry of two left out', [planned(ENTRY, OTHER_ENTRY), ...job(), requested()], `of entry ${OTHER_ENTRY}`],
  ['a delivery that does not end', [...BEFORE, ended('DeliveryAttemptFailed', 1)], 'is still retry_waiting'],
  ['a delivery that nobody tried', BEFORE, 'is still waiting'],
  ['a delivery that nobody planned', [...job(), requested()], `${ID} was planned by nobody`],
  ['a delivery of a run by hand', [planned(ENTRY), ...job({ origin: 'run_now' }), requested()], 'planned by nobody'],
  [
    'a delivery to another place',
    [planned(ENTRY), ...job(), requested({ target: targetOf(ENTRY) })],
    `${ID} goes elsewhere than planned`,
  ],
  ['a second request', [...BEFORE, requested()], 'was requested twice for one entry'],
  ['a delivery without a request', [ended('DeliveryFailed', 1)], 'begins with DeliveryFailed'],
  ['an attempt left out', [...BEFORE, ended('DeliveryCompleted', 2)], 'has attempt 2 after attempt 0'],
  [
    'an attempt that ended twice',
    [...BEFORE, ended('DeliveryAttemptFailed', 1), ended('DeliveryCompleted', 1)],
    'has attempt 1 after attempt 1',
  ],
  [
    'a second end',
    [...BEFORE, ended('DeliveryCompleted', 1), ended('DeliveryFailed', 2)],
    'has DeliveryFailed after its end',
  ],
  [
    'more attempts than were allowed',
    [...BEFORE, ...[1, 2, 3].map((attempt) => ended('DeliveryAttemptFailed', attempt)), ended('DeliveryFailed', 4)],
    'had 4 attempts',
  ],
  [
    'a failure without a reason',
    [...BEFORE, [PLACE, 'DeliveryFailed', { attempt: 1, failure: { ...busy, code: '' } }, AT]],
    'failed for no reason',
  ],
])('finds %s', (_, told, violation) => {
  expect(check(told)).toContain(violation);
});

const DELIVERED: readonly Told[] = [...BEFORE, ended('DeliveryCompleted', 1)];

it.each<[string, readonly Told[], readonly ReceivedRequest[], string]>([
  ['an arrival that the receiver knows nothing of', DELIVERED, [], 'marked as delivered, and nobody acknowledged it'],
  ['one that it did not acknowledge', DELIVERED, [got({ acknowledged: false })], 'nobody acknowledged it'],
  [
    'a file that did not arrive',
    [...BEFORE, ended('DeliveryCompleted', 1, [FILE])],
    [got()],
    `${ID}-1 is marked as delivered`,
  ],
  [
    'a file that arrived with other bytes',
    [...BEFORE, ended('DeliveryCompleted', 1, [FILE])],
    [got({ key: `${ID}-1` })],
    'arrived with other bytes',
  ],
  [
    'two bodies under one key',
    DELIVERED,
    [got(), got({ sha256: 'b', acknowledged: false })],
    `two different bodies under the key ${ID}`,
  ],
  [
    'what no event asked for',
    DELIVERED,
    [got(), got({ key: ENTRY, deliveryId: ENTRY })],
    `got ${ENTRY}, which no event asked for`,
  ],
  ['a key of another delivery', DELIVERED, [got(), got({ key: ENTRY })], `got ${ENTRY}, which no event asked for`],
  ['an attempt that is on no record', DELIVERED, [got(), got({ attempt: 2 })], `attempt 2 of ${ID}, of which no event`],
])('finds %s', (_, told, received, violation) => {
  expect(check(told, received)).toContain(violation);
});

it('knows what is open', () => {
  expect(openDeliveries(recorded(planned(ENTRY), ...job()))).toHaveLength(1);
  expect(openDeliveries(recorded(...BEFORE))).toHaveLength(1);
  expect(openDeliveries(recorded(...DELIVERED))).toEqual([]);
});
