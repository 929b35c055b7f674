import type { Pool } from '#database';
import type { BackfillStatus, CancelCause, Priority } from '#domain';
import { Selection, type Page, type PageRequest, type SortKey } from '../query/selection';
import { onlyVisibleSchedules, type Viewer } from '../query/visibility';

/** How many jobs of a backfill stand where. What was requested and is none of the others waits. */
export interface BackfillProgress {
  /** Occurrences in the range. */
  readonly total: number;
  /** Jobs requested so far, whatever became of them. */
  readonly requested: number;
  readonly running: number;
  /** With warnings or without. */
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly expired: number;
}

export interface BackfillView {
  readonly backfillId: string;
  readonly scheduleId: string;
  readonly scheduleRevision: number;
  readonly templateId: string;
  readonly templateRevision: number;
  /** The schedule's, whose jobs they are. */
  readonly owner: string;
  readonly from: string;
  readonly to: string;
  readonly concurrency: number;
  readonly priority: Priority;
  readonly note: string | null;
  readonly status: BackfillStatus;
  readonly progress: BackfillProgress;
  /** Whether running jobs were cancelled as well. */
  readonly cancelRunning: boolean;
  readonly cancelCause: CancelCause | null;
  readonly cancelledBy: string | null;
  readonly startedBy: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly revision: number;
  readonly updatedAt: string;
}

const BACKFILLS = `
  SELECT b.backfill_id AS "backfillId", b.schedule_id AS "scheduleId", b.schedule_revision AS "scheduleRevision",
         b.template_id AS "templateId", b.template_revision AS "templateRevision", b.owner, b.from_time AS "from",
         b.to_time AS "to", b.concurrency, b.priority, b.note, b.status, b.cancel_running AS "cancelRunning",
         b.cancel_cause AS "cancelCause", b.cancelled_by AS "cancelledBy", b.started_by AS "startedBy",
         b.started_at AS "startedAt", b.ended_at AS "endedAt", b.revision, b.updated_at AS "updatedAt",
         jsonb_build_object('total', b.total) || (
           SELECT jsonb_build_object(
             'requested', count(*),
             'running', count(*) FILTER (WHERE j.status = 'running'),
             'completed', count(*) FILTER (WHERE j.status IN ('completed', 'completed_with_warnings')),
             'failed', count(*) FILTER (WHERE j.status = 'failed'),
             'cancelled', count(*) FILTER (WHERE j.status = 'cancelled'),
             'expired', count(*) FILTER (WHERE j.status = 'expired')
           )
           FROM read_model.job_request j WHERE j.backfill_id = b.backfill_id
         ) AS progress
  FROM read_model.backfill b`;

const NEWEST_FIRST: SortKey<BackfillView> = {
  list: 'backfills',
  columns: [
    { sql: 'b.started_at', kind: 'timestamptz', field: 'startedAt' },
    { sql: 'b.backfill_id', kind: 'uuid', field: 'backfillId' },
  ],
  direction: 'DESC',
};

/** Backfills of a schedule that the viewer sees: their own, of a template that they see, or any for an administrator. */
export class BackfillQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** The newest first. Throws `InvalidCursor`. */
  list(viewer: Viewer, scheduleId: string, page: PageRequest): Promise<Page<BackfillView>> {
    return ofSchedule(viewer, scheduleId).page(this.#pool, BACKFILLS, NEWEST_FIRST, page);
  }

  /** Null when the schedule has no such backfill, or none that the viewer sees. */
  async get(viewer: Viewer, scheduleId: string, backfillId: string): Promise<BackfillView | null> {
    const selection = ofSchedule(viewer, scheduleId);
    selection.where(`b.backfill_id = ${selection.bindId(backfillId)}`);
    const [view] = await selection.all<BackfillView>(this.#pool, BACKFILLS);
    return view ?? null;
  }
}

function ofSchedule(viewer: Viewer, scheduleId: string): Selection {
  const selection = new Selection();
  // A backfill has the owner and the template of its schedule.
  onlyVisibleSchedules(selection, viewer, 'b');
  return selection.where(`b.schedule_id = ${selection.bindId(scheduleId)}`);
}
