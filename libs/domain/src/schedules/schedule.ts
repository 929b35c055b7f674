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
} from './schedule-messages';
import { validateSchedule } from './validate-schedule';

/** A schedule that has been defined, removed or not. */
export type ExistingSchedule = Exclude<ScheduleState, { status: 'absent' }>;

/** When a template's report is made. A removed schedule stays removed; a paused one may be revised and stays paused. */
export const schedule: Decider<ScheduleCommand, ScheduleState, ScheduleEvent, ScheduleRefusal> = {
  initial: { status: 'absent' },
  decide(command, state) {
    if (command.type === 'DefineSchedule') {
      if (state.status !== 'absent') return refuse({ code: 'schedule.exists' });
      const { template, calendar, ...definition } = command;
      return ifFit(command.definition, { template, calendar }, { ...definition, type: 'ScheduleDefined' });
    }
    if (state.status === 'absent') return refuse({ code: 'schedule.missing' });
    return change(command, state);
  },
  evolve(state, event) {
    if (event.type === 'ScheduleDefined') {
      const { scheduleId, templateId, owner, definition, at } = event;
      return { status: 'active', scheduleId, templateId, owner, definition, effectiveFrom: at, skippedTo: null };
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
      const { template, calendar, ...revision } = command;
      return ifFit(command.definition, { template, calendar }, { ...revision, type: 'ScheduleRevised' });
    }
    case 'PauseSchedule':
      if (state.status === 'removed') return refuse({ code: 'schedule.removed' });
      return state.status === 'paused' ? accept() : accept({ ...command, type: 'SchedulePaused' });
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

/** Whether a stretch that ends at `to` was skipped before, or never was due. */
function isSettled(to: Instant, state: ExistingSchedule): boolean {
  if (state.status !== 'active' || !isBefore(state.effectiveFrom, to)) return true;
  return state.skippedTo !== null && !isBefore(state.skippedTo, to);
}

/** What was found of all that a schedule needs. */
interface Checks {
  readonly template: TemplateCheck;
  readonly calendar: CalendarCheck;
}

function ifFit(definition: ScheduleDefinition, { template, calendar }: Checks, event: ScheduleEvent): Outcome {
  if (template.status === 'absent') return refuse({ code: 'template.missing' });
  if (template.status === 'archived') return refuse({ code: 'template.archived' });
  const problems = validateSchedule(definition, calendar, event.at);
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
      return { ...state, status: 'paused' };
    case 'ScheduleResumed':
      return { ...state, status: 'active', effectiveFrom: event.at };
    case 'ScheduleRemoved':
      return { ...state, status: 'removed' };
    case 'OccurrencesSkipped':
      return { ...state, skippedTo: event.to };
  }
}
