import {
  delivery,
  deliveryIdOf,
  deliveryPlan,
  isDeliveryEnded,
  streamOf,
  type DeliveryEvent,
  type DeliveryPlanEvent,
  type DeliveryRequest,
  type JobEvent,
  type OutputFile,
} from '#domain';
import { fold, toDomainEvent, type RecordedEvent } from '#event-sourcing';
import { byStream, historiesOf, type Streams } from './streams';

/** A request that the receiver got whole. */
export interface ReceivedRequest {
  /** Its `Idempotency-Key`. */
  readonly key: string;
  readonly deliveryId: string;
  readonly attempt: number;
  /** Of the body. */
  readonly sha256: string;
  /** Whether it was answered with 2xx. */
  readonly acknowledged: boolean;
}

/** How an attempt ends. */
const OUTCOMES: readonly DeliveryEvent['type'][] = ['DeliveryCompleted', 'DeliveryAttemptFailed', 'DeliveryFailed'];

/**
 * Every completed occurrence has the deliveries of its schedule's plan, as it was then, each once and no other; each comes to one end; and what
 * the events say of arrivals is what the receiver knows. A sentence for each fault.
 */
export function checkDeliveries(
  events: readonly RecordedEvent[],
  received: readonly ReceivedRequest[],
): readonly string[] {
  const streams = byStream(events);
  return [
    ...openDeliveries(events),
    ...checkRequests(events, streams),
    ...historiesOf(streams, 'delivery').flatMap(({ id, history }) => checkDelivery(id, history, streams, received)),
    ...checkBodies(received),
    ...received.flatMap((request) => checkReceived(request, streams)),
  ];
}

/** What is still to be requested or to come to its end, a sentence each. */
export function openDeliveries(events: readonly RecordedEvent[]): readonly string[] {
  const streams = byStream(events);
  const missing = plannedOf(events, streams).filter(({ deliveryId }) => !streams.has(streamOf('delivery', deliveryId)));
  const open = historiesOf(streams, 'delivery').flatMap(({ id, history }) => {
    const state = fold(delivery, history);
    return state.status !== 'absent' && !isDeliveryEnded(state) ? [`delivery ${id} is still ${state.status}`] : [];
  });
  return [
    ...missing.map(({ jobId, entryId }) => `job ${jobId} lacks the delivery of entry ${entryId} of its plan`),
    ...open,
  ];
}

type Planned = Pick<DeliveryRequest, 'deliveryId' | 'jobId' | 'entryId' | 'target'>;

/** Of each completed occurrence with files, what the plan of its schedule had at that position of the store. */
function plannedOf(events: readonly RecordedEvent[], streams: Streams): readonly Planned[] {
  return events.flatMap((recorded): readonly Planned[] => {
    if (recorded.type !== 'JobCompleted') return [];
    const { jobId, output } = toDomainEvent<Extract<JobEvent, { type: 'JobCompleted' }>>(recorded);
    const [first] = streams.get(recorded.streamId) ?? [];
    const requested = first ? toDomainEvent<JobEvent>(first) : null;
    if (output.files.length === 0 || requested?.type !== 'JobRequested') return [];
    const { origin, scheduleId } = requested.request;
    if (origin !== 'schedule' || scheduleId === null) return [];
    const plans = (streams.get(streamOf('deliveryplan', scheduleId)) ?? []).filter(
      ({ position }) => position < recorded.position,
    );
    const { entries } = fold(
      deliveryPlan,
      plans.map((plan) => toDomainEvent<DeliveryPlanEvent>(plan)),
    );
    return entries.map(({ entryId, target }) => ({ deliveryId: deliveryIdOf(jobId, entryId), jobId, entryId, target }));
  });
}

