import type { DestinationDefinition, JobState, Priority, ScheduleState, ShareLevel, TemplateState } from '#domain';
import type { Caller } from './users/user';

type Person = Pick<Caller, 'userId' | 'role'>;

/** A share's level contains the ones before it. */
const RANK: Readonly<Record<ShareLevel, number>> = { view: 1, run: 2, edit: 3 };
const OWNER = 4;

/** 0 when the template is absent or none of the person's business. */
function rankOf(template: TemplateState, person: Person): number {
  if (template.status === 'absent') return 0;
  if (person.role === 'admin' || template.owner === person.userId) return OWNER;
  const level = Object.hasOwn(template.shares, person.userId) ? template.shares[person.userId] : undefined;
  return level === undefined ? 0 : RANK[level];
}

/** Whether the person may know that the template exists, read it, and see the rows it gives. */
export function canViewTemplate(template: TemplateState, person: Person): boolean {
  return rankOf(template, person) >= RANK.view;
}

/** Whether the person may run and schedule it. */
export function canRunTemplate(template: TemplateState, person: Person): boolean {
  return rankOf(template, person) >= RANK.run;
}

/** Whether the person may revise it. */
export function canEditTemplate(template: TemplateState, person: Person): boolean {
  return rankOf(template, person) >= RANK.edit;
}

/** Whether the person may archive, restore, share and transfer it: owner and admins. */
export function canManageTemplate(template: TemplateState, person: Person): boolean {
  return rankOf(template, person) >= OWNER;
}

/** A schedule is its owner's and the admins' business. */
export function canManageSchedule(schedule: ScheduleState, person: Person): boolean {
  return schedule.status !== 'absent' && (person.role === 'admin' || schedule.owner === person.userId);
}

/** A job, with its files, is its owner's and the admins' business. */
export function canManageJob(job: JobState, person: Person): boolean {
  if (job.status === 'absent' || job.status === 'skipped') return false;
  return person.role === 'admin' || job.request.owner === person.userId;
}

/** Whether the person may have jobs of the priority. All but `urgent`, which overtakes everybody, are free to use. */
export function mayUsePriority(priority: Priority, person: Person, urgentFor: 'admins' | 'everybody'): boolean {
  return priority !== 'urgent' || urgentFor === 'everybody' || person.role === 'admin';
}

/** Whether the person may have reports, and notices of their own, sent to the destination. */
export function mayUseDestination(
  { usableBy }: Pick<DestinationDefinition, 'usableBy'>,
  { role }: Pick<Person, 'role'>,
): boolean {
  return usableBy === 'everybody' || role === 'admin';
}
