import type {
  DeliveryEvent,
  DeliveryFailure,
  DeliveryPlanEvent,
  DeliveryReceipt,
  DeliveryStatus,
  DeliveryTarget,
} from '#domain';
import { toDomainEvent, type RecordedEvent } from '#event-sourcing';
import { StreamRows } from '../projection/stream-rows';
import { NEWER_REVISION, putRows, type Statement, type Table } from '../projection/table';

interface DeliveryRow {
  delivery_id: string;
  job_request_id: string;
  schedule_id: string | null;
  entry_id: string | null;
  template_id: string | null;
  owner: string;
  channel: string;
  destination_id: string | null;
  target: DeliveryTarget;
  status: DeliveryStatus;
  attempt: number;
  last_attempt: number;
  deadline: string;
  retry_at: string | null;
  failure: DeliveryFailure | null;
  receipt: DeliveryReceipt | null;
  cancelled_by: string | null;
  cancel_reason: string | null;
  requested_by: string;
  requested_at: string;
  ended_at: string | null;
  revision: number;
  updated_at: string;
}

const DELIVERIES: Table<DeliveryRow> = {
  name: 'delivery',
  key: ['delivery_id'],
  fixed: [
    ...(['job_request_id', 'schedule_id', 'entry_id', 'template_id', 'owner', 'channel'] as const),
    ...(['destination_id', 'target', 'requested_by', 'requested_at'] as const),
  ],
  changing: [
    ...(['status', 'attempt', 'last_attempt', 'deadline', 'retry_at', 'failure', 'receipt'] as const),
    ...(['cancelled_by', 'cancel_reason', 'ended_at', 'revision', 'updated_at'] as const),
  ],
  newer: NEWER_REVISION,
};

interface AttemptRow {
  delivery_id: string;
  attempt: number;
  worker: string;
  ended_at: string;
  duration_ms: number;
  failure: DeliveryFailure | null;
}

const ATTEMPTS: Table<AttemptRow> = {
  name: 'delivery_attempt',
  key: ['delivery_id', 'attempt'],
  // An attempt ends once.
  fixed: ['worker', 'ended_at', 'duration_ms', 'failure'],
  changing: [],
  newer: '',
};

export const DELIVERY_EVENTS: Readonly<Record<DeliveryEvent['type'], true>> = {
  DeliveryRequested: true,
  DeliveryAttemptFailed: true,
  DeliveryCompleted: true,
  DeliveryFailed: true,
  DeliveryCancelled: true,
  DeliveryRetried: true,
};

/** A plan has no table: its stream is short, and whoever needs it reads that. */
export const DELIVERY_PLAN_EVENTS: Readonly<Record<DeliveryPlanEvent['type'], true>> = { DeliveriesPlanned: true };

/** What a batch of delivery events does to delivery and delivery_attempt. */
export function deliveryStatements(schema: string, events: readonly RecordedEvent[]): readonly Statement[] {
  const deliveries = new StreamRows<DeliveryRow>();
  const attempts: AttemptRow[] = [];
  for (const recorded of events) {
    const event = toDomainEvent<DeliveryEvent>(recorded);
    const { revision } = recorded;
    if ('attempt' in event) attempts.push(attemptOf(event));
    if (event.type === 'DeliveryRequested') {
      deliveries.make(event.request.deliveryId, { ...rowOf(event), revision });
    } else {
      const change = { delivery_id: event.deliveryId, revision, updated_at: event.at };
      deliveries.change(event.deliveryId, { ...change, ...changeOf(event) });
    }
  }
  return [
    ...deliveries.statements(schema, DELIVERIES),
    ...(attempts.length > 0 ? [putRows(schema, ATTEMPTS, attempts)] : []),
  ];
}

function rowOf({ request, by, at }: Extract<DeliveryEvent, { type: 'DeliveryRequested' }>) {
  const { target } = request;
  return {
    delivery_id: request.deliveryId,
    job_request_id: request.jobId,
    schedule_id: request.scheduleId,
    entry_id: request.entryId,
    template_id: request.templateId,
    owner: request.owner,
    channel: target.channel,
    destination_id: target.destination?.destinationId ?? null,
    target,
    status: 'waiting',
    attempt: 0,
    last_attempt: request.maxAttempts,
    deadline: request.deadline,
    ...{ retry_at: null, failure: null, receipt: null, cancelled_by: null, cancel_reason: null },
    requested_by: by,
    requested_at: at,
    ended_at: null,
    updated_at: at,
  } as const;
}

function changeOf(event: Exclude<DeliveryEvent, { type: 'DeliveryRequested' }>): Partial<DeliveryRow> {
  switch (event.type) {
    case 'DeliveryCompleted': {
      const { attempt, receipt, at } = event;
      return { status: 'delivered', attempt, receipt, failure: null, retry_at: null, ended_at: at };
    }
    case 'DeliveryAttemptFailed':
      return { status: 'retry_waiting', attempt: event.attempt, failure: event.failure, retry_at: event.retryAt };
    case 'DeliveryFailed': {
      const { attempt, failure, at } = event;
      return { status: 'failed', attempt, failure, retry_at: null, ended_at: at };
    }
    case 'DeliveryCancelled': {
      const { by, reason, at } = event;
      return { status: 'cancelled', cancelled_by: by, cancel_reason: reason, retry_at: null, ended_at: at };
    }
    case 'DeliveryRetried':
      return {
        ...{ status: 'waiting', last_attempt: event.lastAttempt, deadline: event.deadline, ended_at: null },
        ...{ cancelled_by: null, cancel_reason: null },
      };
  }
}

function attemptOf(event: Extract<DeliveryEvent, { readonly attempt: number }>): AttemptRow {
  const { deliveryId, attempt, worker, durationMs, at } = event;
  const failure = 'failure' in event ? event.failure : null;
  return { delivery_id: deliveryId, attempt, worker, ended_at: at, duration_ms: durationMs, failure };
}
