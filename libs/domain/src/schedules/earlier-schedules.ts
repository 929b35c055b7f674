import type { SimpleRecurrence } from './recurrence';
import { PLAIN_SCHEDULE, type ScheduleDefinition } from './schedule-messages';

/** A definition as schedules had it before calendars, policies and intervals: version 1 of their events. */
export type FirstSchedule = Omit<ScheduleDefinition, keyof typeof PLAIN_SCHEDULE | 'recurrence'> & {
  readonly recurrence: SimpleRecurrence;
};

/** The same definition as one is written now. One that is current already stays what it is. */
export function currentSchedule(definition: FirstSchedule | ScheduleDefinition): ScheduleDefinition {
  return { ...PLAIN_SCHEDULE, ...definition };
}
