import type { PoolClient } from '#database';
import type { CalendarId, ScheduleDefinition, Weekday } from '#domain';
import type { KnownCalendar } from './known-calendar';

const MOST_REMEMBERED = 200;

interface CalendarRow {
  readonly calendar_id: string;
  readonly revision: number;
  readonly weekend: readonly Weekday[];
  readonly holidays: readonly string[];
}

/**
 * The table of calendars. Those used lately are remembered, each as one object for as long as it stays the same: thousands of
 * days are not read again for each batch, and due times that were found by it are remembered by it.
 */
export class KnownCalendars {
  readonly #remembered = new Map<CalendarId, KnownCalendar>();

  /** Those of these ids that are known. Asks nothing where there are no ids. */
  async load(client: PoolClient, ids: readonly CalendarId[]): Promise<ReadonlyMap<CalendarId, KnownCalendar>> {
    if (ids.length === 0) return new Map();
    const { rows } = await client.query<Pick<CalendarRow, 'calendar_id' | 'revision'>>({
      name: 'calendar-revisions',
      text: 'SELECT calendar_id, revision FROM scheduler.calendar WHERE calendar_id = ANY ($1)',
      values: [ids],
    });
    const isRemembered = (row: (typeof rows)[number]) =>
      this.#remembered.get(row.calendar_id)?.revision === row.revision;
    const found = [
      ...rows.filter(isRemembered).flatMap((row) => this.#remembered.get(row.calendar_id) ?? []),
      ...(await this.#read(
        client,
        rows.filter((row) => !isRemembered(row)).map((row) => row.calendar_id),
      )),
    ];
    return new Map(found.map((calendar) => [calendar.calendarId, calendar]));
  }

  async save(client: PoolClient, calendars: readonly KnownCalendar[]): Promise<void> {
    for (const { calendarId, revision, calendar } of calendars) {
      await client.query({
        name: 'save-calendar',
        text: `INSERT INTO scheduler.calendar (calendar_id, revision, weekend, holidays) VALUES ($1, $2, $3, $4)
               ON CONFLICT (calendar_id) DO UPDATE
               SET revision = EXCLUDED.revision, weekend = EXCLUDED.weekend, holidays = EXCLUDED.holidays`,
        values: [calendarId, revision, JSON.stringify(calendar.weekend), [...calendar.holidays]],
      });
    }
  }

  async #read(client: PoolClient, ids: readonly CalendarId[]): Promise<readonly KnownCalendar[]> {
    if (ids.length === 0) return [];
    const { rows } = await client.query<CalendarRow>({
      name: 'load-calendars',
      text: 'SELECT calendar_id, revision, weekend, holidays FROM scheduler.calendar WHERE calendar_id = ANY ($1)',
      values: [ids],
    });
    const calendars = rows.map(({ calendar_id: calendarId, revision, weekend, holidays }): KnownCalendar => {
      return { calendarId, revision, calendar: { weekend, holidays: new Set(holidays) } };
    });
    if (this.#remembered.size + calendars.length > MOST_REMEMBERED) this.#remembered.clear();
    for (const calendar of calendars) this.#remembered.set(calendar.calendarId, calendar);
    return calendars;
  }
}

/** The calendars that schedules name, each once. */
export function calendarsNamedBy(definitions: readonly ScheduleDefinition[]): readonly CalendarId[] {
  return [...new Set(definitions.flatMap(({ calendar }) => calendar?.calendarId ?? []))];
}
