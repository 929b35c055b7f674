import type { Pool } from '#database';
import { Selection, type Page, type PageRequest, type SortKey } from '../query/selection';
import { onlyVisibleStreams, type Viewer } from '../query/visibility';

export interface AuditEntry {
  /** Of the event in the one order over all streams: a decimal number. */
  readonly position: string;
  readonly eventId: string;
  readonly streamId: string;
  readonly revision: number;
  readonly aggregateType: string;
  readonly aggregateId: string;
  /** What happened. */
  readonly eventType: string;
  /** Who: a user id, or `system:` and the name of a part. */
  readonly actor: string;
  /** When, as the event has it. */
  readonly occurredAt: string;
  /** When the store took it. */
  readonly recordedAt: string;
  readonly commandId: string;
  readonly correlationId: string;
  readonly causationId: string | null;
  /** The fields that changed, as they were; null when there was nothing. */
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

export interface AuditFilter extends PageRequest {
  readonly viewer: Viewer;
  readonly streamId?: string | undefined;
  readonly aggregateType?: string | undefined;
  readonly aggregateId?: string | undefined;
  readonly actor?: string | undefined;
  readonly eventType?: string | undefined;
  /** Occurred at or after this instant. */
  readonly from?: string | undefined;
  /** Occurred before this instant. */
  readonly to?: string | undefined;
  /** Default: newest. */
  readonly first?: 'newest' | 'oldest' | undefined;
}

const ENTRIES = `
  SELECT e.position, e.event_id AS "eventId", e.stream_id AS "streamId", e.revision,
         e.aggregate_type AS "aggregateType", e.aggregate_id AS "aggregateId", e.event_type AS "eventType", e.actor,
         e.occurred_at AS "occurredAt", e.recorded_at AS "recordedAt", e.command_id AS "commandId",
         e.correlation_id AS "correlationId", e.causation_id AS "causationId", e.before, e.after
  FROM read_model.audit_trail e`;

const COLUMNS: SortKey<AuditEntry>['columns'] = [{ sql: 'e.position', kind: 'bigint', field: 'position' }];
const ORDERS: Readonly<Record<'newest' | 'oldest', SortKey<AuditEntry>>> = {
  newest: { list: 'audit-newest', columns: COLUMNS, direction: 'DESC' },
  oldest: { list: 'audit-oldest', columns: COLUMNS, direction: 'ASC' },
};

/** The audit trail: all of it for administrators, for others that of the templates, schedules and jobs they see. */
export class AuditQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Throws `InvalidCursor`, also when a cursor of one order is used for the other. */
  list({ viewer, first = 'newest', ...filter }: AuditFilter): Promise<Page<AuditEntry>> {
    const selection = new Selection();
    onlyVisibleStreams(selection, viewer, 'e');
    const { aggregateType, aggregateId } = filter;
    // Both together name a stream, for which there is an index.
    const whole = aggregateType !== undefined && aggregateId !== undefined;
    selection.whereGiven(filter.streamId, (id) => `e.stream_id = ${selection.bind(id)}`);
    if (whole) {
      selection.where(`e.stream_id = ${selection.bind(`${aggregateType}-${aggregateId}`)}`);
    } else {
      selection.whereGiven(aggregateType, (type) => `e.aggregate_type = ${selection.bind(type)}`);
      selection.whereGiven(aggregateId, (id) => `e.aggregate_id = ${selection.bind(id)}`);
    }
    selection.whereGiven(filter.actor, (actor) => `e.actor = ${selection.bind(actor)}`);
    selection.whereGiven(filter.eventType, (type) => `e.event_type = ${selection.bind(type)}`);
    selection.whereGiven(filter.from, (from) => `e.occurred_at >= ${selection.bind(from)}::timestamptz`);
    selection.whereGiven(filter.to, (to) => `e.occurred_at < ${selection.bind(to)}::timestamptz`);
    return selection.page(this.#pool, ENTRIES, ORDERS[first], filter);
  }
}
