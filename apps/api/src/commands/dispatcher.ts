import { Inject, Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import {
  backfill,
  burstPlan,
  circuit,
  calendar,
  dataSource,
  dataset,
  delivery,
  deliveryPlan,
  destination,
  job,
  preferences,
  schedule,
  template,
  streamOf,
  type TemplateCommand,
  type TemplateState,
  type ScheduleCommand,
  type ScheduleState,
  type JobCommand,
  type JobState,
  type DatasetCommand,
  type DatasetState,
  type DataSourceCommand,
  type DataSourceState,
  type CalendarCommand,
  type CalendarState,
  type BackfillCommand,
  type BackfillState,
  type BurstPlanCommand,
  type BurstPlanState,
  type CircuitCommand,
  type CircuitState,
  type PreferencesCommand,
  type PreferencesState,
  type DeliveryCommand,
  type DeliveryState,
  type DeliveryPlanCommand,
  type DeliveryPlanState,
  type DestinationCommand,
  type DestinationState,
} from '#domain';
import type { CommandContext, Decider } from '#event-sourcing';
import { PARTS, type Parts } from '#runtime';
import type { RevisionMatch } from '../http/request-headers';
import { AggregateCommand } from './aggregate-command';
import { done, type Done, type Refusal } from './outcomes';
import { Streams, type Loaded } from './streams';

/** What every command from outside brings along. */
interface From {
  readonly context: CommandContext;
  readonly ifMatch: RevisionMatch | null;
  /** True: the caller was found to have the right before, and making the command does more than to look. */
  readonly authorised?: true;
}

/** Makes the command from the aggregate's present state, or throws when the caller may not give it. */
type Make<State, Command> = (state: State) => Command | Promise<Command>;

/** Sends commands to the aggregates. Throws a `Problem` for whatever was not carried out. */
@Injectable()
export class Dispatcher {
  constructor(
    @Inject(CommandBus) private readonly bus: CommandBus,
    @Inject(Streams) private readonly streams: Streams,
    @Inject(PARTS) private readonly parts: Parts,
  ) {}

  template(from: From, id: string, make: Make<TemplateState, TemplateCommand>) {
    return this.send(from, template, streamOf('template', id), () => this.streams.template(id), make);
  }

  schedule(from: From, id: string, make: Make<ScheduleState, ScheduleCommand>) {
    return this.send(from, schedule, streamOf('schedule', id), () => this.streams.schedule(id), make);
  }

  job(from: From, id: string, make: Make<JobState, JobCommand>) {
    return this.send(from, job, streamOf('job', id), () => this.streams.job(id), make);
  }

  dataset(from: From, id: string, make: Make<DatasetState, DatasetCommand>) {
    return this.send(from, dataset, streamOf('dataset', id), () => this.streams.dataset(id), make);
  }

  dataSource(from: From, id: string, make: Make<DataSourceState, DataSourceCommand>) {
    return this.send(from, dataSource, streamOf('datasource', id), () => this.streams.dataSource(id), make);
  }

  calendar(from: From, id: string, make: Make<CalendarState, CalendarCommand>) {
    return this.send(from, calendar, streamOf('calendar', id), () => this.streams.calendar(id), make);
  }

  backfill(from: From, id: string, make: Make<BackfillState, BackfillCommand>) {
    return this.send(from, backfill, streamOf('backfill', id), () => this.streams.backfill(id), make);
  }

  burstPlan(from: From, scheduleId: string, make: Make<BurstPlanState, BurstPlanCommand>) {
    return this.send(
      from,
      burstPlan,
      streamOf('burstplan', scheduleId),
      () => this.streams.burstPlan(scheduleId),
      make,
    );
  }

  circuit(from: From, id: string, make: Make<CircuitState, CircuitCommand>) {
    return this.send(from, circuit, streamOf('circuit', id), () => this.streams.circuit(id), make);
  }

  preferences(from: From, userId: string, make: Make<PreferencesState, PreferencesCommand>) {
    return this.send(from, preferences, streamOf('preferences', userId), () => this.streams.preferences(userId), make);
  }

  destination(from: From, id: string, make: Make<DestinationState, DestinationCommand>) {
    return this.send(from, destination, streamOf('destination', id), () => this.streams.destination(id), make);
  }

  deliveryPlan(from: From, id: string, make: Make<DeliveryPlanState, DeliveryPlanCommand>) {
    return this.send(from, deliveryPlan, streamOf('deliveryplan', id), () => this.streams.deliveryPlan(id), make);
  }

  delivery(from: From, id: string, make: Make<DeliveryState, DeliveryCommand>) {
    return this.send(from, delivery, streamOf('delivery', id), () => this.streams.delivery(id), make);
  }

  private async send<State, Command, Event extends { readonly type: string }, Code extends Refusal>(
    { context, ifMatch, authorised }: From,
    decider: Decider<Command, State, Event, Code>,
    streamId: string,
    load: () => Promise<Loaded<State>>,
    make: Make<State, Command>,
  ): Promise<Done<State, Event>> {
    const expectedRevision = await this.expected(streamId, ifMatch);
    const command = new AggregateCommand(decider, { streamId, context, command: make, expectedRevision });
    const outcome = await this.bus.execute(command);
    // That a revision is stale may be told only to those who may see what it is a revision of: making the command finds out.
    if (outcome.kind === 'stale' && !authorised) await make((await load()).state);
    return done(outcome);
  }

  /** Of several acceptable revisions the one that stands; -2, which none has, when no tag was one of ours. */
  private async expected(streamId: string, match: RevisionMatch | null): Promise<number | undefined> {
    if (match === null || match === 'any') return undefined;
    if (match.length <= 1) return match[0] ?? -2;
    const head = (await this.parts.eventStore.headRevisions([streamId])).get(streamId);
    return head !== undefined && match.includes(head) ? head : -2;
  }
}
