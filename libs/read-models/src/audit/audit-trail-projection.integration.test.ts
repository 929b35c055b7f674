import { createPool, NotificationListener, type Pool } from '#database';
import { CheckpointMoved, STORE_SOURCE, type RecordedEvent } from '#event-sourcing';
import { ANNA, BEN, CARA } from '#domain/testing';
import { PostgresEventStore } from '#event-store';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import { applyAll, idOf, interleaved, minute, sampleHistory, TEMPLATE } from '../testing';
import { AuditTrailProjection } from './audit-trail-projection';

let database: TestDatabase;
let pool: Pool;
let notifications: NotificationListener;
let store: PostgresEventStore;

beforeEach(async () => {
  database = await createTestDatabase({ migrated: true });
  pool = createPool(database.url, { application: 'test', max: 8, onIdleError: () => undefined });
  notifications = new NotificationListener(database.url, 'test');
  store = new PostgresEventStore(pool, notifications);
});
afterEach(async () => {
  await notifications.close();
  await pool.end();
  await database.drop();
});

const history = sampleHistory();
const SYSTEM_STREAM = `access-${ANNA}-2026-11-23`;
history.add(SYSTEM_STREAM, { type: 'ReportDownloaded', at: minute(45) }, ANNA);
history.add(SYSTEM_STREAM, { type: 'SignedOut' }, ANNA);

/** Appends the events in the order given and returns them as the store has them. */
async function stored(events: readonly RecordedEvent[]): Promise<readonly RecordedEvent[]> {
  for (const event of events) {
    const expected = event.revision === 0 ? 'no-stream' : event.revision - 1;
    await store.append({ streamId: event.streamId, expected, events: [event] });
  }
  return (await store.readAll({ after: 0n, limit: 1000 })).events;
}

interface Entry {
  position: string;
  event_id: string;
  stream_id: string;
  event_type: string;
  before: unknown;
  after: unknown;
}

async function trail(): Promise<readonly Entry[]> {
  return (await pool.query<Entry>('SELECT * FROM read_model.audit_trail ORDER BY position')).rows;
}

const ofType = (entries: readonly Entry[], type: string) =>
  entries.filter(({ event_type }) => event_type === type).map(({ before, after }) => ({ before, after }));

it('has one row for each event of every type, in the global order', async () => {
  const events = await stored(interleaved(history.events, 7));
  await applyAll(new AuditTrailProjection(pool, store), events, 1000);
  const entries = await trail();
  expect(entries.map(({ position, event_id }) => [BigInt(position), event_id])).toEqual(
    events.map(({ position, id }) => [position, id]),
  );
  const created = history.events.find(({ type }) => type === 'TemplateCreated')!;
  expect(entries.find(({ event_id }) => event_id === created.id)).toMatchObject({
    stream_id: `template-${TEMPLATE}`,
    revision: 0,
    aggregate_type: 'template',
    aggregate_id: TEMPLATE,
    event_type: 'TemplateCreated',
    actor: ANNA,
    occurred_at: new Date(minute(2)),
    command_id: created.metadata.commandId,
    correlation_id: created.metadata.correlationId,
    causation_id: null,
  });
});

it('tells the fields that an event changed, before and after', async () => {
  await applyAll(new AuditTrailProjection(pool, store), await stored(history.events), 1000);
  const entries = await trail();
  expect(ofType(entries, 'TemplateArchived')).toEqual([
    { before: { status: 'active' }, after: { status: 'archived' } },
  ]);
  expect(ofType(entries, 'TemplateUnshared')).toEqual([
    { before: { shares: { [BEN]: 'edit', [CARA]: 'run' } }, after: { shares: { [BEN]: 'edit' } } },
  ]);
  expect(ofType(entries, 'OutputExpired')).toEqual([
    { before: { outputExpired: false }, after: { outputExpired: true } },
  ]);
  // The revision changed the details; the definition it carries is the same.
  expect(ofType(entries, 'TemplateRevised')[0]).toEqual({
    before: { details: { name: 'Late flights', description: null, tags: ['ops', 'daily'] } },
    after: { details: { name: 'Late flights 100%', description: 'with_underscore', tags: ['ops'] } },
  });
  expect(ofType(entries, 'DatasetRetired')).toEqual([{ before: { status: 'active' }, after: { status: 'retired' } }]);
  const pause = { note: 'holidays', until: null, cause: 'by_hand' };
  expect(ofType(entries, 'SchedulePaused')).toEqual([
    { before: { status: 'active', pause: null }, after: { status: 'paused', pause } },
  ]);
  const [requested] = ofType(entries, 'JobRequested');
  expect(requested).toMatchObject({
    before: null,
    after: { status: 'requested', request: { jobId: idOf('retried job') } },
  });
});

