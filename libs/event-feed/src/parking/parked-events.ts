import type { Pool } from '#database';
import type { Fault, FeedSource, Position, ReceivedRecord } from '#event-sourcing';
import { recordOf, type RecordColumns } from './record-columns';

/** The channel that tells of parked events to be replayed or dropped; the payload is the group. */
export const PARKED_CHANNEL = 'parked_event';

/** A stream of a group that has parked events, so that later ones wait behind them. */
export interface WaitingStream {
  readonly streamId: string;
  /** Somebody asked for its replay. */
  readonly replay: boolean;
}

/** A parked event, as far as a replay needs it. */
export interface ParkedRow {
  readonly id: string;
  readonly streamId: string | null;
  /** By which it is found in the store; null for a record that could not be decoded. */
  readonly position: Position | null;
  readonly record: ReceivedRecord | null;
}

interface Row extends RecordColumns {
  readonly parked_id: string;
  readonly stream_id: string | null;
  readonly position: string | null;
}

/** What the groups have parked: the table `event_feed.parked_event`. Rows are added by `moveCheckpoint`. */
export class ParkedEvents {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async hasAny(group: string): Promise<boolean> {
    const { rows } = await this.#pool.query<{ any: boolean }>(
      `SELECT EXISTS (SELECT FROM event_feed.parked_event WHERE group_name = $1 AND status <> 'dropped') AS any`,
      [group],
    );
    return rows[0]?.any ?? false;
  }

  async waitingStreams(group: string): Promise<readonly WaitingStream[]> {
    const { rows } = await this.#pool.query<{ stream_id: string; replay: boolean }>(
      `SELECT stream_id, bool_or(status = 'replay') AS replay FROM event_feed.parked_event
       WHERE group_name = $1 AND status <> 'dropped' AND stream_id IS NOT NULL GROUP BY stream_id`,
      [group],
    );
    return rows.map(({ stream_id: streamId, replay }) => ({ streamId, replay }));
  }

  /** All that is parked of a stream, not only what was there when the replay was asked for: it keeps its order. */
  async ofStream(group: string, streamId: string): Promise<readonly ParkedRow[]> {
    const { rows } = await this.#pool.query<Row>(
      `SELECT * FROM event_feed.parked_event
       WHERE group_name = $1 AND stream_id = $2 AND status <> 'dropped' ORDER BY parked_id`,
      [group, streamId],
    );
    return rows.map(parkedRow);
  }

  /** Records of no known stream that somebody asked to replay. */
  async streamless(group: string, source: FeedSource): Promise<readonly ParkedRow[]> {
    const { rows } = await this.#pool.query<Row>(
      `SELECT * FROM event_feed.parked_event
       WHERE group_name = $1 AND source = $2 AND stream_id IS NULL AND status = 'replay' ORDER BY parked_id`,
      [group, source],
    );
    return rows.map(parkedRow);
  }

  /** A replay ended here: the event stays parked with its new fault, the ones behind it with the one they had. */
  async failedAgain(failed: ParkedRow, behind: readonly ParkedRow[], fault: Fault): Promise<void> {
    await this.#pool.query(
      `WITH failed AS (
         UPDATE event_feed.parked_event
         SET status = 'parked',
             error_code = CASE WHEN parked_id = $1 THEN $3 ELSE error_code END,
             error_message = CASE WHEN parked_id = $1 THEN $4 ELSE error_message END,
             tries = CASE WHEN parked_id = $1 THEN tries + $5 ELSE tries END
         WHERE status = 'replay' AND (parked_id = $1 OR parked_id = ANY ($2))
         RETURNING group_name
       )
       SELECT pg_notify('${PARKED_CHANNEL}', group_name) FROM failed GROUP BY group_name`,
      [failed.id, behind.map(({ id }) => id), fault.code, fault.message, fault.tries],
    );
  }
}

function parkedRow(row: Row): ParkedRow {
  return {
    id: row.parked_id,
    streamId: row.stream_id,
    position: row.position === null ? null : BigInt(row.position),
    record: recordOf(row),
  };
}
