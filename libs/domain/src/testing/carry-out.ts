import { randomUUID } from 'node:crypto';
import { execute, type Decider, type DomainRefusal, type EventStore } from '#event-sourcing';
import { ANNA } from './samples';

/** Carries out a command of Anna's on an aggregate in a store. Throws when it is refused. */
export async function carryOut<Command, State, Event extends { readonly type: string }, Refusal extends DomainRefusal>(
  eventStore: EventStore,
  decider: Decider<Command, State, Event, Refusal>,
  streamId: string,
  command: Command,
): Promise<void> {
  const commandId = randomUUID();
  const context = { commandId, correlationId: commandId, causationId: null, actor: ANNA, traceparent: null };
  const outcome = await execute(eventStore, decider, { streamId, command: () => command, context });
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome));
}
