import { transaction, type Pool, type PoolClient } from '#database';
import {
  streamOf,
  type BusinessCalendar,
  type CalendarEvent,
  type CalendarId,
  type CalendarRevision,
  type JobEvent,
  type ScheduleEvent,
  type ScheduleId,
  type TemplateEvent,
} from '#domain';
import { loadCheckpoint, moveCheckpoint } from '#event-feed';
import {
  START,
  STORE_SOURCE,
  toDomainEvent,
  type EventFeed,
  type EventStore,
  type FeedBatch,
  type RecordedEvent,
  type RunningSubscription,
} from '#event-sourcing';
import type { Logger } from '#platform';
import { loadDue, loadDueOfCalendar, loadTemplates, saveDue, saveTemplates } from '../due/due-table';
import type { NextTimes } from '../due/next-times';
import {
  nextRunOf,
  withRevisedCalendar,
  withScheduleEvent,
  withSettledOccurrence,
  type DueSchedule,
} from './due-schedule';
import { withCalendarEvent, type KnownCalendar } from './known-calendar';
import { calendarsNamedBy, type KnownCalendars } from './known-calendars';
import { withTemplateEvent } from './known-template';

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
};
const SCHEDULE_EVENTS: Record<ScheduleEvent['type'], true> = {
  ScheduleDefined: true,
  ScheduleRevised: true,
  SchedulePaused: true,
  ScheduleResumed: true,
  ScheduleRemoved: true,
  OccurrencesSkipped: true,
};
const CALENDAR_EVENTS: Record<CalendarEvent['type'], true> = {
  CalendarDefined: true,
  CalendarRevised: true,
  CalendarRemoved: true,
};
/** The first event of an occurrence's stream says that the occurrence is settled. */
const OCCURRENCE_EVENTS = ['JobRequested', 'OccurrenceSkipped'];
const TYPES = [TEMPLATE_EVENTS, SCHEDULE_EVENTS, CALENDAR_EVENTS].flatMap(Object.keys).concat(OCCURRENCE_EVENTS);

const BATCH = 1000;
/** Schedules of a revised calendar whose times are found at a time. */
const REVISED_AT_ONCE = 1000;

export interface ProjectionParts {
  readonly pool: Pool;
  readonly eventStore: EventStore;
  readonly eventFeed: EventFeed;
  readonly logger: Logger;
}

/**
 * Keeps `scheduler.due`, `scheduler.template` and `scheduler.calendar` from the store's feed. It reads the global order: templates
 * and calendars are known before the schedules that name them. A revised calendar gives its schedules new times at once. It requests nothing, so it may be emptied and filled again at any time.
 */
export class ScheduleProjection {
  readonly #parts: ProjectionParts;
  readonly #times: NextTimes;
  readonly #calendars: KnownCalendars;
  #running: RunningSubscription | undefined;
  #problem: string | null = null;

  constructor(parts: ProjectionParts, times: NextTimes, calendars: KnownCalendars) {
    this.#parts = parts;
    this.#times = times;
    this.#calendars = calendars;
  }

  /** Null when it follows the feed, else why not. */
  get problem(): string | null {
    return this.#problem;
  }

