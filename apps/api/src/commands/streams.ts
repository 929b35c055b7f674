import { Inject, Injectable } from '@nestjs/common';
import {
  calendar,
  backfill,
  burst,
  burstPlan,
  circuit,
  dataset,
  dataSource,
  delivery,
  deliveryPlan,
  destination,
  job,
  preferences,
  schedule,
  streamOf,
  template,
  type AggregateType,
  type CalendarEvent,
  type CalendarState,
  type BackfillEvent,
  type BackfillState,
  type BurstEvent,
  type BurstPlanEvent,
  type BurstPlanState,
  type BurstState,
  type CircuitEvent,
  type CircuitState,
  type DataSourceEvent,
  type DataSourceState,
  type DatasetEvent,
  type DatasetState,
  type DeliveryEvent,
  type DeliveryPlanEvent,
  type DeliveryPlanState,
  type DeliveryState,
  type DestinationEvent,
  type DestinationState,
  type JobEvent,
  type JobState,
  type PreferencesEvent,
  type PreferencesState,
  type ScheduleEvent,
  type ScheduleState,
  type TemplateEvent,
  type TemplateState,
} from '#domain';
import { fold, START, toDomainEvent, type Decider, type DomainRefusal, type Position } from '#event-sourcing';
import { READ_MODELS_GROUP } from '#read-models';
import { PARTS, type Parts } from '#runtime';
import { Problem } from '../http/problem';
import { ReadYourWrites } from '../http/read-your-writes';

const CATCH_UP_MS = 5000;

export interface Loaded<State> {
  readonly streamId: string;
  readonly state: State;
  /** Of the stream's last event; -1 when it has none. */
  readonly revision: number;
  /** Of the stream's last event; 0 when it has none. */
  readonly position: Position;
}

/** The present state of aggregates, read from their streams: decisions never rest on a read model. */
@Injectable()
export class Streams {
  constructor(
    @Inject(PARTS) private readonly parts: Parts,
    @Inject(ReadYourWrites) private readonly readYourWrites: ReadYourWrites,
  ) {}

  template(id: string): Promise<Loaded<TemplateState>> {
    return this.load<TemplateState, TemplateEvent>('template', id, template);
  }

  schedule(id: string): Promise<Loaded<ScheduleState>> {
    return this.load<ScheduleState, ScheduleEvent>('schedule', id, schedule);
  }

  job(id: string): Promise<Loaded<JobState>> {
    return this.load<JobState, JobEvent>('job', id, job);
  }

  dataset(id: string): Promise<Loaded<DatasetState>> {
    return this.load<DatasetState, DatasetEvent>('dataset', id, dataset);
  }

  dataSource(id: string): Promise<Loaded<DataSourceState>> {
    return this.load<DataSourceState, DataSourceEvent>('datasource', id, dataSource);
  }

  calendar(id: string): Promise<Loaded<CalendarState>> {
    return this.load<CalendarState, CalendarEvent>('calendar', id, calendar);
  }

  backfill(id: string): Promise<Loaded<BackfillState>> {
    return this.load<BackfillState, BackfillEvent>('backfill', id, backfill);
  }

  /** Of a schedule. */
  burstPlan(scheduleId: string): Promise<Loaded<BurstPlanState>> {
    return this.load<BurstPlanState, BurstPlanEvent>('burstplan', scheduleId, burstPlan);
  }

  /** Of the list that a job made. */
  burst(listJobId: string): Promise<Loaded<BurstState>> {
    return this.load<BurstState, BurstEvent>('burst', listJobId, burst);
  }

  circuit(id: string): Promise<Loaded<CircuitState>> {
    return this.load<CircuitState, CircuitEvent>('circuit', id, circuit);
  }

  preferences(userId: string): Promise<Loaded<PreferencesState>> {
    return this.load<PreferencesState, PreferencesEvent>('preferences', userId, preferences);
  }

  destination(id: string): Promise<Loaded<DestinationState>> {
    return this.load<DestinationState, DestinationEvent>('destination', id, destination);
  }

  deliveryPlan(scheduleId: string): Promise<Loaded<DeliveryPlanState>> {
    return this.load<DeliveryPlanState, DeliveryPlanEvent>('deliveryplan', scheduleId, deliveryPlan);
  }

  delivery(id: string): Promise<Loaded<DeliveryState>> {
    return this.load<DeliveryState, DeliveryEvent>('delivery', id, delivery);
  }

  /**
   * Reads again from a read model what was missing there but stands in its stream, once the read model has caught up.
   * Throws `read_model.behind` when that takes too long.
   */
  async whenProjected<View>({ streamId, position }: Loaded<unknown>, read: () => Promise<View | null>): Promise<View> {
    const caughtUp = await this.readYourWrites.reached(READ_MODELS_GROUP, streamId, position, CATCH_UP_MS);
    const view = caughtUp ? await read() : null;
    if (view !== null) return view;
    throw new Problem('read_model.behind', 'It is stored and will be readable soon: try again.', {
      headers: { 'Retry-After': '1' },
    });
  }

  private async load<State, Event>(
    type: AggregateType,
    id: string,
    decider: Pick<Decider<never, State, Event, DomainRefusal>, 'initial' | 'evolve'>,
  ): Promise<Loaded<State>> {
    const streamId = streamOf(type, id);
    const history = await this.parts.eventStore.readStream(streamId);
    const state = fold(
      decider,
      history.map((event) => toDomainEvent<Event>(event)),
    );
    const last = history.at(-1);
    return { streamId, state, revision: last?.revision ?? -1, position: last?.position ?? START };
  }
}