/** Each request is one that was planned, for that target, and stands once. */
function checkRequests(events: readonly RecordedEvent[], streams: Streams): readonly string[] {
  const planned = new Map(plannedOf(events, streams).map((one) => [one.deliveryId, one]));
  const seen = new Set<string>();
  return events.flatMap((recorded) => {
    if (recorded.type !== 'DeliveryRequested') return [];
    const { request } = toDomainEvent<Extract<DeliveryEvent, { type: 'DeliveryRequested' }>>(recorded);
    const place = `${request.jobId} ${request.entryId}`;
    const wanted = planned.get(request.deliveryId);
    const faults: string[] = [];
    if (seen.has(place)) faults.push(`delivery ${request.deliveryId} was requested twice for one entry of a plan`);
    seen.add(place);
    if (!wanted) faults.push(`delivery ${request.deliveryId} was planned by nobody`);
    else if (JSON.stringify(wanted.target) !== JSON.stringify(request.target)) {
      faults.push(`delivery ${request.deliveryId} goes elsewhere than planned`);
    }
    return faults;
  });
}

function checkDelivery(
  id: string,
  history: readonly DeliveryEvent[],
  streams: Streams,
  received: readonly ReceivedRequest[],
): readonly string[] {
  const faults: string[] = [];
  const [first] = history;
  if (first?.type !== 'DeliveryRequested') return [`delivery ${id} begins with ${String(first?.type)}`];
  let last = 0;
  let ended = false;
  for (const event of history) {
    if (ended) faults.push(`delivery ${id} has ${event.type} after its end`);
    if (!('attempt' in event)) continue;
    if (event.attempt !== last + 1) faults.push(`delivery ${id} has attempt ${event.attempt} after attempt ${last}`);
    last = event.attempt;
    ended = event.type !== 'DeliveryAttemptFailed';
    if ('failure' in event && (event.failure.code === '' || event.failure.message === '')) {
      faults.push(`delivery ${id} failed for no reason`);
    }
    if (event.type === 'DeliveryCompleted') faults.push(...checkArrival(event, first.request, streams, received));
  }
  if (last > first.request.maxAttempts) faults.push(`delivery ${id} had ${last} attempts`);
  return faults;
}

/** What is marked as delivered was acknowledged: the one request that tells of the files, or one for each file, with its bytes. */
function checkArrival(
  { deliveryId, receipt }: Extract<DeliveryEvent, { type: 'DeliveryCompleted' }>,
  { jobId }: DeliveryRequest,
  streams: Streams,
  received: readonly ReceivedRequest[],
): readonly string[] {
  const files = receipt.files.length === 0 ? [] : filesOf(jobId, streams);
  const due: readonly { readonly key: string; readonly sha256: string | null }[] =
    files.length === 0
      ? [{ key: deliveryId, sha256: null }]
      : files.map(({ sha256 }, index) => ({ key: `${deliveryId}-${index + 1}`, sha256 }));
  return due.flatMap(({ key, sha256 }) => {
    const arrived = received.filter((request) => request.key === key && request.acknowledged);
    if (arrived.length === 0) return [`${key} is marked as delivered, and nobody acknowledged it`];
    const isOther = sha256 !== null && arrived.some((request) => request.sha256 !== sha256);
    return isOther ? [`${key} arrived with other bytes than its job's file has`] : [];
  });
}

function filesOf(jobId: string, streams: Streams): readonly OutputFile[] {
  const job = (streams.get(streamOf('job', jobId)) ?? []).map((event) => toDomainEvent<JobEvent>(event));
  return job.find((event) => event.type === 'JobCompleted')?.output.files ?? [];
}

function checkBodies(received: readonly ReceivedRequest[]): readonly string[] {
  const bodies = new Map<string, string>();
  return received.flatMap(({ key, sha256 }) => {
    const known = bodies.get(key) ?? sha256;
    bodies.set(key, known);
    return known === sha256 ? [] : [`the receiver got two different bodies under the key ${key}`];
  });
}

/** Whatever was sent belongs to an attempt that the events tell the end of. */
function checkReceived({ key, deliveryId, attempt }: ReceivedRequest, streams: Streams): readonly string[] {
  const history = streams.get(streamOf('delivery', deliveryId));
  if (!history || !(key === deliveryId || key.startsWith(`${deliveryId}-`))) {
    return [`the receiver got ${key}, which no event asked for`];
  }
  const isTold = history.some(({ type, data }) => {
    const isOutcome = OUTCOMES.some((outcome) => outcome === type);
    return isOutcome && (data as { readonly attempt?: number }).attempt === attempt;
  });
  return isTold ? [] : [`the receiver got attempt ${attempt} of ${key}, of which no event tells the end`];
}
