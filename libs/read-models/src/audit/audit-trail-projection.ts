import type { Pool, PoolClient } from '#database';
import { loadCheckpoint } from '#event-feed';
import type { Checkpoint, EventStore, FeedBatch, FeedSource } from '#event-sourcing';
import { applyBatch, runAll } from '../projection/apply-batch';
import { copyRows } from '../projection/copy-rows';
import { READ_MODEL_SCHEMA, type ProjectionOptions } from '../projection/read-models-projection';
import { putRows, qualified, type Table } from '../projection/table';
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

const COLUMNS = [...AUDIT_TRAIL.key, ...AUDIT_TRAIL.fixed];

/**
 * Every event of every type as a row: who, what, when, and the fields that it changed. Must be fed from the event store's
 * own feed, in the global order. It leaves nothing out: an event that cannot be recorded stops it until it can.
 */
export class AuditTrailProjection {
  readonly group: string;
  /** Events. */
  readonly batchSize = 2000;
  /** It leaves nothing out. */
  readonly parks = false;
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
    await applyBatch(this.#pool, this.group, batch, (client) => this.#write(client, entries.rows));
    this.#remember(entries);
  }

  /** The checkpoint keeps repeats away; only after it was set back do rows stand already that must be passed over. */
  async #write(client: PoolClient, rows: readonly AuditRow[]): Promise<void> {
    const [first] = rows;
    if (!first) return;
    const { rowCount } = await client.query({
      name: `later ${this.#schema}.${AUDIT_TRAIL.name}`,
      text: `SELECT FROM ${qualified(this.#schema, AUDIT_TRAIL.name)} WHERE position >= $1 LIMIT 1`,
      values: [first.position],
    });
    if (rowCount === 0) await copyRows(client, this.#schema, AUDIT_TRAIL.name, COLUMNS, rows);
    else await runAll(client, [putRows(this.#schema, AUDIT_TRAIL, rows)]);
  }

  #remember({ states }: AuditEntries): void {
    for (const [streamId, snapshot] of states) {
      if (aggregateOf(partsOf(streamId).type)?.isClosed(snapshot.state)) this.#recent.forget(streamId);
      else this.#recent.remember(streamId, snapshot);
    }
  }
}
