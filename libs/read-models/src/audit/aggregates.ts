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
  isDeliveryEnded,
  isEnded,
  job,
  notification,
  preferences,
  schedule,
  template,
  type AggregateType,
  type DeliveryState,
  type JobState,
} from '#domain';
import { toDomainEvent, type RecordedEvent } from '#event-sourcing';
import { BURST_EVENTS, BURST_PLAN_EVENTS } from '../bursts/burst-events';
import { CALENDAR_EVENTS } from '../calendars/calendar-projection';
import { BACKFILL_EVENTS } from '../backfills/backfill-projection';
import { CIRCUIT_EVENTS } from '../circuits/circuit-projection';
import { DATA_SOURCE_EVENTS } from '../data-sources/data-source-projection';
import { DATASET_EVENTS } from '../datasets/dataset-projection';
import { DELIVERY_EVENTS, DELIVERY_PLAN_EVENTS } from '../deliveries/delivery-projection';
import { DESTINATION_EVENTS } from '../destinations/destination-projection';
import { JOB_EVENTS } from '../jobs/job-projection';
import { NOTIFICATION_EVENTS, PREFERENCES_EVENTS } from '../notifications/notification-events';
import { SCHEDULE_EVENTS } from '../schedules/schedule-projection';
import { TEMPLATE_EVENTS } from '../templates/template-projection';

/** How an aggregate's state follows from its events, whatever the aggregate. */
export interface Aggregate {
  readonly initial: object;
  readonly evolve: (state: object, event: RecordedEvent) => object;
  /** False for an event type that this version does not know: it leaves the state as it is. */
  readonly knows: (type: string) => boolean;
  /** True for a state that hardly any event follows: it need not be remembered. */
  readonly isClosed: (state: object) => boolean;
}

interface Folding<State extends object, Event extends { readonly type: string }> {
  readonly initial: State;
  readonly evolve: (state: State, event: Event) => State;
}

function aggregate<State extends object, Event extends { readonly type: string }>(
  decider: Folding<State, Event>,
  types: Readonly<Record<Event['type'], true>>,
  isClosed: (state: State) => boolean = () => false,
): Aggregate {
  return {
    initial: decider.initial,
    evolve: (state, event) => decider.evolve(state as State, toDomainEvent<Event>(event)),
    knows: (type) => Object.hasOwn(types, type),
    isClosed: (state) => isClosed(state as State),
  };
}

const AGGREGATES: Readonly<Record<AggregateType, Aggregate>> = {
  dataset: aggregate(dataset, DATASET_EVENTS),
  datasource: aggregate(dataSource, DATA_SOURCE_EVENTS),
  calendar: aggregate(calendar, CALENDAR_EVENTS),
  template: aggregate(template, TEMPLATE_EVENTS),
  schedule: aggregate(schedule, SCHEDULE_EVENTS),
  job: aggregate(job, JOB_EVENTS, jobIsClosed),
  backfill: aggregate(backfill, BACKFILL_EVENTS),
  circuit: aggregate(circuit, CIRCUIT_EVENTS),
  preferences: aggregate(preferences, PREFERENCES_EVENTS),
  notification: aggregate(notification, NOTIFICATION_EVENTS, ({ status }) => status === 'sent' || status === 'failed'),
  destination: aggregate(destination, DESTINATION_EVENTS),
  deliveryplan: aggregate(deliveryPlan, DELIVERY_PLAN_EVENTS),
  delivery: aggregate(delivery, DELIVERY_EVENTS, deliveryIsClosed),
  burstplan: aggregate(burstPlan, BURST_PLAN_EVENTS),
  burst: aggregate(burst, BURST_EVENTS, ({ status }) => status !== 'absent'),
};

function jobIsClosed(state: JobState): boolean {
  return state.status === 'skipped' || (state.status !== 'absent' && isEnded(state.status));
}

function deliveryIsClosed(state: DeliveryState): boolean {
  return state.status !== 'absent' && isDeliveryEnded(state);
}

/** The aggregate type and id that a stream's name is made of: `job-<uuid>`. */
export function partsOf(streamId: string): { readonly type: string; readonly id: string } {
  const dash = streamId.indexOf('-');
  return dash < 0 ? { type: streamId, id: '' } : { type: streamId.slice(0, dash), id: streamId.slice(dash + 1) };
}

export function aggregateOf(type: string): Aggregate | null {
  return Object.hasOwn(AGGREGATES, type) ? AGGREGATES[type as AggregateType] : null;
}
