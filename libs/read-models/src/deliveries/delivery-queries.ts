import type { Pool } from '#database';
import type { DeliveryFailure, DeliveryReceipt, DeliveryStatus, DeliveryTarget } from '#domain';
import { Selection, type Page, type PageRequest, type SortKey } from '../query/selection';
import { pageOfVisible, type Viewer } from '../query/visibility';

export interface DeliverySummary {
  readonly deliveryId: string;
  readonly jobRequestId: string;
  readonly scheduleId: string | null;
  readonly entryId: string | null;
  readonly templateId: string | null;
  readonly owner: string;
  readonly target: DeliveryTarget;
  /** What the destination is called; null for a mail. */
  readonly destinationName: string | null;
  readonly status: DeliveryStatus;
  readonly attempt: number;
  readonly lastAttempt: number;
  readonly deadline: string;
  readonly retryAt: string | null;
  readonly failure: DeliveryFailure | null;
  readonly receipt: DeliveryReceipt | null;
  readonly cancelledBy: string | null;
  readonly cancelReason: string | null;
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly endedAt: string | null;
  readonly revision: number;
  readonly updatedAt: string;
}

export interface DeliveryAttempt {
  readonly attempt: number;
  readonly worker: string;
  readonly endedAt: string;
  readonly durationMs: number;
  readonly failure: DeliveryFailure | null;
}

export interface DeliveryView extends DeliverySummary {
  readonly attempts: readonly DeliveryAttempt[];
}

export interface DeliveryFilter extends PageRequest {
  readonly status?: DeliveryStatus | undefined;
  readonly jobRequestId?: string | undefined;
  readonly scheduleId?: string | undefined;
  readonly destinationId?: string | undefined;
}

/** Deliveries that are shown with their job: whoever may make one by hand may make any number. */
export const MOST_OF_JOB = 100;

const COLUMNS = `
  d.delivery_id AS "deliveryId", d.job_request_id AS "jobRequestId", d.schedule_id AS "scheduleId", d.entry_id AS "entryId",
  d.template_id AS "templateId", d.owner, d.target, t.name AS "destinationName", d.status, d.attempt,
  d.last_attempt AS "lastAttempt", d.deadline, d.retry_at AS "retryAt", d.failure, d.receipt,
  d.cancelled_by AS "cancelledBy", d.cancel_reason AS "cancelReason", d.requested_by AS "requestedBy",
  d.requested_at AS "requestedAt", d.ended_at AS "endedAt", d.revision, d.updated_at AS "updatedAt"`;
const ROWS = { table: 'read_model.delivery', alias: 'd', owner: 'owner' };
const DESTINATION = 'LEFT JOIN read_model.destination t ON t.destination_id = d.destination_id';

const ATTEMPTS = `
  SELECT a.attempt, a.worker, a.ended_at AS "endedAt", a.duration_ms::float8 AS "durationMs", a.failure
  FROM read_model.delivery_attempt a`;

const NEWEST_FIRST: SortKey<DeliverySummary> = {
  list: 'deliveries',
  columns: [
    { sql: 'd.requested_at', kind: 'timestamptz', field: 'requestedAt' },
    { sql: 'd.delivery_id', kind: 'uuid', field: 'deliveryId' },
  ],
  direction: 'DESC',
};

/** Deliveries that the viewer sees: of their own jobs, of jobs of a template that they see, or any for an administrator. */
export class DeliveryQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** The newest first. Throws `InvalidCursor`. */
  list(viewer: Viewer, filter: DeliveryFilter): Promise<Page<DeliverySummary>> {
    const { status, jobRequestId, scheduleId, destinationId, ...page } = filter;
    const selection = new Selection();
    selection.whereGiven(status, (value) => `d.status = ${selection.bind(value)}`);
    selection.whereGiven(jobRequestId, (id) => `d.job_request_id = ${selection.bindId(id)}`);
    selection.whereGiven(scheduleId, (id) => `d.schedule_id = ${selection.bindId(id)}`);
    selection.whereGiven(destinationId, (id) => `d.destination_id = ${selection.bindId(id)}`);
    const parts = { columns: COLUMNS, rows: ROWS, joins: DESTINATION };
    return pageOfVisible(this.#pool, selection, viewer, parts, NEWEST_FIRST, page);
  }

  async get(viewer: Viewer, deliveryId: string): Promise<DeliveryView | null> {
    const selection = new Selection();
    selection.where(`d.delivery_id = ${selection.bindId(deliveryId)}`);
    const parts = { columns: COLUMNS, rows: ROWS, joins: DESTINATION };
    const { items } = await pageOfVisible(this.#pool, selection, viewer, parts, NEWEST_FIRST, { limit: 1 });
    const [delivery] = items;
    if (!delivery) return null;
    const ofDelivery = new Selection();
    ofDelivery.where(`a.delivery_id = ${ofDelivery.bindId(deliveryId)}`);
    const attempts = await ofDelivery.all<DeliveryAttempt>(this.#pool, ATTEMPTS);
    return { ...delivery, attempts: attempts.toSorted((one, other) => one.attempt - other.attempt) };
  }

  /** Of a job that the viewer is known to see, the oldest first; of more than `MOST_OF_JOB` the newest ones. */
  async ofJob(jobRequestId: string): Promise<readonly DeliverySummary[]> {
    const selection = new Selection();
    selection.where(`d.job_request_id = ${selection.bindId(jobRequestId)}`);
    const select = `SELECT ${COLUMNS} FROM read_model.delivery d ${DESTINATION}`;
    const { items } = await selection.page(this.#pool, select, NEWEST_FIRST, { limit: MOST_OF_JOB });
    return items.toReversed();
  }
}
