import type { NotificationListener, Pool } from '#database';
import type {
  Append,
  AppendOutcome,
  EventMetadata,
  EventStore,
  Position,
  ReadAll,
  ReadPage,
  RecordedEvent,
  StreamPlace,
  Unsubscribe,
} from '#event-sourcing';
import { AppendQueue } from './append-queue';
import { APPEND_SQL, appendParameters, outcomeOf, repeatOf, requireOneLine, type AppendRow } from './append-statement';

/** The channel on which `event_store.append` calls. */
const CHANNEL = 'event_store';
/** Positions that one page of a filtered read looks at: keeps a read short when few events match. */
const POSITIONS_PER_PAGE = 20_000;

const COLUMNS = 'position, stream_id, revision, event_id, type, data, metadata, recorded_at';

interface EventRow {
  readonly position: string;
  readonly stream_id: string;
  readonly revision: number;
  readonly event_id: string;
  readonly type: string;
  readonly data: unknown;
  readonly metadata: EventMetadata;
  readonly recorded_at: Date;
}

/**
 * Events in one PostgreSQL table. Positions are contiguous and become visible in order (see migration 0001), so a reader
 * that asks for what is after its position misses nothing.
 */
export class PostgresEventStore implements EventStore {
  readonly #pool: Pool;
  readonly #notifications: NotificationListener;
  readonly #queue: AppendQueue;

  /** The pool and the listener belong to the caller, who closes them after the store. */
  constructor(pool: Pool, notifications: NotificationListener) {
    this.#pool = pool;
    this.#notifications = notifications;
    this.#queue = new AppendQueue((appends) => this.#store(appends));
  }

  async append(append: Append): Promise<AppendOutcome> {
    if (append.events.length === 0) throw new RangeError('an append needs at least one event');
    requireOneLine(append);
    return this.#queue.add(append);
  }

  appendMany(appends: readonly Append[]): Promise<readonly AppendOutcome[]> {
    return Promise.all(appends.map((append) => this.append(append)));
  }

  async readStream(
    streamId: string,
    options: { readonly fromRevision?: number } = {},
  ): Promise<readonly RecordedEvent[]> {
    const { rows } = await this.#pool.query<EventRow>({
      name: 'read-stream',
      text: `SELECT ${COLUMNS} FROM event_store.event WHERE stream_id = $1 AND revision >= $2 ORDER BY revision`,
      values: [streamId, options.fromRevision ?? 0],
    });
    return rows.map(recorded);
  }

  async readStreams(streamIds: readonly string[]): Promise<ReadonlyMap<string, readonly RecordedEvent[]>> {
    const { rows } = await this.#pool.query<EventRow>({
      name: 'read-streams',
      text: `SELECT e.* FROM (SELECT DISTINCT unnest($1::text[])) AS s (stream_id) CROSS JOIN LATERAL (
               SELECT ${COLUMNS} FROM event_store.event e WHERE e.stream_id = s.stream_id ORDER BY e.revision
             ) e`,
      values: [streamIds],
    });
    const streams = new Map<string, RecordedEvent[]>();
    for (const row of rows) {
      const events = streams.get(row.stream_id);
      if (events) events.push(recorded(row));
      else streams.set(row.stream_id, [recorded(row)]);
    }
    return streams;
  }

  async headRevisions(streamIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { rows } = await this.#pool.query<{ stream_id: string; revision: number }>({
      name: 'head-revisions',
      text: `SELECT s.stream_id, h.revision FROM unnest($1::text[]) AS s (stream_id) CROSS JOIN LATERAL (
               SELECT e.revision FROM event_store.event e WHERE e.stream_id = s.stream_id ORDER BY e.revision DESC LIMIT 1
             ) h`,
      values: [streamIds],
    });
    return new Map(rows.map((row) => [row.stream_id, row.revision]));
  }

  async readAt(places: readonly StreamPlace[]): Promise<readonly RecordedEvent[]> {
    const { rows } = await this.#pool.query<EventRow>({
      name: 'read-at',
      text: `SELECT ${COLUMNS} FROM unnest($1::text[], $2::integer[]) AS place (stream_id, revision)
             JOIN event_store.event USING (stream_id, revision)`,
      values: [places.map(({ streamId }) => streamId), places.map(({ revision }) => revision)],
    });
    return rows.map(recorded);
  }

  async readAll({ after, limit, types }: ReadAll): Promise<ReadPage> {
    const last = after + BigInt(types ? POSITIONS_PER_PAGE : limit);
    // One statement, one snapshot: the head it reports is the head that its events were read under.
    const { rows } = await this.#pool.query<EventRow & { head: string }>({
      name: types ? 'read-all-of-types' : 'read-all',
      text: `SELECT head.head, e.* FROM (SELECT coalesce(max(position), 0) AS head FROM event_store.event) head
             LEFT JOIN LATERAL (
               SELECT ${COLUMNS} FROM event_store.event
               WHERE position > $1 AND position <= $2 ${types ? 'AND type = ANY ($4)' : ''}
               ORDER BY position LIMIT $3
             ) e ON true`,
      values: [after.toString(), last.toString(), limit, ...(types ? [types] : [])],
    });
    const head = BigInt(rows[0]?.head ?? 0);
    const events = rows.filter((row) => (row.position as string | null) !== null).map(recorded);
    const lastEvent = events.at(-1);
    const cut = events.length === limit && lastEvent !== undefined;
    const readUpTo = cut ? lastEvent.position : min(last, head);
    return { events, readUpTo: readUpTo > after ? readUpTo : after, more: readUpTo < head };
  }

  async head(): Promise<Position> {
    const { rows } = await this.#pool.query<{ head: string }>(
      'SELECT coalesce(max(position), 0) AS head FROM event_store.event',
    );
    return BigInt(rows[0]?.head ?? 0);
  }

  onAppended(listener: () => void): Promise<Unsubscribe> {
    return this.#notifications.listen(CHANNEL, listener);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #store(appends: readonly Append[]): Promise<readonly AppendOutcome[]> {
    const { rows } = await this.#pool.query<AppendRow>({
      name: 'append',
      text: APPEND_SQL,
      values: [...appendParameters(appends)],
    });
    return Promise.all(rows.map((row, index) => this.#outcome(row, appends[index])));
  }

  /** Refusals are rare: only then is it worth a look whether the append stands there already. */
  async #outcome(row: AppendRow, append: Append | undefined): Promise<AppendOutcome> {
    const outcome = outcomeOf(row);
    if (outcome.ok || outcome.actual === 'no-stream' || append === undefined) return outcome;
    const { rows } = await this.#pool.query<EventRow>({
      name: 'find-repeat',
      text: `SELECT ${COLUMNS} FROM event_store.event WHERE stream_id = $1 AND event_id = ANY ($2) ORDER BY revision`,
      values: [append.streamId, append.events.map(({ id }) => id)],
    });
    return repeatOf(append, rows.map(recorded)) ?? outcome;
  }
}

function recorded(row: EventRow): RecordedEvent {
  return {
    id: row.event_id,
    type: row.type,
    data: row.data,
    metadata: row.metadata,
    streamId: row.stream_id,
    revision: row.revision,
    position: BigInt(row.position),
    recordedAt: row.recorded_at,
  };
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
