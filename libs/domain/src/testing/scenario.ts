import { fold, type Decider, type DomainRefusal } from '#event-sourcing';

/** Given past events, when a command arrives, then these events follow or that refusal. */
export function given<Command, State, Event, Refusal extends DomainRefusal>(
  decider: Decider<Command, State, Event, Refusal>,
  ...history: readonly Event[]
) {
  const state = fold(decider, history);
  return {
    /** What the history amounts to. */
    state,
    when(command: Command) {
      const decision = decider.decide(command, state);
      return {
        then(...events: readonly Event[]): void {
          expect(decision).toEqual({ accepted: true, events });
        },
        thenNothing(): void {
          expect(decision).toEqual({ accepted: true, events: [] });
        },
        refused(code: Refusal['code']): void {
          expect(decision).toMatchObject({ accepted: false, refusal: { code } });
        },
        decision,
      };
    },
  };
}
