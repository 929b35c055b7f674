import { Inject } from '@nestjs/common';
import { Command, CommandHandler } from '@nestjs/cqrs';
import { execute, type Decider, type DomainRefusal, type ExecuteOptions, type ExecuteOutcome } from '#event-sourcing';
import { PARTS, type Parts } from '#runtime';

/** A command for an aggregate of any kind: its decider, and what the edge knows: stream, origin, and the revision that the caller has seen. */
export class AggregateCommand<
  Input,
  State,
  Event extends { readonly type: string },
  Refusal extends DomainRefusal,
> extends Command<ExecuteOutcome<State, Event, Refusal>> {
  constructor(
    readonly decider: Decider<Input, State, Event, Refusal>,
    readonly options: ExecuteOptions<Input, State>,
  ) {
    super();
  }
}

/** Loads the aggregate's stream, decides and appends. */
@CommandHandler(AggregateCommand)
export class AggregateCommandHandler {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  execute<Input, State, Event extends { readonly type: string }, Refusal extends DomainRefusal>({
    decider,
    options,
  }: AggregateCommand<Input, State, Event, Refusal>): Promise<ExecuteOutcome<State, Event, Refusal>> {
    return execute(this.parts.eventStore, decider, options);
  }
}
