import {
  businessCalendarOf,
  calendar,
  dataset,
  NO_CALENDAR,
  schedule as scheduleDecider,
  streamOf,
  template,
  toInstant,
  validateDefinition,
  type CalendarCheck,
  type CalendarEvent,
  type DatasetEvent,
  type ScheduleCommand,
  type ScheduleRefusal,
  type TemplateCheck,
  type TemplateEvent,
} from '#domain';
import { derivedId, execute, fold, toDomainEvent, type Decider, type DomainRefusal } from '#event-sourcing';
import { ACTOR, contextOf } from '../due/occurrence-plan';
import type { Round, SchedulerParts } from '../due/round';
import type { DueSchedule } from '../projection/due-schedule';
import { failingSchedules, schedulesToResume } from './pause-queries';

/** Characters of a note. */
const LONGEST_NOTE = 500;

/**
 * Pauses schedules whose jobs fail again and again, and resumes those whose pause has an end. The ids of the commands follow from
 * the last failure, and from the end of the pause: so each is carried out once, however many instances try.
 */
export class AutomaticPauses {
  readonly #parts: SchedulerParts;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
  }

  async pauseFailing(round: Round): Promise<void> {
    for (const { state, revision, failures, lastFailure } of await failingSchedules(this.#parts.pool)) {
      if (!lastFailure) continue;
      const note = `${failures} jobs in a row failed. The last one: ${lastFailure.message}`.slice(0, LONGEST_NOTE);
      const command = { type: 'PauseSchedule', note, until: null, cause: 'failures' } as const;
      const by = { scheduleId: state.scheduleId, by: ACTOR, at: toInstant(this.#parts.clock.now()) };
      await this.#execute({ ...command, ...by }, revision, `failures ${lastFailure.jobId}`, round);
    }
  }

  /** A schedule that cannot run any more stays paused, for good, and its note says why. */
  async resumeDue(round: Round): Promise<void> {
    const { pool, clock } = this.#parts;
    for (const known of await schedulesToResume(pool, clock.now())) {
      const { scheduleId, templateId, pause } = known.state;
      const until = pause?.until;
      if (!until) continue;
      const found = { template: await this.#check(templateId), calendar: await this.#calendar(known.state) };
      const resume = { type: 'ResumeSchedule', scheduleId, ...found, by: ACTOR, at: until } as const;
      const refusal = await this.#execute(resume, known.revision, `resume ${until}`, round);
      if (refusal) await this.#rest(known, refusal, until, round);
    }
  }

  async #rest({ state, revision }: DueSchedule, refusal: ScheduleRefusal, until: string, round: Round): Promise<void> {
    const note = `It did not resume: ${reasonOf(refusal)}`.slice(0, LONGEST_NOTE);
    const command = { type: 'PauseSchedule', note, until: null, cause: state.pause?.cause ?? 'by_hand' } as const;
    const by = { scheduleId: state.scheduleId, by: ACTOR, at: toInstant(this.#parts.clock.now()) };
    await this.#execute({ ...command, ...by }, revision, `rest ${until}`, round);
  }

  /** The refusal, if there was one. A schedule that somebody changed meanwhile is looked at again. */
  async #execute(
    command: Extract<ScheduleCommand, { readonly by: string }>,
    revision: number,
    purpose: string,
    round: Round,
  ): Promise<ScheduleRefusal | null> {
    const { scheduleId } = command;
    const outcome = await execute(this.#parts.eventStore, scheduleDecider, {
      streamId: streamOf('schedule', scheduleId),
      command,
      context: contextOf(derivedId(scheduleId, purpose)),
      expectedRevision: revision,
    });
    if (outcome.kind === 'refused') return outcome.refusal;
    if (outcome.kind !== 'done') round.postponed.add(scheduleId);
    return null;
  }

  /** What the definitions say. Whether the data source answers is found out when the report runs. */
  async #check(templateId: string): Promise<TemplateCheck> {
    const state = await this.#load<Parameters<typeof template.evolve>[0], TemplateEvent>(
      streamOf('template', templateId),
      template,
    );
    if (state.status !== 'active') return { status: state.status, problems: [] };
    const { definition } = state;
    const data = await this.#load<Parameters<typeof dataset.evolve>[0], DatasetEvent>(
      streamOf('dataset', definition.datasetId),
      dataset,
    );
    return { status: 'active', problems: validateDefinition(definition, data) };
  }

  async #calendar({ definition }: DueSchedule['state']): Promise<CalendarCheck> {
    if (definition.calendar === null) return NO_CALENDAR;
    const state = await this.#load<Parameters<typeof calendar.evolve>[0], CalendarEvent>(
      streamOf('calendar', definition.calendar.calendarId),
      calendar,
    );
    return state.status === 'active'
      ? { status: 'active', calendar: businessCalendarOf(state.definition) }
      : { status: state.status };
  }

  async #load<State, Event>(
    streamId: string,
    decider: Pick<Decider<never, State, Event, DomainRefusal>, 'initial' | 'evolve'>,
  ): Promise<State> {
    const events = await this.#parts.eventStore.readStream(streamId);
    return fold(
      decider,
      events.map((event) => toDomainEvent<Event>(event)),
    );
  }
}

function reasonOf(refusal: ScheduleRefusal): string {
  switch (refusal.code) {
    case 'schedule.invalid':
    case 'template.invalid':
      return refusal.problems.map(({ message }) => message).join(' ');
    case 'template.archived':
      return 'its template is archived. Restore it, then resume the schedule.';
    case 'template.missing':
      return 'its template does not exist.';
    case 'schedule.exists':
    case 'schedule.missing':
    case 'schedule.removed':
    case 'pause.until_passed':
      return refusal.code;
  }
}
