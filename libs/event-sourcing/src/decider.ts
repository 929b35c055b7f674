/**
 * The shape of an aggregate: pure functions over plain data. Time, ids and look-ups arrive inside the command, so the
 * same command on the same state always gives the same answer.
 *
 * @see https://thinkbeforecoding.com/post/2021/12/17/functional-event-sourcing-decider
 */
export interface Decider<Command, State, Event, Refusal extends DomainRefusal> {
  /** The state of a stream without events. */
  readonly initial: State;
  /** What the command leads to. A command repeated on a state that already shows its effect gives no events. */
  readonly decide: (command: Command, state: State) => Decision<Event, Refusal>;
  /** The state after one more event. */
  readonly evolve: (state: State, event: Event) => State;
}

/** Why a command was turned down: a stable code and whatever a person needs to act on it. Never an HTTP status. */
export interface DomainRefusal {
  readonly code: string;
}

export type Decision<Event, Refusal extends DomainRefusal> =
  | { readonly accepted: true; readonly events: readonly Event[] }
  | { readonly accepted: false; readonly refusal: Refusal };

export function accept<Event>(...events: readonly Event[]): {
  readonly accepted: true;
  readonly events: readonly Event[];
} {
  return { accepted: true, events };
}

export function refuse<Refusal extends DomainRefusal>(
  refusal: Refusal,
): { readonly accepted: false; readonly refusal: Refusal } {
  return { accepted: false, refusal };
}

/** Folds a stream's events into the state they describe. */
export function fold<State, Event>(
  decider: { readonly initial: State; readonly evolve: (state: State, event: Event) => State },
  events: Iterable<Event>,
): State {
  let state = decider.initial;
  for (const event of events) state = decider.evolve(state, event);
  return state;
}
