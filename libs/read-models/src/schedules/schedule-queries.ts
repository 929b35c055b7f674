import type { Pool } from '#database';
import {
  currentSchedule,
  type PauseCause,
  type Priority,
  type Recurrence,
  type ScheduleDefinition,
  type SkipReason,
} from '#domain';
import { Selection, type Page, type PageRequest, type SortKey } from '../query/selection';
import { onlyVisibleSchedules, pageOfVisible, type OwnedRows, type Viewer } from '../query/visibility';

export type ScheduleStatus = 'active' | 'paused' | 'removed';

export interface ScheduleView {
  readonly scheduleId: string;
  readonly templateId: string;
  /** As the template is called now; null until its creation has been seen. */
  readonly templateName: string | null;
  readonly owner: string;
  readonly name: string;
  /** As the calendar that it minds is called now; null without one. */
  readonly calendarName: string | null;
  readonly definition: ScheduleDefinition;
  readonly scheduleFrequency: Recurrence['type'];
  readonly timeZone: string;
  readonly priority: Priority;
  readonly status: ScheduleStatus;
  readonly pauseNote: string | null;
  /** When it resumes by itself; null: when somebody resumes it. */
  readonly pausedUntil: string | null;
  /** Null unless it is paused. */
  readonly pauseCause: PauseCause | null;
  /** Occurrences requested so far, as the scheduler has counted them. */
  readonly runs: number;
  /** Nominal time of the next occurrence; null when there is none: paused, removed, its runs used up, or past its end. */
  readonly nextRunTime: string | null;
  readonly revision: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface ScheduleFilter extends PageRequest {
  readonly viewer: Viewer;
  readonly templateId?: string | undefined;
  readonly status?: ScheduleStatus | undefined;
}

/** A row of `read_model.self_service_schedule`. */
export interface SelfServiceScheduleRow {
  readonly templateId: string;
  readonly scheduleFrequency: Recurrence['type'];
  readonly nextRunTime: string | null;
  readonly userId: string;
  readonly scheduleId: string;
  readonly name: string;
  readonly timeZone: string;
  readonly status: ScheduleStatus;
}

/** Occurrences that did not run: one, or a stretch with both its ends. */
export interface SkippedOccurrences {
  readonly eventId: string;
  readonly from: string;
  readonly to: string;
  readonly count: number;
  readonly reason: SkipReason;
  readonly skippedAt: string;
}

const COLUMNS = `
  s.schedule_id AS "scheduleId", s.template_id AS "templateId", t.name AS "templateName", s.owner, s.name,
  c.name AS "calendarName", s.definition,
  s.schedule_frequency AS "scheduleFrequency", s.time_zone AS "timeZone", s.priority, s.status,
  s.pause_note AS "pauseNote", s.paused_until AS "pausedUntil", s.pause_cause AS "pauseCause",
  coalesce(d.runs, 0) AS runs, d.next_occurrence_at AS "nextRunTime", s.revision, s.created_at AS "createdAt",
  s.updated_at AS "updatedAt"`;
const SCHEDULES: OwnedRows = { table: 'read_model.schedule', alias: 's', owner: 'owner' };
const JOINS = `
  LEFT JOIN scheduler.due d ON d.schedule_id = s.schedule_id
  LEFT JOIN read_model.self_service_template t ON t.template_id = s.template_id
  LEFT JOIN read_model.calendar c ON c.calendar_id = (s.definition #>> '{calendar,calendarId}')::uuid`;

const NEWEST_FIRST: SortKey<ScheduleView> = {
  list: 'schedules',
  columns: [
    { sql: 's.created_at', kind: 'timestamptz', field: 'createdAt' },
    { sql: 's.schedule_id', kind: 'uuid', field: 'scheduleId' },
  ],
  direction: 'DESC',
};

const SELF_SERVICE_SCHEDULES = `
  SELECT v.template_id AS "templateId", v.schedule_frequency AS "scheduleFrequency", v.next_run_time AS "nextRunTime",
         v.user_id AS "userId", v.schedule_id AS "scheduleId", v.name, v.time_zone AS "timeZone", v.status
  FROM read_model.self_service_schedule v
  JOIN read_model.schedule s ON s.schedule_id = v.schedule_id`;

const BY_ID: SortKey<SelfServiceScheduleRow> = {
  list: 'self-service-schedules',
  columns: [{ sql: 'v.schedule_id', kind: 'uuid', field: 'scheduleId' }],
  direction: 'ASC',
};

const SKIPPED = `
  SELECT o.event_id AS "eventId", o.from_time AS "from", o.to_time AS "to", o.occurrence_count AS count, o.reason,
         o.skipped_at AS "skippedAt"
  FROM read_model.skipped_occurrence o
  JOIN read_model.schedule s ON s.schedule_id = o.schedule_id`;

const LATEST_FIRST: SortKey<SkippedOccurrences> = {
  list: 'skipped-occurrences',
  columns: [
    { sql: 'o.from_time', kind: 'timestamptz', field: 'from' },
    { sql: 'o.event_id', kind: 'uuid', field: 'eventId' },
  ],
  direction: 'DESC',
};

/** Schedules that are the viewer's own, of a template that they see, or all for an administrator. */
export class ScheduleQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** The newest first, removed ones too unless a status is given. Throws `InvalidCursor`. */
  async list({ viewer, templateId, status, ...page }: ScheduleFilter): Promise<Page<ScheduleView>> {
    const selection = matching(templateId, status);
    const parts = { columns: COLUMNS, rows: SCHEDULES, joins: JOINS };
    const { items, nextCursor } = await pageOfVisible(this.#pool, selection, viewer, parts, NEWEST_FIRST, page);
    return { items: items.map(current), nextCursor };
  }

  /** Null when there is no such schedule, or none that the viewer sees. */
  async get(viewer: Viewer, scheduleId: string): Promise<ScheduleView | null> {
    const selection = new Selection();
    onlyVisibleSchedules(selection, viewer, 's');
    selection.where(`s.schedule_id = ${selection.bindId(scheduleId)}`);
    const select = `SELECT ${COLUMNS} FROM ${SCHEDULES.table} s ${JOINS}`;
    const [view] = await selection.all<ScheduleView>(this.#pool, select);
    return view === undefined ? null : current(view);
  }

  /** The self-service schedule table. Throws `InvalidCursor`. */
  selfServiceSchedules({ viewer, templateId, status, ...page }: ScheduleFilter): Promise<Page<SelfServiceScheduleRow>> {
    const selection = matching(templateId, status);
    onlyVisibleSchedules(selection, viewer, 's');
    return selection.page(this.#pool, SELF_SERVICE_SCHEDULES, BY_ID, page);
  }

  /** What was skipped of a schedule, the latest first. Throws `InvalidCursor`. */
  skippedOccurrences(viewer: Viewer, scheduleId: string, page: PageRequest): Promise<Page<SkippedOccurrences>> {
    const selection = new Selection();
    onlyVisibleSchedules(selection, viewer, 's');
    selection.where(`o.schedule_id = ${selection.bindId(scheduleId)}`);
    return selection.page(this.#pool, SKIPPED, LATEST_FIRST, page);
  }
}

function matching(templateId: string | undefined, status: string | undefined): Selection {
  const selection = new Selection();
  selection.whereGiven(templateId, (id) => `s.template_id = ${selection.bindId(id)}`);
  return selection.whereGiven(status, (value) => `s.status = ${selection.bind(value)}`);
}

/** Rows that were projected from older events have what schedules were then. */
function current(view: ScheduleView): ScheduleView {
  return { ...view, definition: currentSchedule(view.definition) };
}
