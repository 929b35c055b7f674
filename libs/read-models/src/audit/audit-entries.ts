import type { EventStore, RecordedEvent } from '#event-sourcing';
import { aggregateOf, partsOf, type Aggregate } from './aggregates';
import { changedFields, type ChangedFields } from './changed-fields';
import type { RecentStates, Snapshot } from './recent-states';

/** Streams read at a time when their states are not remembered. */
const READS_AT_A_TIME = 4;

export interface AuditRow extends ChangedFields {
  readonly position: string;
  readonly event_id: string;
  readonly stream_id: string;
  readonly revision: number;
  readonly aggregate_type: string;
  readonly aggregate_id: string;
  readonly event_type: string;
  readonly actor: string;
  readonly occurred_at: string;
  readonly recorded_at: string;
  readonly command_id: string;
  readonly correlation_id: string;
  readonly causation_id: string | null;
}

export interface AuditEntries {
  readonly rows: readonly AuditRow[];
  /** The states after the batch, to be remembered once it is stored. */
  readonly states: ReadonlyMap<string, Snapshot>;
}

/** What the audit trail says of a batch. Changes nothing: a batch that could not be stored is made again alike. */
export async function auditEntries(
  events: readonly RecordedEvent[],
  recent: RecentStates,
  store: EventStore,
): Promise<AuditEntries> {
  const states = await statesBefore(events, recent, store);
  const rows = events.map((event) => {
    const { type, id } = partsOf(event.streamId);
    return { ...described(event, type, id), ...changesOf(event, aggregateOf(type), states) };
  });
  return { rows, states };
}

function described(event: RecordedEvent, type: string, id: string): Omit<AuditRow, keyof ChangedFields> {
  const { metadata } = event;
  const { at } = event.data as { readonly at?: unknown };
  const recordedAt = event.recordedAt.toISOString();
  return {
    position: event.position.toString(),
    event_id: event.id,
    stream_id: event.streamId,
    revision: event.revision,
    aggregate_type: type,
    aggregate_id: id,
    event_type: event.type,
    actor: metadata.actor,
    occurred_at: typeof at === 'string' ? at : recordedAt,
    recorded_at: recordedAt,
    command_id: metadata.commandId,
    correlation_id: metadata.correlationId,
    causation_id: metadata.causationId,
  };
}

/** Moves the stream's state past the event. Of what has no state that we know, the event itself is what came. */
function changesOf(event: RecordedEvent, known: Aggregate | null, states: Map<string, Snapshot>): ChangedFields {
  if (!known) return { before: null, after: event.data as Record<string, unknown> };
  const before = event.revision === 0 ? known.initial : states.get(event.streamId)?.state;
  if (!before) throw new Error(`the state of ${event.streamId} before revision ${event.revision} is not known`);
  if (!known.knows(event.type)) {
    states.set(event.streamId, { revision: event.revision, state: before });
    return { before: null, after: event.data as Record<string, unknown> };
  }
  const after = known.evolve(before, event);
  states.set(event.streamId, { revision: event.revision, state: after });
  return event.revision === 0
    ? { before: null, after: after as Record<string, unknown> }
    : changedFields(before, after);
}

/** The state of each stream before its first event in the batch: remembered, or read from the store. */
async function statesBefore(
  events: readonly RecordedEvent[],
  recent: RecentStates,
  store: EventStore,
): Promise<Map<string, Snapshot>> {
  const states = new Map<string, Snapshot>();
  const begun = new Set<string>();
  const missing: { readonly event: RecordedEvent; readonly known: Aggregate }[] = [];
  for (const event of events) {
    if (begun.has(event.streamId)) continue;
    begun.add(event.streamId);
    const known = aggregateOf(partsOf(event.streamId).type);
    if (!known || event.revision === 0) continue;
    const snapshot = recent.at(event.streamId, event.revision - 1);
    if (snapshot) states.set(event.streamId, snapshot);
    else missing.push({ event, known });
  }
  const readers = Array.from({ length: READS_AT_A_TIME }, async () => {
    for (let next = missing.pop(); next; next = missing.pop()) {
      states.set(next.event.streamId, await readBefore(next.event, next.known, store));
    }
  });
  await Promise.all(readers);
  return states;
}

async function readBefore({ streamId, revision }: RecordedEvent, known: Aggregate, store: EventStore) {
  const history = (await store.readStream(streamId)).filter((event) => event.revision < revision);
  if (history.length !== revision) throw new Error(`${streamId} has no whole history before revision ${revision}`);
  const state = history.reduce(
    (state, event) => (known.knows(event.type) ? known.evolve(state, event) : state),
    known.initial,
  );
  return { revision: revision - 1, state };
}
