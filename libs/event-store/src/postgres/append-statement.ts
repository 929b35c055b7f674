import type { Append, AppendOutcome, ExpectedRevision } from '#event-sourcing';

/** Calls `event_store.append` (migration 0001), which tells what each parameter means. */
export const APPEND_SQL =
  'SELECT stored, repeated, head, head_position FROM event_store.append($1, $2, $3, $4, $5, $6, $7, $8)';

export interface AppendRow {
  readonly stored: boolean;
  readonly repeated: boolean;
  readonly head: number;
  readonly head_position: string | null;
}

/** The parameters of `APPEND_SQL`: flat arrays, one element for each append, then one for each event. */
export function appendParameters(appends: readonly Append[]): readonly (readonly (string | number)[])[] {
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
  return [streams, expected, owners, places, ids, types, payloads, metadatas];
}

function expectedNumber(expected: ExpectedRevision): number {
  if (expected === 'any') return -2;
  return expected === 'no-stream' ? -1 : expected;
}

export function outcomeOf(row: AppendRow): AppendOutcome {
  if (row.stored && row.head_position !== null) {
    return { ok: true, revision: row.head, position: BigInt(row.head_position), repeated: row.repeated };
  }
  return { ok: false, reason: 'wrong-revision', actual: row.head < 0 ? 'no-stream' : row.head };
}