  async start(): Promise<void> {
    this.#running = await this.#parts.eventFeed.subscribe({
      group: SCHEDULER_GROUP,
      types: TYPES,
      batchSize: BATCH,
      load: (source) => loadCheckpoint(this.#parts.pool, SCHEDULER_GROUP, source),
      handle: (batch) => this.#apply(batch),
      onError: (error, tries) => {
        this.#problem = 'the scheduler cannot follow the events; see the log';
        this.#parts.logger.error({ err: error, tries, code: 'scheduler.projection_failed' }, 'due times not updated');
      },
    });
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
  }

  /** Whether every event that was in the store when this was called has been applied. */
  async hasCaughtUp(): Promise<boolean> {
    const { pool, eventStore } = this.#parts;
    let after = (await loadCheckpoint(pool, SCHEDULER_GROUP, STORE_SOURCE))?.position ?? START;
    for (;;) {
      const page = await eventStore.readAll({ after, limit: 1, types: TYPES });
      if (page.events.length > 0) return false;
      if (!page.more) return true;
      after = page.readUpTo;
    }
  }

  async #apply(batch: FeedBatch): Promise<void> {
    await transaction(this.#parts.pool, async (client) => {
      await moveCheckpoint(client, SCHEDULER_GROUP, batch);
      await this.#applyToTemplates(
        client,
        batch.events.filter(({ type }) => type in TEMPLATE_EVENTS),
      );
      // In turns, so that a revision meets just what had been settled before it.
      for (const { ofCalendars, events } of inTurns(batch.events)) {
        await (ofCalendars ? this.#applyToCalendars(client, events) : this.#applyToSchedules(client, events));
      }
    });
    this.#problem = null;
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
    const changes = events.flatMap((event) => changeOf(event) ?? []);
    if (changes.length === 0) return;
    const before = await loadDue(client, [...new Set(changes.map(({ scheduleId }) => scheduleId))]);
    const after = new Map(before);
    for (const { scheduleId, apply } of changes) {
      const changed = apply(after.get(scheduleId));
      if (changed) after.set(scheduleId, changed);
    }
    const changed = [...after].filter(([id, schedule]) => before.get(id) !== schedule).map(([, schedule]) => schedule);
    if (changed.length > 0) await this.#save(client, changed);
  }

  async #save(client: PoolClient, schedules: readonly DueSchedule[]): Promise<void> {
    const named = calendarsNamedBy(schedules.map(({ state }) => state.definition));
    const calendars = await this.#calendars.load(client, named);
    await saveDue(
      client,
      schedules.map((schedule) => {
        const calendar = calendars.get(schedule.state.definition.calendar?.calendarId ?? '')?.calendar ?? null;
        return { ...schedule, nextRunAt: this.#nextRunOf(schedule, calendar) };
      }),
    );
  }

  #nextRunOf(schedule: DueSchedule, calendar: BusinessCalendar | null): Date | null {
    try {
      return nextRunOf(schedule, calendar, this.#times);
    } catch (error) {
      // One schedule whose zone this machine does not know may not hold up all others.
      const { scheduleId } = schedule.state;
      this.#parts.logger.error({ err: error, scheduleId, code: 'scheduler.no_due_time' }, 'no due time could be found');
      return null;
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

interface ScheduleChange {
  readonly scheduleId: ScheduleId;
  readonly apply: (known: DueSchedule | undefined) => DueSchedule | undefined;
}

function changeOf(event: RecordedEvent): ScheduleChange | undefined {
  if (event.type in SCHEDULE_EVENTS) {
    const { scheduleId } = toDomainEvent<ScheduleEvent>(event);
    return { scheduleId, apply: (known) => withScheduleEvent(known, event) };
  }
  const settled = settledOccurrenceOf(event);
  if (!settled) return undefined;
  return {
    scheduleId: settled.scheduleId,
    apply: (known) =>
      known?.settledTo && known.settledTo >= settled.nominalTime
        ? known
        : known && withSettledOccurrence(known, settled.nominalTime),
  };
}

/** Runs by hand settle nothing, even where they name the schedule. */
function settledOccurrenceOf(event: RecordedEvent): { scheduleId: ScheduleId; nominalTime: Date } | undefined {
  if (!OCCURRENCE_EVENTS.includes(event.type)) return undefined;
  const occurrence = toDomainEvent<JobEvent>(event);
  if (occurrence.type === 'OccurrenceSkipped') {
    return { scheduleId: occurrence.scheduleId, nominalTime: new Date(occurrence.nominalTime) };
  }
  if (occurrence.type !== 'JobRequested') return undefined;
  const { origin, scheduleId, nominalTime } = occurrence.request;
  return origin === 'schedule' && scheduleId !== null ? { scheduleId, nominalTime: new Date(nominalTime) } : undefined;
}
