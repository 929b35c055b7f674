import type { Append, AppendOutcome, ExpectedRevision, RecordedEvent } from '#event-sourcing';

/** Calls `event_store.append` (migration 0001), which tells what each parameter means. */
export const APPEND_SQL = 'SELECT stored, head, head_position FROM event_store.append($1, $2, $3, $4, $5, $6, $7, $8)';

export interface AppendRow {
  readonly stored: boolean;
  /** Revision of the stream's last event afterwards; -1 for an empty stream. */
  readonly head: number;
  readonly head_position: string | null;
}

/** The parameters of `APPEND_SQL`: one element for each append, then one for each event. */
export function appendParameters(appends: readonly Append[]): readonly (string | readonly number[])[] {
  const owners: number[] = [];
  const places: number[] = [];
  const ids: string[] = [];
  const types: string[] = [];
  const payloads: string[] = [];
  const metadatas: string[] = [];
  appends.forEach(({ events }, append) =>
    events.forEach((event, place) => {
      owners.push(append + 1);
      places.push(place + 1);
      ids.push(event.id);
      types.push(event.type);
      payloads.push(JSON.stringify(event.data));
      metadatas.push(JSON.stringify(event.metadata));
    }),
  );
  const streams = appends.map(({ streamId }) => streamId);
  const expected = appends.map((append) => expectedNumber(append.expected));
  const joined = [ids, types, payloads, metadatas].map((texts) => texts.join('\n'));
  return [streams.join('\n'), expected, owners, places, ...joined];
}

function expectedNumber(expected: ExpectedRevision): number {
  if (expected === 'any') return -2;
  return expected === 'no-stream' ? -1 : expected;
}

export function outcomeOf(row: AppendRow): AppendOutcome {
  if (row.stored && row.head_position !== null) {
    return { ok: true, revision: row.head, position: BigInt(row.head_position), repeated: false };
  }
  return { ok: false, reason: 'wrong-revision', actual: row.head < 0 ? 'no-stream' : row.head };
}

/**
 * Where a refused append's events stand already, all of them and just where they would have been put: then its first try had
 * succeeded and only the answer was lost. `stream` holds the stream's events that bear one of the append's ids.
 */
export function repeatOf(append: Append, stream: readonly RecordedEvent[]): AppendOutcome | null {
  const { expected, events } = append;
  const first =
    expected === 'any' ? stream.find(({ id }) => id === events[0]?.id)?.revision : expectedNumber(expected) + 1;
  if (first === undefined) return null;
  const there = events.map(({ id }, place) =>
    stream.find((event) => event.id === id && event.revision === first + place),
  );
  const last = there.at(-1);
  if (!last || there.includes(undefined)) return null;
  return { ok: true, revision: last.revision, position: last.position, repeated: true };
}

/** Names travel joined by newlines: one that contains a newline would be taken for two. Throws a `RangeError`. */
export function requireOneLine({ streamId, events }: Append): void {
  const broken = streamId.includes('\n') || events.some(({ id, type }) => id.includes('\n') || type.includes('\n'));
  if (broken) throw new RangeError('stream ids, event ids and event types may not contain a newline');
}
