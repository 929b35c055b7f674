import type { PoolClient } from '#database';
import { streamOf, type BusinessCalendar, type ScheduleId } from '#domain';
import type { DueSchedule } from '../projection/due-schedule';
import { calendarsNamedBy } from '../projection/known-calendars';
import type { KnownTemplate } from '../projection/known-template';
import { candidateJobs, forgetJobs, openJobs } from './open-jobs';
import type { OpenJob } from './overlap';
import type { Round, SchedulerParts } from './round';
import { loadTemplates } from './template-table';

/** What a schedule's occurrences depend on besides itself. */
export interface Standing {
  readonly template: KnownTemplate | undefined;
  /** The calendar that it names; null without one. */
  readonly calendar: BusinessCalendar | null;
  /** Its jobs that have not ended, where it minds an overlap. */
  readonly open: readonly OpenJob[];
}

/**
 * What is to be known of claimed schedules. Those whose rows do not show the heads of their streams are left out and postponed:
 * a pause, or a holiday, that was answered is obeyed.
 */
export async function standingsOf(
  client: PoolClient,
  { eventStore, calendars: knownCalendars }: Pick<SchedulerParts, 'eventStore' | 'calendars'>,
  schedules: readonly DueSchedule[],
  round: Round,
): Promise<ReadonlyMap<ScheduleId, Standing>> {
  const templateIds = [...new Set(schedules.map(({ state }) => state.templateId))];
  const templates = await loadTemplates(client, templateIds);
  const calendarIds = calendarsNamedBy(schedules.map(({ state }) => state.definition));
  const calendars = await knownCalendars.load(client, calendarIds);
  const candidates = await candidateJobs(client, schedules);
  const heads = await eventStore.headRevisions([
    ...schedules.map(({ state }) => streamOf('schedule', state.scheduleId)),
    ...templateIds.map((id) => streamOf('template', id)),
    ...calendarIds.map((id) => streamOf('calendar', id)),
    ...candidates.map(({ jobId }) => streamOf('job', jobId)),
  ]);
  const { open, ended } = await openJobs(eventStore, candidates, heads);
  await forgetJobs(client, ended);
  const standings = new Map<ScheduleId, Standing>();
  for (const { state, revision } of schedules) {
    const { scheduleId, templateId } = state;
    const template = templates.get(templateId);
    const calendarId = state.definition.calendar?.calendarId ?? null;
    const named = calendarId === null ? undefined : calendars.get(calendarId);
    const isCurrent =
      heads.get(streamOf('schedule', scheduleId)) === revision &&
      heads.get(streamOf('template', templateId)) === template?.revision &&
      (calendarId === null || heads.get(streamOf('calendar', calendarId)) === named?.revision);
    if (isCurrent) {
      const calendar = named?.calendar ?? null;
      standings.set(scheduleId, { template, calendar, open: open.get(scheduleId) ?? [] });
    } else round.postponed.add(scheduleId);
  }
  return standings;
}
