import { transaction, type Pool, type PoolClient } from '#database';
import { PARKED_CHANNEL } from '../parking/parked-events';
import { recordOf, type RecordColumns } from '../parking/record-columns';

/** Which parked events are meant: those that fulfil all that is given. */
export interface DeadLetterFilter {
  readonly group?: string;
  readonly streamId?: string;
  /** The number of a parked event, as `list` gives it. */
  readonly id?: string;
}

export type DeadLetterStatus = 'parked' | 'replay' | 'dropped';

/** A parked event as people see it. */
export interface DeadLetter {
  readonly id: string;
  readonly group: string;
  readonly source: string;
  readonly streamId: string | null;
  readonly eventId: string | null;
  readonly eventType: string | null;
  /** Global position; null for a record that could not be decoded. */
  readonly position: string | null;
  /** Kafka's offset; null when it came from the store. */
  readonly offset: string | null;
  readonly errorCode: string;
  readonly errorMessage: string;
  readonly tries: number;
  readonly status: DeadLetterStatus;
  readonly parkedAt: Date;
  readonly droppedBy: string | null;
  readonly dropReason: string | null;
  /** The record as it came, in base64, when it could not be decoded. */
  readonly record: { readonly key: string | null; readonly value: string | null } | null;
}

/** Who drops what cannot be applied, and why: it is kept with the event. */
export interface DropReason {
  readonly by: string;
  readonly reason: string;
}

interface Row extends RecordColumns {
  readonly parked_id: string;
  readonly group_name: string;
  readonly stream_id: string | null;
  readonly event_id: string | null;
  readonly event_type: string | null;
  readonly position: string | null;
  readonly record_offset: string | null;
  readonly error_code: string;
  readonly error_message: string;
  readonly tries: number;
  readonly status: DeadLetterStatus;
  readonly parked_at: Date;
  readonly dropped_by: string | null;
  readonly drop_reason: string | null;
}

const MATCHES = `($1::text IS NULL OR group_name = $1) AND ($2::text IS NULL OR stream_id = $2)
                 AND ($3::bigint IS NULL OR parked_id = $3)`;

/** What people do with parked events. The instances that read a group are told and do the rest. */
export class DeadLetters {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** In the order in which they were parked; those that were dropped only when asked for. */
  async list(filter: DeadLetterFilter, { dropped = false } = {}): Promise<readonly DeadLetter[]> {
    const { rows } = await this.#pool.query<Row>(
      `SELECT * FROM event_feed.parked_event WHERE ${MATCHES} AND ($4 OR status <> 'dropped') ORDER BY parked_id`,
      [...valuesOf(filter), dropped],
    );
    return rows.map(deadLetter);
  }

  /**
   * Asks for the replay of what is meant, and of all that is parked of the same streams, since a stream keeps its order.
   * Returns what will be tried.
   */
  async replay(filter: DeadLetterFilter): Promise<readonly DeadLetter[]> {
    return transaction(this.#pool, async (client) => {
      const { rows } = await client.query<Row>(
        `UPDATE event_feed.parked_event p SET status = 'replay'
         WHERE status <> 'dropped' AND EXISTS (
           SELECT FROM event_feed.parked_event
           WHERE ${MATCHES} AND status <> 'dropped'
             AND (parked_id = p.parked_id OR (group_name = p.group_name AND stream_id = p.stream_id))
         ) RETURNING p.*`,
        valuesOf(filter),
      );
      await tell(client, rows);
      return inOrder(rows).map(deadLetter);
    });
  }

  /**
   * Gives up what is meant: its group will never apply it. Later events of its stream stay parked until they are replayed
   * or dropped as well. Returns what was dropped.
   */
  async drop(filter: DeadLetterFilter, { by, reason }: DropReason): Promise<readonly DeadLetter[]> {
    return transaction(this.#pool, async (client) => {
      // Whoever parks an event behind one of these holds its checkpoint: either that ends first, or it finds nothing left to
      // wait for and looks again.
      await client.query(
        `SELECT FROM event_feed.checkpoint WHERE group_name IN (
           SELECT group_name FROM event_feed.parked_event WHERE ${MATCHES}
         ) ORDER BY group_name, source FOR UPDATE`,
        valuesOf(filter),
      );
      const { rows } = await client.query<Row>(
        `UPDATE event_feed.parked_event
         SET status = 'dropped', dropped_at = clock_timestamp(), dropped_by = $4, drop_reason = $5
         WHERE ${MATCHES} AND status <> 'dropped' RETURNING *`,
        [...valuesOf(filter), by, reason],
      );
      await tell(client, rows);
      return inOrder(rows).map(deadLetter);
    });
  }
}

function valuesOf({ group, streamId, id }: DeadLetterFilter): (string | null)[] {
  return [group ?? null, streamId ?? null, id ?? null];
}

async function tell(client: PoolClient, rows: readonly Row[]): Promise<void> {
  for (const group of new Set(rows.map((row) => row.group_name))) {
    await client.query(`SELECT pg_notify('${PARKED_CHANNEL}', $1)`, [group]);
  }
}

function inOrder(rows: readonly Row[]): readonly Row[] {
  return [...rows].sort((a, b) => (BigInt(a.parked_id) < BigInt(b.parked_id) ? -1 : 1));
}

function deadLetter(row: Row): DeadLetter {
  const record = recordOf(row);
  return {
    id: row.parked_id,
    group: row.group_name,
    source: row.source,
    streamId: row.stream_id,
    eventId: row.event_id,
    eventType: row.event_type,
    position: row.position,
    offset: row.record_offset,
    errorCode: row.error_code,
    errorMessage: row.error_message,
    tries: row.tries,
    status: row.status,
    parkedAt: row.parked_at,
    droppedBy: row.dropped_by,
    dropReason: row.drop_reason,
    record: record && {
      key: record.key?.toString('base64') ?? null,
      value: record.value?.toString('base64') ?? null,
    },
  };
}
