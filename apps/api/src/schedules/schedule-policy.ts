import { Inject, Injectable } from '@nestjs/common';
import { mayUsePriority, type Caller } from '#access';
import {
  checkedCalendar,
  frequencyProblems,
  validateSchedule,
  type CalendarCheck,
  type Priority,
  type ScheduleDefinition,
} from '#domain';
import { PARTS, type Parts } from '#runtime';
import { Problem } from '../http/problem';

/** What the settings allow people to ask for, whatever a definition could say. */
@Injectable()
export class SchedulePolicy {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  /** Throws `priority.not_allowed`. */
  requirePriority(caller: Caller, priority: Priority): void {
    if (this.mayUse(caller, priority)) return;
    const detail = `The priority ${priority} is for administrators here: choose high, or ask one of them.`;
    throw new Problem('priority.not_allowed', detail);
  }

  mayUse(caller: Pick<Caller, 'userId' | 'role'>, priority: Priority): boolean {
    return mayUsePriority(priority, caller, this.parts.settings.URGENT_PRIORITY_FOR);
  }

  /** The priority, or the highest that the person may use. */
  allowed(person: Pick<Caller, 'userId' | 'role'>, priority: Priority): Priority {
    return this.mayUse(person, priority) ? priority : 'high';
  }

  /** Throws `priority.not_allowed`, and `schedule.invalid` where the schedule fires too often. */
  require(caller: Caller, definition: ScheduleDefinition, check: CalendarCheck, now: Date): void {
    this.requirePriority(caller, definition.priority);
    const at = now.toISOString();
    // What is wrong with the definition itself is told by the aggregate, together with all else.
    if (validateSchedule(definition, check, at).length > 0) return;
    const least = this.parts.settings.SCHEDULE_MIN_INTERVAL_MINUTES;
    const errors = frequencyProblems(definition, checkedCalendar(check), least, at);
    const [first] = errors;
    if (first !== undefined) throw new Problem('schedule.invalid', first.message, { errors });
  }
}
