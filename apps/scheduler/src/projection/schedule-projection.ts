import { transaction, type Pool, type PoolClient } from '#database';
import {
  streamOf,
  type BusinessCalendar,
  type CalendarEvent,
  type CalendarId,
  type CalendarRevision,
  type ScheduleId,
  type TemplateEvent,
} from '#domain';
import { loadCheckpoint, moveCheckpoint, type Projection } from '#event-feed';
import {
  START,
  STORE_SOURCE,
  toDomainEvent,
  type Checkpoint,
  type EventStore,
  type FeedBatch,
  type FeedSource,
  type Position,
  type RecordedEvent,
} from '#event-sourcing';
import type { Logger } from '#platform';
import { loadDueOfCalendar, saveDue } from '../due/due-table';
import { NEVER, type NextTime, type NextTimes } from '../due/next-times';
import { loadTemplates, saveTemplates } from '../due/template-table';
import { nextTimeOf, withRevisedCalendar, type DueSchedule } from './due-schedule';
import { withCalendarEvent, type KnownCalendar } from './known-calendar';
import { calendarsNamedBy, type KnownCalendars } from './known-calendars';
import { withTemplateEvent } from './known-template';
import { SCHEDULE_BATCH_TYPES, ScheduleBatch } from './schedule-batch';

/** The scheduler's group of subscribers. */
export const SCHEDULER_GROUP = 'scheduler';

const TEMPLATE_EVENTS: Record<TemplateEvent['type'], true> = {
  TemplateCreated: true,
  TemplateRevised: true,
  TemplateArchived: true,
  TemplateRestored: true,
  TemplateShared: true,
  TemplateUnshared: true,
  TemplateTransferred: true,
  RetryPolicyChosen: true,
};
const CALENDAR_EVENTS: Record<CalendarEvent['type'], true> = {
  CalendarDefined: true,
  CalendarRevised: true,
  CalendarRemoved: true,
};
/** The events that it takes. */
export const SCHEDULER_TYPES = [
  ...Object.keys(TEMPLATE_EVENTS),
  ...Object.keys(CALENDAR_EVENTS),
  ...SCHEDULE_BATCH_TYPES,
];

/** Schedules of a revised calendar whose times are found at a time. */
const REVISED_AT_ONCE = 1000;

export interface ProjectionParts {
  readonly pool: Pool;
  readonly eventStore: EventStore;
  readonly logger: Logger;
}

/**
 * Keeps `scheduler.due`, `scheduler.template` and `scheduler.calendar` from the store's feed. It reads the global order: templates
 * and calendars are known before the schedules that name them. A revised calendar gives its schedules new times at once. It requests nothing, so it may be emptied and filled again at any time.
 */
export class ScheduleProjection implements Projection {
  readonly group = SCHEDULER_GROUP;
  readonly types = SCHEDULER_TYPES;
  readonly batchSize = 1000;
  readonly #parts: ProjectionParts;
  readonly #times: NextTimes;
  readonly #calendars: KnownCalendars;
  /** Head of the store when somebody asked whether all was applied, and it was not. */
  #askedAt: Position | undefined;

  constructor(parts: ProjectionParts, times: NextTimes, calendars: KnownCalendars) {
    this.#parts = parts;
    this.#times = times;
    this.#calendars = calendars;
  }

