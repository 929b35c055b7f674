import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, type Pool } from '#database';
import {
  calendar,
  MONDAY_TO_FRIDAY,
  NO_CALENDAR,
  schedule,
  streamOf,
  template,
  type CalendarCommand,
  type JobEvent,
  type ScheduleCommand,
  type ScheduleDefinition,
  type TemplateCommand,
} from '#domain';
import { ANNA, FLIGHTS_STATE, scheduleDefinition, templateDefinition } from '#domain/testing';
import { execute, STORE_SOURCE, toDomainEvent, type Decider, type DomainRefusal } from '#event-sourcing';
import { createLogger, readSettings } from '#platform';
import { closeParts, openParts, type Parts } from '#runtime';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import { DueLoop } from '../due/due-loop';
import { NextTimes } from '../due/next-times';
import { KnownCalendars } from '../projection/known-calendars';
import { SCHEDULER_GROUP, ScheduleProjection } from '../projection/schedule-projection';

const PATIENCE_MS = 20_000;

/** The real store, feed and tables of a scheduler, under a clock that the test sets. */
export class SchedulerWorld {
  readonly templateId = randomUUID();
  readonly scheduleId = randomUUID();
  #now: () => Date;

  private constructor(
    readonly parts: Parts,
    private readonly database: TestDatabase,
    now: { current: () => Date },
  ) {
    this.#now = () => now.current();
    this.setTime = (time) => (now.current = typeof time === 'function' ? time : () => new Date(time));
  }

  /** A fixed time, or a clock that goes. */
  readonly setTime: (time: string | (() => Date)) => void;

  static async open(time: string): Promise<SchedulerWorld> {
    const database = await createTestDatabase({ migrated: true });
    const now = { current: () => new Date(time) };
    const settings = {
      ...readSettings({}),
      DATABASE_URL: database.url,
      DATA_DIR: join(tmpdir(), randomUUID()),
      AUTH_SECRET: 'x'.repeat(32),
    };
    const parts = await openParts(settings, createLogger({ level: 'silent' }), { now: () => now.current() });
    return new SchedulerWorld(parts, database, now);
  }

  async close(): Promise<void> {
    await closeParts(this.parts);
    await this.database.drop();
  }

  projection(): ScheduleProjection {
    return new ScheduleProjection(this.parts, new NextTimes(), new KnownCalendars());
  }

  /** A due loop as another instance would have it, on the given pool or a pool of its own. */
  loop(projection: ScheduleProjection, pool: Pool = this.parts.pool): DueLoop {
    const { eventStore, clock, logger } = this.parts;
    return new DueLoop({
      pool,
      eventStore,
      clock,
      logger,
      times: new NextTimes(),
      calendars: new KnownCalendars(),
      maxAttempts: 3,
      hasCaughtUp: () => projection.hasCaughtUp(),
    });
  }

  otherPool(): Pool {
    return createPool(this.parts.settings.DATABASE_URL, { application: 'other', max: 4, onIdleError: () => undefined });
  }

  async createTemplate(templateId = this.templateId): Promise<void> {
    await this.changeTemplate({
      type: 'CreateTemplate',
      templateId,
      owner: ANNA,
      details: { name: 'Late flights', description: null, tags: [] },
      definition: templateDefinition(),
      copiedFrom: null,
      dataset: FLIGHTS_STATE,
      at: this.at(),
    });
  }

  async defineSchedule(more: Partial<ScheduleDefinition> = {}, scheduleId = this.scheduleId): Promise<void> {
    await this.changeSchedule({
      type: 'DefineSchedule',
      scheduleId,
      templateId: this.templateId,
      owner: ANNA,
      definition: scheduleDefinition(more),
      template: { status: 'active', problems: [] },
      // As it was when somebody looked, whatever has become of it.
      calendar: more.calendar ? { status: 'active', calendar: MONDAY_TO_FRIDAY } : NO_CALENDAR,
      at: this.at(),
    });
  }

  async changeTemplate(command: TemplateCommand): Promise<void> {
    await this.#execute(template, streamOf('template', command.templateId), command);
  }

  async changeSchedule(command: ScheduleCommand): Promise<void> {
    await this.#execute(schedule, streamOf('schedule', command.scheduleId), command);
  }

  async changeCalendar(command: CalendarCommand): Promise<void> {
    await this.#execute(calendar, streamOf('calendar', command.calendarId), command);
  }

  /** The time on the world's clock. */
  at(): string {
    return this.#now().toISOString();
  }

  /** Until the projection has applied all that is in the store. */
  async caughtUp(): Promise<void> {
    const head = await this.parts.eventStore.head();
    if (!(await this.parts.progress.reached(SCHEDULER_GROUP, STORE_SOURCE, head, PATIENCE_MS))) {
      throw new Error('the projection does not catch up');
    }
  }

  async events(streamId: string): Promise<readonly { readonly type: string }[]> {
    return (await this.parts.eventStore.readStream(streamId)).map((event) => toDomainEvent(event));
  }

  /** First events of the occurrences that were settled, by nominal time. */
  async occurrences(): Promise<readonly (readonly [nominalTime: string, type: string])[]> {
    const { events } = await this.parts.eventStore.readAll({
      after: 0n,
      limit: 100_000,
      types: ['JobRequested', 'OccurrenceSkipped'],
    });
    return events
      .map((event) => toDomainEvent<JobEvent>(event))
      .map((event) => {
        if (event.type === 'JobRequested') return [event.request.nominalTime, event.type] as const;
        if (event.type === 'OccurrenceSkipped') return [event.nominalTime, event.type] as const;
        throw new Error(event.type);
      })
      .sort();
  }

  /** Resolves when the condition holds; looks after each append. */
  async until(condition: () => Promise<boolean>): Promise<void> {
    let changed = (): void => undefined;
    const giveUpAt = performance.now() + PATIENCE_MS;
    const unsubscribe = await this.parts.eventStore.onAppended(() => changed());
    const timer = setTimeout(() => changed(), PATIENCE_MS + 1);
    try {
      for (;;) {
        const change = new Promise<void>((resolve) => (changed = resolve));
        if (await condition()) return;
        if (performance.now() > giveUpAt) throw new Error('the condition was not met in time');
        await change;
      }
    } finally {
      clearTimeout(timer);
      await unsubscribe();
    }
  }

  async #execute<Command, State, Event extends { readonly type: string }, Refusal extends DomainRefusal>(
    decider: Decider<Command, State, Event, Refusal>,
    streamId: string,
    command: Command,
  ): Promise<void> {
    const commandId = randomUUID();
    const outcome = await execute(this.parts.eventStore, decider, {
      streamId,
      command,
      context: { commandId, correlationId: commandId, causationId: null, actor: ANNA, traceparent: null },
    });
    if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome));
  }
}
