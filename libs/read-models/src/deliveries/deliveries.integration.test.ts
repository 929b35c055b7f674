import { ANNA, BEN, CARA, webhookDestination } from '#domain/testing';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import { DestinationQueries } from '../destinations/destination-queries';
import {
  CANCELLED_DELIVERY,
  DELIVERY,
  DESTINATION,
  filledDatabase,
  idOf,
  minute,
  sampleHistory,
  SCHEDULE,
  walk,
  type FilledDatabase,
} from '../testing';
import { DeliveryQueries, MOST_OF_JOB } from './delivery-queries';

let database: TestDatabase;
let filled: FilledDatabase;
let deliveries: DeliveryQueries;

const anna = { userId: ANNA, isAdmin: false };
const ben = { userId: BEN, isAdmin: false };
const cara = { userId: CARA, isAdmin: false };
const admin = { userId: idOf('admin'), isAdmin: true };

beforeAll(async () => {
  database = await createTestDatabase({ migrated: true });
  filled = await filledDatabase(database.url, sampleHistory().events);
  deliveries = new DeliveryQueries(filled.pool);
});
afterAll(async () => {
  await filled.close();
  await database.drop();
});

it('shows a delivery as its events left it, with each attempt', async () => {
  expect(await deliveries.get(anna, DELIVERY)).toMatchObject({
    ...{ jobRequestId: idOf('retried job'), scheduleId: SCHEDULE, entryId: idOf('entry'), owner: ANNA },
    ...{ destinationName: 'warehouse', status: 'delivered', attempt: 3, lastAttempt: 5, deadline: minute(90) },
    ...{ failure: null, receipt: { answer: '200 ok' }, requestedBy: 'system:notifier', endedAt: minute(38) },
    revision: 4,
    attempts: [
      { attempt: 1, worker: 'worker', endedAt: minute(35), durationMs: 40, failure: { code: 'delivery.busy' } },
      { attempt: 2, failure: { code: 'delivery.refused', transient: false } },
      { attempt: 3, endedAt: minute(38), failure: null },
    ],
  });
  expect(await deliveries.get(anna, CANCELLED_DELIVERY)).toMatchObject({
    ...{ status: 'cancelled', cancelledBy: ANNA, cancelReason: 'wrong list', destinationName: null, attempts: [] },
  });
});

it('shows deliveries to those who see their job, and finds them', async () => {
  const found = async (viewer: typeof anna, filter = {}) =>
    (await walk((page) => deliveries.list(viewer, { ...filter, ...page }), 1)).map(({ deliveryId }) => deliveryId);
  for (const viewer of [anna, ben, admin]) expect(await found(viewer)).toEqual([CANCELLED_DELIVERY, DELIVERY]);
  expect(await found(cara)).toEqual([]);
  expect(await deliveries.get(cara, DELIVERY)).toBeNull();
  expect(await found(ben, { status: 'delivered' })).toEqual([DELIVERY]);
  expect(await found(ben, { scheduleId: SCHEDULE })).toEqual([DELIVERY]);
  expect(await found(ben, { destinationId: DESTINATION, jobRequestId: idOf('retried job') })).toEqual([DELIVERY]);
  const ofJob = await deliveries.ofJob(idOf('retried job'));
  expect(ofJob.map(({ deliveryId }) => deliveryId)).toEqual([DELIVERY, CANCELLED_DELIVERY]);
});

it('shows people the destinations that they may use, and administrators all', async () => {
  const destinations = new DestinationQueries(filled.pool);
  expect(await destinations.get(anna, DESTINATION)).toEqual({
    ...webhookDestination(),
    ...{ destinationId: DESTINATION, name: 'warehouse', description: 'in the cellar', status: 'active' },
    ...{ revision: 1, registeredBy: CARA, createdAt: minute(30), updatedAt: minute(31) },
  });
  const names = async (viewer: typeof anna, more = {}) =>
    (await destinations.list(viewer, { limit: 10, ...more })).items.map(({ name }) => name);
  expect(await names(anna)).toEqual(['warehouse']);
  expect(await names(admin)).toEqual(['old one', 'warehouse']);
  expect(await names(admin, { status: 'retired', search: 'OLD' })).toEqual(['old one']);
});

it('shows the newest deliveries of a job where it has any number', async () => {
  const job = idOf('job with any number');
  await filled.pool.query(
    `INSERT INTO read_model.delivery
     SELECT (jsonb_populate_record(d, jsonb_build_object(
       'delivery_id', gen_random_uuid(), 'job_request_id', $2::text, 'requested_at', d.requested_at + n * interval '1 second'))).*
     FROM read_model.delivery d, generate_series(1, $3::integer + 1) n WHERE d.delivery_id = $1`,
    [DELIVERY, job, MOST_OF_JOB],
  );
  const times = (await deliveries.ofJob(job)).map(({ requestedAt }) => Date.parse(requestedAt));
  expect(times).toHaveLength(MOST_OF_JOB);
  expect(times).toEqual(times.toSorted((one, other) => one - other));
  expect(times.at(-1)).toBe(Date.parse(minute(34)) + (MOST_OF_JOB + 1) * 1000);
});
