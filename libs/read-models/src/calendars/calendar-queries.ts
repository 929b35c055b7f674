import type { Pool } from '#database';
import type { CalendarSource, CalendarUsers, Holiday, Weekday } from '#domain';
import { containing, Selection, type Page, type PageRequest, type SortKey } from '../query/selection';
import { onlyVisibleSchedules, type Viewer } from '../query/visibility';

/** A calendar without its days. */
export interface CalendarSummary {
  readonly calendarId: string;
  readonly name: string;
  readonly description: string | null;
  readonly weekend: readonly Weekday[];
  readonly holidayCount: number;
  readonly source: CalendarSource | null;
  readonly status: 'active' | 'removed';
  readonly revision: number;
  readonly definedBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface CalendarView extends CalendarSummary {
  /** By date. */
  readonly holidays: readonly Holiday[];
}

export interface CalendarFilter extends PageRequest {
  /** Part of the name, in any case. */
  readonly search?: string | undefined;
  readonly status?: CalendarSummary['status'] | undefined;
}

const COLUMNS = `
  c.calendar_id AS "calendarId", c.name, c.description, c.weekend, jsonb_array_length(c.holidays) AS "holidayCount",
  c.source, c.status, c.revision, c.defined_by AS "definedBy", c.created_at AS "createdAt", c.updated_at AS "updatedAt"`;
const ROWS = 'FROM read_model.calendar c';

const BY_NAME: SortKey<CalendarSummary> = {
  list: 'calendars',
  columns: [
    { sql: 'c.name', kind: 'text', field: 'name' },
    { sql: 'c.calendar_id', kind: 'uuid', field: 'calendarId' },
  ],
  direction: 'ASC',
};

/** Which days are business days; everybody may see it. */
export class CalendarQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** By name. Throws `InvalidCursor`. */
  list({ search, status, ...page }: CalendarFilter): Promise<Page<CalendarSummary>> {
    const selection = new Selection();
    selection.whereGiven(search, (text) => `c.name ILIKE ${selection.bind(containing(text))}`);
    selection.whereGiven(status, (value) => `c.status = ${selection.bind(value)}`);
    return selection.page(this.#pool, `SELECT ${COLUMNS} ${ROWS}`, BY_NAME, page);
  }

  async get(calendarId: string): Promise<CalendarView | null> {
    const selection = new Selection();
    selection.where(`c.calendar_id = ${selection.bindId(calendarId)}`);
    return (await selection.all<CalendarView>(this.#pool, `SELECT ${COLUMNS}, c.holidays ${ROWS}`))[0] ?? null;
  }

  /** The schedules, not removed, that name the calendar: up to `most` of those that the viewer sees, and how many besides. */
  async usersOf(viewer: Viewer, calendarId: string, most: number): Promise<CalendarUsers> {
    const all = usersSelection(calendarId);
    const [count] = await all.all<{ readonly total: number }>(this.#pool, `SELECT count(*)::integer AS total ${USERS}`);
    const seen = usersSelection(calendarId);
    onlyVisibleSchedules(seen, viewer, 's');
    const { items } = await seen.page<CalendarUsers['schedules'][number]>(
      this.#pool,
      `SELECT s.schedule_id AS "scheduleId", s.name ${USERS}`,
      SCHEDULES_BY_ID,
      { limit: most },
    );
    return { schedules: items, more: Math.max(0, (count?.total ?? 0) - items.length) };
  }
}

const USERS = 'FROM read_model.schedule s';

const SCHEDULES_BY_ID: SortKey<CalendarUsers['schedules'][number]> = {
  list: 'calendar-users',
  columns: [{ sql: 's.schedule_id', kind: 'uuid', field: 'scheduleId' }],
  direction: 'ASC',
};

function usersSelection(calendarId: string): Selection {
  const selection = new Selection();
  // As schedule_calendar_idx has it.
  selection.where(`s.definition #>> '{calendar,calendarId}' = ${selection.bind(calendarId)}`);
  return selection.where(`s.status <> 'removed'`);
}
