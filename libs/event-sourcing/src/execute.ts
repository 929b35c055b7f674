import { toDomainEvent, toNewEvents, type CommandContext } from './command-context';
import { fold, type Decider, type DomainRefusal } from './decider';
import type { EventStore, Position } from './event-store';

/** How often a decision is made anew when others write to the same stream meanwhile. */
const MAX_CONFLICTS = 8;

export interface ExecuteOptions<Command, State> {
  readonly streamId: string;
  /** The command, or how to make it from the stream's present state (null for an empty stream). */
  readonly command: Command | ((state: State) => Command | Promise<Command>);
  readonly context: CommandContext;
  /** Refuse unless the stream stands at this revision (HTTP's If-Match). */
  readonly expectedRevision?: number | undefined;
}

export type ExecuteOutcome<State, Event, Refusal> =
  | {
      readonly kind: 'done';
      readonly streamId: string;
      readonly state: State;
      readonly events: readonly Event[];
      /** Revision of the stream's last event; -1 when it has none. */
      readonly revision: number;
      /** Position of the stream's last event. */
      readonly position: Position;
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'stale'; readonly actual: number }
  /** Others wrote to the stream each time; the caller may try later. */
  | { readonly kind: 'contended' };

/** Load, decide, append; on a conflict load and decide again, a bounded number of times. */
export async function execute<Command, State, Event extends { readonly type: string }, Refusal extends DomainRefusal>(
  store: EventStore,
  decider: Decider<Command, State, Event, Refusal>,
  options: ExecuteOptions<Command, State>,
): Promise<ExecuteOutcome<State, Event, Refusal>> {
  const { streamId, context } = options;
  for (let tries = 0; tries < MAX_CONFLICTS; tries += 1) {
    const history = await store.readStream(streamId);
    const state = fold(
      decider,
      history.map((event) => toDomainEvent<Event>(event)),
    );
    const last = history.at(-1);
    const revision = last?.revision ?? -1;
    const repeated = history.filter((event) => event.metadata.commandId === context.commandId);
    if (repeated.length > 0) {
      const events = repeated.map((event) => toDomainEvent<Event>(event));
      return { kind: 'done', streamId, state, events, revision, position: last?.position ?? 0n };
    }
    if (options.expectedRevision !== undefined && options.expectedRevision !== revision) {
      return { kind: 'stale', actual: revision };
    }
    const command =
      typeof options.command === 'function'
        ? await (options.command as (state: State) => Command | Promise<Command>)(state)
        : options.command;
    const decision = decider.decide(command, state);
    if (!decision.accepted) return { kind: 'refused', refusal: decision.refusal };
    if (decision.events.length === 0) {
      return { kind: 'done', streamId, state, events: [], revision, position: last?.position ?? 0n };
    }
    const outcome = await store.append({
      streamId,
      expected: revision < 0 ? 'no-stream' : revision,
      events: toNewEvents(decision.events, context),
    });
    if (outcome.ok) {
      const after = decision.events.reduce((so, event) => decider.evolve(so, event), state);
      return {
        kind: 'done',
        streamId,
        state: after,
        events: decision.events,
        revision: outcome.revision,
        position: outcome.position,
      };
    }
  }
  return { kind: 'contended' };
}
