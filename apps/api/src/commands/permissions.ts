import { Inject, Injectable } from '@nestjs/common';
import {
  canEditTemplate,
  canManageJob,
  canManageSchedule,
  canManageTemplate,
  canRunTemplate,
  canViewTemplate,
  type Caller,
} from '#access';
import type { ExistingJob, ExistingSchedule, ExistingTemplate, JobState, ScheduleState, TemplateState } from '#domain';
import { Problem } from '../http/problem';
import { Streams } from './streams';

type Need = 'view' | 'run' | 'edit' | 'manage';

const ALLOWS: Readonly<Record<Need, (template: TemplateState, caller: Caller) => boolean>> = {
  view: canViewTemplate,
  run: canRunTemplate,
  edit: canEditTemplate,
  manage: canManageTemplate,
};

const FORBIDDEN: Readonly<Record<Need, string>> = {
  view: 'You may not see this template.',
  run: 'The template is shared with you to look at only: ask its owner for the right to run it.',
  edit: 'The template is not shared with you to edit: ask its owner, or duplicate it.',
  manage: "Only the template's owner may do this.",
};

/** The template, if the caller may do that with it. What they may not even see is as if it were not there. */
export function templateFor(caller: Caller, template: TemplateState, need: Need): ExistingTemplate {
  if (template.status === 'absent' || !canViewTemplate(template, caller)) {
    throw new Problem('template.missing', 'There is no such template, or it is not shared with you.', {
      accessRefused: template.status !== 'absent',
    });
  }
  if (!ALLOWS[need](template, caller)) {
    throw new Problem('access.forbidden', FORBIDDEN[need], { accessRefused: true });
  }
  return template;
}

/** Rights over schedules and jobs, which whoever sees their template sees too. */
@Injectable()
export class Permissions {
  constructor(@Inject(Streams) private readonly streams: Streams) {}

  async schedule(caller: Caller, schedule: ScheduleState): Promise<ExistingSchedule> {
    if (schedule.status !== 'absent' && canManageSchedule(schedule, caller)) return schedule;
    if (await this.seesSchedule(caller, schedule))
      throw new Problem('access.forbidden', "Only the schedule's owner may do this.", { accessRefused: true });
    throw new Problem('schedule.missing', 'There is no such schedule, or it is not yours.', {
      accessRefused: schedule.status !== 'absent',
    });
  }

  async seesSchedule(caller: Caller, schedule: ScheduleState): Promise<boolean> {
    if (schedule.status === 'absent') return false;
    return canManageSchedule(schedule, caller) || this.seesTemplate(caller, schedule.templateId);
  }

  async job(caller: Caller, job: JobState): Promise<ExistingJob> {
    const exists = job.status !== 'absent' && job.status !== 'skipped';
    if (exists && canManageJob(job, caller)) return job;
    const visible = exists && (await this.seesTemplate(caller, job.request.templateId));
    if (visible) throw new Problem('access.forbidden', "Only the job's owner may do this.", { accessRefused: true });
    throw new Problem('job.missing', 'There is no such job request, or it is not yours.', { accessRefused: exists });
  }

  private async seesTemplate(caller: Caller, templateId: string | null): Promise<boolean> {
    if (templateId === null) return false;
    return canViewTemplate((await this.streams.template(templateId)).state, caller);
  }
}
