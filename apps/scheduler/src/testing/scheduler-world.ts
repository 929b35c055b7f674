import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, type Pool } from '#database';
import {
  calendar,
  dataset,
  job,
  jobFailure,
  MONDAY_TO_FRIDAY,
  NO_CALENDAR,
  occurrenceJobId,
  schedule,
  streamOf,
  template,
  type CalendarCommand,
  type DatasetCommand,
  type JobCommand,
  type JobEvent,
  type JobRequest,
  type ScheduleCommand,
  type ScheduleDefinition,
  type TemplateCommand,
} from '#domain';
import {
  ANNA,
  DATASET_ID,
  FLIGHTS,
  FLIGHTS_STATE,
  jobOutput,
  retryPolicy,
  scheduleDefinition,
  templateDefinition,
  carryOut,
} from '#domain/testing';
import { FollowedFeed } from '#event-feed';
import { START, STORE_SOURCE, toDomainEvent } from '#event-sourcing';
import { createLogger, readSettings } from '#platform';
import { closeParts, openParts, type Parts } from '#runtime';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import { DueLoop } from '../due/due-loop';
import { NextTimes } from '../due/next-times';
import { KnownCalendars } from '../projection/known-calendars';
import { SCHEDULER_GROUP, SCHEDULER_TYPES, ScheduleProjection } from '../projection/schedule-projection';

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

  /** Feeds a projection from when it is started. */
  follow(projection: ScheduleProjection): FollowedFeed {
    return new FollowedFeed(projection, this.parts);
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
      catchUpPerMinute: 600,
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
      trigger: 'known',
      at: this.at(),
    });
  }

  async changeTemplate(command: TemplateCommand): Promise<void> {
    await carryOut(this.parts.eventStore, template, streamOf('template', command.templateId), command);
  }

  async changeSchedule(command: ScheduleCommand): Promise<void> {
    await carryOut(this.parts.eventStore, schedule, streamOf('schedule', command.scheduleId), command);
  }

  async changeCalendar(command: CalendarCommand): Promise<void> {
    await carryOut(this.parts.eventStore, calendar, streamOf('calendar', command.calendarId), command);
  }

  /** The dataset of the template. */
  async registerDataset(): Promise<void> {
    const register = { type: 'RegisterDataset', datasetId: DATASET_ID, definition: FLIGHTS, by: ANNA } as const;
    await this.changeDataset({ ...register, at: this.at() });
  }

  async changeDataset(command: DatasetCommand): Promise<void> {
    await carryOut(this.parts.eventStore, dataset, streamOf('dataset', command.datasetId), command);
  }

  /** A command on a job, as the exporter or a person would give it. */
  async changeJob(command: JobCommand): Promise<void> {
    await carryOut(
      this.parts.eventStore,
      job,
      streamOf('job', 'jobId' in command ? command.jobId : command.request.jobId),
      command,
    );
  }

  async startJob(jobId: string): Promise<void> {
    await this.changeJob({ type: 'StartJob', jobId, attempt: 1, worker: 'test', at: this.at() });
  }

  /** A job that runs comes to its end. */
  async endJob(jobId: string, failure: string | null = null): Promise<void> {
    const end = { jobId, attempt: 1, at: this.at() };
    await this.changeJob(
      failure === null
        ? { type: 'CompleteJob', ...end, output: jobOutput(), outputExpiresAt: '2027-12-23T12:00:00.000Z' }
        : {
            type: 'FailAttempt',
            ...end,
            failure: jobFailure('data_source.failed', failure),
            policy: retryPolicy(),
            chance: 0,
          },
    );
  }

  async runJob(jobId: string, failure: string | null = null): Promise<void> {
    await this.startJob(jobId);
    await this.endJob(jobId, failure);
  }

  /** The id of the job of an occurrence. */
  jobAt(nominalTime: string, scheduleId = this.scheduleId): string {
    return occurrenceJobId(scheduleId, nominalTime);
  }

  /** The time on the world's clock. */
  at(): string {
    return this.#now().toISOString();
  }

  /** Until the projection has applied all that is in the store. */
  async caughtUp(): Promise<void> {
    const page = { after: START, limit: 100_000, types: SCHEDULER_TYPES };
    const last = (await this.parts.eventStore.readAll(page)).events.at(-1)?.position ?? START;
    if (!(await this.parts.progress.reached(SCHEDULER_GROUP, STORE_SOURCE, last, PATIENCE_MS))) {
      throw new Error('the projection does not catch up');
    }
  }

  /**
   * Rounds at one time of the clock, until one of them does nothing more. What the projection is just taking in is locked, so a
   * single round may pass it over.
   */
  async settle(loop: DueLoop): Promise<void> {
    for (let before = null, head = await this.parts.eventStore.head(); head !== before;) {
      before = head;
      await loop.runRound();
      await this.caughtUp();
      head = await this.parts.eventStore.head();
    }
  }

  async events(streamId: string): Promise<readonly { readonly type: string }[]> {
    return (await this.parts.eventStore.readStream(streamId)).map((event) => toDomainEvent(event));
  }

  /** What was requested, in the order of the store. */
  async requests(): Promise<readonly JobRequest[]> {
    const { events } = await this.parts.eventStore.readAll({ after: 0n, limit: 100_000, types: ['JobRequested'] });
    return events.map((event) => toDomainEvent<Extract<JobEvent, { type: 'JobRequested' }>>(event).request);
  }

  /** Why occurrences were skipped on streams of their own, by nominal time. */
  async skips(): Promise<readonly (readonly [nominalTime: string, reason: string])[]> {
    const { events } = await this.parts.eventStore.readAll({ after: 0n, limit: 100_000, types: ['OccurrenceSkipped'] });
    return events
      .map((event) => toDomainEvent<Extract<JobEvent, { type: 'OccurrenceSkipped' }>>(event))
      .map(({ nominalTime, reason }) => [nominalTime, reason] as const)
      .toSorted();
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
}
