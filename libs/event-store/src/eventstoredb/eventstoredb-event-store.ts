import { randomUUID } from 'node:crypto';
import {
  ANY,
  BACKWARDS,
  END,
  NO_STREAM,
  START as FIRST,
  WrongExpectedVersionError,
  type AppendExpectedRevision,
  type ReadRevision,
} from '@eventstore/db-client';
import {
  START,
  type Append,
  type AppendOutcome,
  type EventStore,
  type ExpectedRevision,
  type Position,
  type ReadAll,
  type ReadPage,
  type RecordedEvent,
  type StreamPlace,
  type Unsubscribe,
} from '#event-sourcing';
import type { Logger } from '#platform';
import { AppendWatch } from './append-watch';
import { readBounded } from './bounded-read';
import { connectEventStoreDb, type EventStoreDbConnection } from './connection';
import { EventStoreDbError, inTime } from './failures';
import { inTurns } from './in-turns';
import { proposedEvent, storedEvent, type StoredEvent } from './stored-events';

/** Milliseconds that a call may go without an answer. */
const DEADLINE_MS = 10_000;
/** Calls under way at a time for an operation on many streams. */
const CALLS_AT_A_TIME = 32;
/** Records that one page of a filtered read looks at. The server does not filter reads, so all of them travel. */
const RECORDS_PER_PAGE = 2000;

export interface EventStoreDbOptions {
  readonly logger: Logger;
  /** Milliseconds that a call may go without an answer; default 10,000. */
  readonly deadlineMs?: number;
}

/**
 * Opens the store at a connection string (`esdb://…` or `kurrentdb://…`). Throws an `EventStoreUrlError` when it is malformed;
 * the first call connects.
 */
export function createEventStoreDb(url: string, logger: Logger): EventStoreDbEventStore {
  return new EventStoreDbEventStore(connectEventStoreDb(url), { logger });
}

/**
 * Events in EventStoreDB or KurrentDB, version 22.6 or later. A position is the commit position in the server's log, which has
 * gaps. Calls that fail, or find no answer in time, reject with an `EventStoreDbError`; an append may have been stored then.
 */
export class EventStoreDbEventStore implements EventStore {
  readonly #connection: EventStoreDbConnection;
  readonly #deadlineMs: number;
  readonly #watch: AppendWatch;
  readonly #closed = new AbortController();

  /** The store owns the connection and closes it. */
  constructor(connection: EventStoreDbConnection, { logger, deadlineMs = DEADLINE_MS }: EventStoreDbOptions) {
    this.#connection = connection;
    this.#deadlineMs = deadlineMs;
    this.#watch = new AppendWatch(connection.client, logger, deadlineMs);
  }

  async append(append: Append): Promise<AppendOutcome> {
    requireOwnNames(append);
    const { streamId, events } = append;
    const appendId = randomUUID();
    const answer = await this.#write(append, appendId);
    if (typeof answer === 'object') return answer;
    // The server acknowledges a repeated append as it did the first one. Whose events stand there shows which it was.
    const [last] = await this.#readStream(streamId, { fromRevision: BigInt(answer), maxCount: 1 });
    if (last?.event.id !== events.at(-1)?.id || last === undefined) {
      const message = `revision ${answer} of ${streamId} was acknowledged, but another event stands there`;
      throw new EventStoreDbError('appending', 'unexpected-event', message);
    }
    const { revision, position } = last.event;
    return { ok: true, revision, position, repeated: last.appendId !== appendId };
  }

  appendMany(appends: readonly Append[]): Promise<readonly AppendOutcome[]> {
    return inTurns(appends, CALLS_AT_A_TIME, (append) => this.append(append));
  }

  async readStream(
    streamId: string,
    options: { readonly fromRevision?: number } = {},
  ): Promise<readonly RecordedEvent[]> {
    const stored = await this.#readStream(streamId, { fromRevision: BigInt(options.fromRevision ?? 0) });
    return stored.map(({ event }) => event);
  }

  async readStreams(streamIds: readonly string[]): Promise<ReadonlyMap<string, readonly RecordedEvent[]>> {
    const streams = await inTurns(streamIds, CALLS_AT_A_TIME, (streamId) => this.readStream(streamId));
    return new Map(streams.flatMap((events) => (events[0] ? [[events[0].streamId, events] as const] : [])));
  }

  async headRevisions(streamIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const heads = await inTurns(streamIds, CALLS_AT_A_TIME, (streamId) =>
      this.#readStream(streamId, { fromRevision: END, direction: BACKWARDS, maxCount: 1 }),
    );
    return new Map(heads.flatMap(([head]) => (head ? [[head.event.streamId, head.event.revision] as const] : [])));
  }

