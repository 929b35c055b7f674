import type { Pool } from '#database';
import { loadCheckpoint } from '#event-feed';
import type { Checkpoint, EventStore, FeedBatch, FeedSource } from '#event-sourcing';
import { applyBatch } from '../projection/apply-batch';
import { READ_MODEL_SCHEMA, type ProjectionOptions } from '../projection/read-models-projection';
import { putRows, type Table } from '../projection/table';
import { aggregateOf, partsOf } from './aggregates';
import { auditEntries, type AuditEntries, type AuditRow } from './audit-entries';
import { RecentStates } from './recent-states';

/** The group of instances that maintain the audit trail. */
export const AUDIT_TRAIL_GROUP = 'audit-trail';

/** Streams whose states are remembered: some kilobytes each. */
const REMEMBERED = 10_000;

const AUDIT_TRAIL: Table<AuditRow> = {
  name: 'audit_trail',
  key: ['position'],
  fixed: [
    'event_id',
    'stream_id',
    'revision',
    'aggregate_type',
    'aggregate_id',
    'event_type',
    'actor',
    'occurred_at',
    'recorded_at',
    'command_id',
    'correlation_id',
    'causation_id',
    'before',
    'after',
  ],
  changing: [],
  newer: 'false',
};

/**
 * Every event of every type as a row: who, what, when, and the fields that it changed. Must be fed from the event store's
 * own feed, in the global order. It leaves nothing out: an event that cannot be recorded stops it until it can.
 */
export class AuditTrailProjection {
  readonly group: string;
  /** Events. */
  readonly batchSize = 2000;
  readonly #pool: Pool;
  readonly #store: EventStore;
  readonly #schema: string;
  readonly #recent = new RecentStates(REMEMBERED);

  constructor(
    pool: Pool,
    store: EventStore,
    { schema = READ_MODEL_SCHEMA, group = AUDIT_TRAIL_GROUP }: ProjectionOptions = {},
  ) {
    this.#pool = pool;
    this.#store = store;
    this.#schema = schema;
    this.group = group;
  }

  load(source: FeedSource): Promise<Checkpoint | null> {
    return loadCheckpoint(this.#pool, this.group, source);
  }

  async handle(batch: FeedBatch): Promise<void> {
    // Before the transaction: a connection that waits for another one can wait for ever.
    const entries = await auditEntries(batch.events, this.#recent, this.#store);
    const statements = entries.rows.length > 0 ? [putRows(this.#schema, AUDIT_TRAIL, entries.rows)] : [];
    await applyBatch(this.#pool, this.group, batch, statements);
    this.#remember(entries);
  }

  #remember({ states }: AuditEntries): void {
    for (const [streamId, snapshot] of states) {
      if (aggregateOf(partsOf(streamId).type)?.isClosed(snapshot.state)) this.#recent.forget(streamId);
      else this.#recent.remember(streamId, snapshot);
    }
  }
}