it('records what it does not know as it came', async () => {
  const events = await stored(history.events);
  const template = events.filter(({ streamId }) => streamId === `template-${TEMPLATE}`);
  const unknown = { ...template[0]!, id: idOf('unknown'), type: 'TemplateRenamed', data: { to: 'x', at: minute(60) } };
  await store.append({ streamId: unknown.streamId, expected: template.length - 1, events: [unknown] });
  const archived = { ...template[6]!, id: idOf('archived again') };
  await store.append({ streamId: unknown.streamId, expected: template.length, events: [archived] });
  const all = (await store.readAll({ after: 0n, limit: 1000 })).events;
  await applyAll(new AuditTrailProjection(pool, store), all, 1000);
  const entries = await trail();
  expect(ofType(entries, 'ReportDownloaded')).toEqual([{ before: null, after: { at: minute(45) } }]);
  expect(ofType(entries, 'SignedOut')).toEqual([{ before: null, after: {} }]);
  expect(ofType(entries, 'TemplateRenamed')).toEqual([{ before: null, after: { to: 'x', at: minute(60) } }]);
  expect(ofType(entries, 'TemplateArchived').at(-1)).toEqual({
    before: { status: 'active' },
    after: { status: 'archived' },
  });
});

it('gives the same rows whatever the size of the batches, also when it remembers nothing', async () => {
  const events = await stored(interleaved(history.events, 3));
  await applyAll(new AuditTrailProjection(pool, store, { group: 'whole' }), events, 1000);
  const whole = await trail();
  for (const size of [1, 4]) {
    const schema = `audit_${size}`;
    await pool.query(`CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.audit_trail (LIKE read_model.audit_trail)`);
    await pool.query(`ALTER TABLE ${schema}.audit_trail ADD PRIMARY KEY (position)`);
    for (let from = 0; from < events.length; from += size) {
      // A new instance each time knows no state, as after a start.
      const fresh = new AuditTrailProjection(pool, store, { schema, group: schema });
      await applyAll(fresh, events.slice(from, from + size), size);
    }
    const { rows } = await pool.query(`SELECT * FROM ${schema}.audit_trail ORDER BY position`);
    expect(rows).toEqual(whole);
  }
});

it('makes the same rows after a batch that could not be stored', async () => {
  const events = await stored(history.events);
  const projection = new AuditTrailProjection(pool, store);
  await applyAll(projection, events.slice(0, 10), 10);
  await pool.query('ALTER TABLE read_model.audit_trail RENAME TO away');
  await expect(applyAll(projection, events.slice(10), 1000)).rejects.toThrow('audit_trail');
  await pool.query('ALTER TABLE read_model.away RENAME TO audit_trail');
  await applyAll(projection, events.slice(10), 1000);
  const entries = await trail();
  expect(entries).toHaveLength(events.length);
  expect(ofType(entries, 'ScheduleRemoved')).toEqual([{ before: { status: 'active' }, after: { status: 'removed' } }]);
});

it('records an event once when two instances have it at the same time', async () => {
  const events = await stored(history.events);
  const previous = { position: 0n, offset: null };
  const checkpoint = { position: events.at(-1)!.position, offset: null };
  const outcomes = await Promise.allSettled(
    [1, 2].map(() =>
      new AuditTrailProjection(pool, store).handle({ source: STORE_SOURCE, events, previous, checkpoint }),
    ),
  );
  expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([
    { status: 'rejected', reason: expect.any(CheckpointMoved) },
  ]);
  expect(await trail()).toHaveLength(events.length);
});

it('stops at a stream whose history has a hole, and records nothing of the batch', async () => {
  const events = await stored(history.events);
  const hole = events.map((event) => ({ ...event, revision: event.revision + 9 }));
  await expect(applyAll(new AuditTrailProjection(pool, store), hole, 1000)).rejects.toThrow('no whole history');
  expect(await trail()).toEqual([]);
});

it.each([
  `UPDATE read_model.audit_trail SET actor = 'nobody'`,
  'DELETE FROM read_model.audit_trail WHERE position = 1',
  'TRUNCATE read_model.audit_trail',
])('is append-only in the database itself: %s', async (statement) => {
  await applyAll(new AuditTrailProjection(pool, store), await stored(history.events.slice(0, 3)), 10);
  await expect(pool.query(statement)).rejects.toMatchObject({
    code: '42501',
    message: expect.stringMatching('append-only'),
  });
  expect(await trail()).toHaveLength(3);
});