  async readAt(places: readonly StreamPlace[]): Promise<readonly RecordedEvent[]> {
    const found = await inTurns(places, CALLS_AT_A_TIME, ({ streamId, revision }) =>
      this.#readStream(streamId, { fromRevision: BigInt(revision), maxCount: 1 }),
    );
    return found.flatMap(([first]) => (first ? [first.event] : []));
  }

  async readAll({ after, limit, types }: ReadAll): Promise<ReadPage> {
    const wanted = types && new Set(types);
    // Reading begins at the record of `after` itself, which is one too many.
    const maxCount = (wanted ? Math.max(limit, RECORDS_PER_PAGE) : limit) + (after === START ? 0 : 1);
    const fromPosition = after === START ? FIRST : { commit: after, prepare: after };
    const events: RecordedEvent[] = [];
    let [looked, readUpTo] = [0, after];
    const read = this.#connection.client.readAll({ fromPosition, maxCount, requiresLeader: true });
    await readBounded(read, this.#bounds('reading $all'), ({ event: record }) => {
      looked += 1;
      if (!record || record.position.commit <= after) return true;
      readUpTo = record.position.commit;
      const stored = storedEvent(record);
      if (stored && (!wanted || wanted.has(stored.event.type))) events.push(stored.event);
      return events.length < limit;
    });
    return { events, readUpTo, more: looked === maxCount || events.length === limit };
  }

  /** Looks back past what the server itself has written. */
  async head(): Promise<Position> {
    let head = START;
    const read = this.#connection.client.readAll({ fromPosition: END, direction: BACKWARDS, requiresLeader: true });
    await readBounded(read, this.#bounds('reading the head of $all'), ({ event: record }) => {
      const stored = record && storedEvent(record);
      if (!stored) return true;
      head = stored.event.position;
      return false;
    });
    return head;
  }

  onAppended(listener: () => void): Promise<Unsubscribe> {
    return this.#watch.listen(listener);
  }

  /** Calls under way reject. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#watch.close();
    await this.#connection.client.dispose();
  }

  /** The revision of the last event, or the refusal. */
  async #write({ streamId, expected, events }: Append, appendId: string): Promise<number | AppendOutcome> {
    const { client, appendCredentials } = this.#connection;
    const call = client.appendToStream(
      streamId,
      events.map((event) => proposedEvent(event, appendId)),
      {
        expectedRevision: expectedRevision(expected),
        requiresLeader: true,
        deadline: this.#deadlineMs,
        ...(appendCredentials && { credentials: appendCredentials }),
      },
    );
    try {
      const { nextExpectedRevision } = await inTime(`appending to ${streamId}`, this.#deadlineMs, call);
      return Number(nextExpectedRevision);
    } catch (error) {
      if (!(error instanceof WrongExpectedVersionError)) throw error;
      const { actualVersion } = error;
      const actual = typeof actualVersion === 'bigint' ? Number(actualVersion) : 'no-stream';
      return { ok: false, reason: 'wrong-revision', actual };
    }
  }

  async #readStream(
    streamId: string,
    options: { fromRevision: ReadRevision; direction?: typeof BACKWARDS; maxCount?: number },
  ): Promise<readonly StoredEvent[]> {
    const events: StoredEvent[] = [];
    const read = this.#connection.client.readStream(streamId, { ...options, requiresLeader: true });
    await readBounded(read, this.#bounds(`reading ${streamId}`), ({ event: record }) => {
      const stored = record && storedEvent(record);
      if (!stored) {
        const message = `the stream ${streamId} holds an event that this store did not write`;
        throw new EventStoreDbError('reading a stream', 'foreign-event', message);
      }
      events.push(stored);
      return true;
    });
    return events;
  }

  #bounds(call: string) {
    return { call, deadlineMs: this.#deadlineMs, closed: this.#closed.signal };
  }
}

function expectedRevision(expected: ExpectedRevision): AppendExpectedRevision {
  if (expected === 'any') return ANY;
  return expected === 'no-stream' ? NO_STREAM : BigInt(expected);
}

/** Names with a dollar sign are the server's own: what is written under them would not be read back. */
function requireOwnNames({ streamId, events }: Append): void {
  if (events.length === 0) throw new RangeError('an append needs at least one event');
  if (streamId.startsWith('$') || events.some(({ type }) => type.startsWith('$'))) {
    throw new RangeError('names of streams and event types may not begin with $');
  }
}
