import { accept, refuse, type Decider } from '#event-sourcing';
import type { CalendarCheck } from '../calendars/calendar-check';
import { isBefore } from '../instants';
import { sameJson } from '../json-equality';
import type { Instant } from '../identifiers';
import type {
  ScheduleCommand,
  ScheduleDefinition,
  ScheduleEvent,
  ScheduleRefusal,
  ScheduleState,
  TemplateCheck,
  TriggerCheck,
} from './schedule-messages';
import { triggerProblems } from './triggers';
import { validateSchedule } from './validate-schedule';

/** A schedule that has been defined, removed or not. */
export type ExistingSchedule = Exclude<ScheduleState, { status: 'absent' }>;

/** When a template's report is made. A removed schedule stays removed; a paused one may be revised and stays paused. */
export const schedule: Decider<ScheduleCommand, ScheduleState, ScheduleEvent, ScheduleRefusal> = {
  initial: { status: 'absent' },
  decide(command, state) {
    if (command.type === 'DefineSchedule') {
      if (state.status !== 'absent') return refuse({ code: 'schedule.exists' });
      const { template, calendar, trigger, ...definition } = command;
      return ifFit(command.definition, { template, calendar, trigger }, { ...definition, type: 'ScheduleDefined' });
    }
    if (state.status === 'absent') return refuse({ code: 'schedule.missing' });
    return change(command, state);
  },
  evolve(state, event) {
    if (event.type === 'ScheduleDefined') {
      const { scheduleId, templateId, owner, definition, at } = event;
      const begun = { effectiveFrom: at, pause: null, skippedTo: null };
      return { status: 'active', scheduleId, templateId, owner, definition, ...begun };
    }
    return state.status === 'absent' ? state : changed(state, event);
  },
};

type Change = Exclude<ScheduleCommand, { type: 'DefineSchedule' }>;
type Outcome = ReturnType<typeof schedule.decide>;

function change(command: Change, state: ExistingSchedule): Outcome {
  switch (command.type) {
    case 'ReviseSchedule': {
      if (state.status === 'removed') return refuse({ code: 'schedule.removed' });
      if (sameJson(command.definition, state.definition)) return accept();
      const { template, calendar, trigger, ...revision } = command;
      return ifFit(command.definition, { template, calendar, trigger }, { ...revision, type: 'ScheduleRevised' });
    }
    case 'PauseSchedule':
      return state.status === 'removed' ? refuse({ code: 'schedule.removed' }) : pause(command, state);
    case 'ResumeSchedule': {
      if (state.status === 'removed') return refuse({ code: 'schedule.removed' });
      if (state.status === 'active') return accept();
      const { template, calendar, ...resumption } = command;
      return ifFit(state.definition, { template, calendar }, { ...resumption, type: 'ScheduleResumed' });
    }
    case 'RemoveSchedule':
      return state.status === 'removed' ? accept() : accept({ ...command, type: 'ScheduleRemoved' });
    case 'SkipOccurrences':
      return isSettled(command.to, state) ? accept() : accept({ ...command, type: 'OccurrencesSkipped' });
  }
}

/** A pause by hand takes the place of an earlier one. One because of failures changes nothing about a schedule that rests. */
function pause(command: Extract<Change, { type: 'PauseSchedule' }>, state: ExistingSchedule): Outcome {
  const { note, until, cause } = command;
  const rests = state.status === 'paused' && (cause === 'failures' || sameJson({ note, until, cause }, state.pause));
  if (rests) return accept();
  if (until !== null && !isBefore(command.at, until)) return refuse({ code: 'pause.until_passed' });
  return accept({ ...command, type: 'SchedulePaused' });
}

/** Whether a stretch that ends at `to` was skipped before, or never was due. */
function isSettled(to: Instant, state: ExistingSchedule): boolean {
  if (state.status !== 'active' || !isBefore(state.effectiveFrom, to)) return true;
  return state.skippedTo !== null && !isBefore(state.skippedTo, to);
}

/** What was found of all that a schedule needs. What it waits for counts when it is defined or revised only. */
interface Checks {
  readonly template: TemplateCheck;
  readonly calendar: CalendarCheck;
  readonly trigger?: TriggerCheck;
}

function ifFit(definition: ScheduleDefinition, { template, calendar, trigger }: Checks, event: ScheduleEvent): Outcome {
  if (template.status === 'absent') return refuse({ code: 'template.missing' });
  if (template.status === 'archived') return refuse({ code: 'template.archived' });
  const problems = [
    ...validateSchedule(definition, calendar, event.at),
    ...(trigger === undefined ? [] : triggerProblems(definition.recurrence, trigger)),
  ];
  if (problems.length > 0) return refuse({ code: 'schedule.invalid', problems });
  if (template.problems.length > 0) return refuse({ code: 'template.invalid', problems: template.problems });
  return accept(event);
}

function changed(
  state: ExistingSchedule,
  event: Exclude<ScheduleEvent, { type: 'ScheduleDefined' }>,
): ExistingSchedule {
  switch (event.type) {
    case 'ScheduleRevised':
      return { ...state, definition: event.definition, effectiveFrom: event.at };
    case 'SchedulePaused':
      return { ...state, status: 'paused', pause: { note: event.note, until: event.until, cause: event.cause } };
    case 'ScheduleResumed': {
      // One that resumes by itself does so from the end of its pause, which a revision may have followed.
      const effectiveFrom = isBefore(state.effectiveFrom, event.at) ? event.at : state.effectiveFrom;
      return { ...state, status: 'active', effectiveFrom, pause: null };
    }
    case 'ScheduleRemoved':
      return { ...state, status: 'removed', pause: null };
    case 'OccurrencesSkipped':
      return { ...state, skippedTo: event.to };
  }
}