  load(source: FeedSource): Promise<Checkpoint | null> {
    return loadCheckpoint(this.#parts.pool, this.group, source);
  }

  /**
   * Whether every event has been applied that was in the store when this was first asked, or first asked again after a yes: where
   * events come without a pause, some are always on their way.
   */
  async hasCaughtUp(): Promise<boolean> {
    const { eventStore } = this.#parts;
    const askedAt = (this.#askedAt ??= await eventStore.head());
    let after = (await this.load(STORE_SOURCE))?.position ?? START;
    while (after < askedAt) {
      const page = await eventStore.readAll({ after, limit: 1, types: SCHEDULER_TYPES });
      const [next] = page.events;
      if (next && next.position <= askedAt) return false;
      if (next || !page.more) break;
      after = page.readUpTo;
    }
    this.#askedAt = undefined;
    return true;
  }

  async handle(batch: FeedBatch): Promise<void> {
    await transaction(this.#parts.pool, async (client) => {
      await moveCheckpoint(client, this.group, batch);
      await this.#applyToTemplates(
        client,
        batch.events.filter(({ type }) => type in TEMPLATE_EVENTS),
      );
      // In turns, so that a revision meets just what had been settled before it.
      for (const { ofCalendars, events } of inTurns(batch.events)) {
        await (ofCalendars ? this.#applyToCalendars(client, events) : this.#applyToSchedules(client, events));
      }
    });
  }

  async #applyToTemplates(client: PoolClient, events: readonly RecordedEvent[]): Promise<void> {
    if (events.length === 0) return;
    const idOf = (event: RecordedEvent) => event.streamId.slice(streamOf('template', '').length);
    const before = await loadTemplates(client, [...new Set(events.map(idOf))]);
    const after = new Map(before);
    for (const event of events) {
      const changed = withTemplateEvent(after.get(idOf(event)), event);
      if (changed) after.set(idOf(event), changed);
    }
    const changed = [...after.values()].filter((template) => before.get(template.state.templateId) !== template);
    if (changed.length > 0) await saveTemplates(client, changed);
  }

  async #applyToCalendars(client: PoolClient, events: readonly RecordedEvent[]): Promise<void> {
    const idOf = (event: RecordedEvent) => toDomainEvent<CalendarEvent>(event).calendarId;
    const before = await this.#calendars.load(client, [...new Set(events.map(idOf))]);
    const after = new Map<CalendarId, KnownCalendar>(before);
    for (const event of events) {
      const changed = withCalendarEvent(after.get(idOf(event)), event);
      if (changed) after.set(changed.calendarId, changed);
    }
    const changed = [...after.values()].filter((known) => before.get(known.calendarId) !== known);
    await this.#calendars.save(client, changed);
    for (const { calendarId, calendar } of changed) {
      const earlier = before.get(calendarId)?.calendar;
      if (earlier && earlier !== calendar) await this.#revise(client, calendarId, { before: earlier, after: calendar });
    }
  }

  /** Finds the next times of all schedules of a calendar again. What was settled stays so. */
  async #revise(client: PoolClient, calendarId: CalendarId, revision: CalendarRevision): Promise<void> {
    for (let after: ScheduleId | null = null; ;) {
      const schedules = await loadDueOfCalendar(client, calendarId, { after, limit: REVISED_AT_ONCE });
      const last = schedules.at(-1);
      if (last === undefined) return;
      await this.#save(
        client,
        schedules.map((schedule) => withRevisedCalendar(schedule, revision)),
      );
      after = last.state.scheduleId;
    }
  }

  async #applyToSchedules(client: PoolClient, events: readonly RecordedEvent[]): Promise<void> {
    const batch = await ScheduleBatch.load(client, this.#parts, events);
    for (const event of events) batch.apply(event);
    await batch.save(client, (schedules) => this.#save(client, schedules));
  }

  async #save(client: PoolClient, schedules: readonly DueSchedule[]): Promise<void> {
    const named = calendarsNamedBy(schedules.map(({ state }) => state.definition));
    const calendars = await this.#calendars.load(client, named);
    await saveDue(
      client,
      schedules.map((schedule) => {
        const calendar = calendars.get(schedule.state.definition.calendar?.calendarId ?? '')?.calendar ?? null;
        return { ...schedule, ...this.#nextTimeOf(schedule, calendar) };
      }),
    );
  }

  #nextTimeOf(schedule: DueSchedule, calendar: BusinessCalendar | null): NextTime {
    try {
      return nextTimeOf(schedule, calendar, this.#times);
    } catch (error) {
      // One schedule whose zone this machine does not know may not hold up all others.
      const { scheduleId } = schedule.state;
      this.#parts.logger.error({ err: error, scheduleId, code: 'scheduler.no_due_time' }, 'no due time could be found');
      return NEVER;
    }
  }
}

/** The events of calendars and all others, as they take turns. */
function inTurns(events: readonly RecordedEvent[]) {
  const turns: { readonly ofCalendars: boolean; readonly events: RecordedEvent[] }[] = [];
  for (const event of events) {
    const ofCalendars = event.type in CALENDAR_EVENTS;
    const turn = turns.at(-1);
    if (turn?.ofCalendars === ofCalendars) turn.events.push(event);
    else turns.push({ ofCalendars, events: [event] });
  }
  return turns;
}
