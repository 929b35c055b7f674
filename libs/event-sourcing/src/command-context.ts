import { v4, v5 } from 'uuid';
import type { EventMetadata, NewEvent } from './event-store';

/** Fixed for good: ids made under it are found again by a repeated command. */
const NAMESPACE = '0f6c2a52-51c2-4a0e-9a5e-7d3c1a3f6b10';

/** Where a command came from: what its events' metadata will say. */
export type CommandContext = Omit<EventMetadata, 'schemaVersion'>;

/**
 * The id of a command given by HTTP: uuidv5 of actor, method, route and `Idempotency-Key`, so that a repeat finds itself in
 * the stream; random when the request bears no key.
 */
export function commandIdOf(actor: string, method: string, route: string, idempotencyKey: string | null): string {
  return idempotencyKey === null ? v4() : v5(JSON.stringify([actor, method, route, idempotencyKey]), NAMESPACE);
}

/** An id that follows from a command's id and a purpose: of a new aggregate, or of an event by its place. */
export function derivedId(commandId: string, purpose: string): string {
  return v5(purpose, commandId);
}

/** Wraps decided events for the store, with ids that a repeat of the command gives again. */
export function toNewEvents(
  events: readonly { readonly type: string }[],
  context: CommandContext,
): readonly NewEvent[] {
  return events.map(({ type, ...data }, index) => ({
    id: derivedId(context.commandId, `event-${index}`),
    type,
    data,
    // `VersionedEventStore` knows the current one.
    metadata: { ...context, schemaVersion: 1 },
  }));
}

/** The domain's event, as `decide` gave it. The caller knows by the stream whose events these are. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- states what the stream holds, once
export function toDomainEvent<Event>(recorded: { readonly type: string; readonly data: unknown }): Event {
  return { type: recorded.type, ...(recorded.data as object) } as Event;
}
