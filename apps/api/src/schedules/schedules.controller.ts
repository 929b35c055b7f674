import { Controller, Inject } from '@nestjs/common';
import type { Caller } from '#access';
import {
  checkedCalendar,
  PLAIN_SCHEDULE,
  describeSchedule,
  upcomingOccurrences,
  validateSchedule,
  type BusinessCalendar,
  type CalendarCheck,
  type ExistingSchedule,
  type ScheduleCommand,
  type ScheduleDefinition,
  type TemplateCheck,
} from '#domain';
import { derivedId } from '#event-sourcing';
import { ScheduleQueries, type ScheduleView } from '#read-models';
import { PARTS, type Parts } from '#runtime';
import { CalendarChecks } from '../calendars/calendar-checks';
import { Dispatcher } from '../commands/dispatcher';
import { answered } from '../commands/outcomes';
import { Permissions, templateFor } from '../commands/permissions';
import { Streams } from '../commands/streams';
import { Handles, type AnyCall, type Call } from '../http/operation';
import { Problem } from '../http/problem';
import { viewerOf } from '../http/queries';
import { entityTag } from '../http/request-headers';
import { DefinitionChecks } from '../templates/definition-checks';
import { SchedulePolicy } from './schedule-policy';
import { ScheduleQuota } from './schedule-quota';
import { scheduleOperations as operations } from './schedule.operations';
import { TriggerChecks } from './trigger-checks';

type CallOf<Name extends keyof typeof operations> = Call<(typeof operations)[Name]>;

const UPCOMING = 10;

@Controller()
export class SchedulesController {
  private readonly queries: ScheduleQueries;

  constructor(
    @Inject(PARTS) parts: Parts,
    @Inject(Dispatcher) private readonly dispatcher: Dispatcher,
    @Inject(Streams) private readonly streams: Streams,
    @Inject(Permissions) private readonly permissions: Permissions,
    @Inject(DefinitionChecks) private readonly checks: DefinitionChecks,
    @Inject(CalendarChecks) private readonly calendarChecks: CalendarChecks,
    @Inject(SchedulePolicy) private readonly policy: SchedulePolicy,
    @Inject(ScheduleQuota) private readonly quota: ScheduleQuota,
    @Inject(TriggerChecks) private readonly triggers: TriggerChecks,
  ) {
    this.queries = new ScheduleQueries(parts.pool);
  }

  @Handles(operations.define)
  async define(call: CallOf<'define'>) {
    const scheduleId = derivedId(call.context.commandId, 'schedule');
    const { templateId, ...definition } = call.body;
    const owner = call.caller.userId;
    const make = async () => {
      const template = await this.templateCheck(call.caller, templateId);
      const calendar = await this.calendarCheck(call, definition);
      const trigger = await this.triggers.of(call.caller, scheduleId, definition.recurrence);
      return {
        type: 'DefineSchedule',
        scheduleId,
        templateId,
        owner,
        definition,
        template,
        calendar,
        trigger,
        at: at(call),
      } as const;
    };
    const outcome = await this.quota.within(owner, scheduleId, () =>
      this.dispatcher.schedule({ ...call, ifMatch: null }, scheduleId, make),
    );
    return answered(scheduleId, outcome, { location: `/v1/schedules/${scheduleId}` });
  }

  @Handles(operations.list)
  async list({ caller, query }: CallOf<'list'>) {
    const { items, nextCursor } = await this.queries.list({ viewer: viewerOf(caller), ...query });
    return { body: { items: items.map(scheduleAnswer), nextCursor } };
  }

  // Before the routes with an id, which would take its name for one.
  @Handles(operations.selfService)
  async selfService({ caller, query }: CallOf<'selfService'>) {
    return { body: await this.queries.selfServiceSchedules({ viewer: viewerOf(caller), ...query }) };
  }

  @Handles(operations.get)
  async get({ caller, params, now }: CallOf<'get'>) {
    const schedule = await this.visible(caller, params.scheduleId);
    const calendar = await this.calendarChecks.lastOf(schedule.definition);
    const runsLeft = Math.max(0, (schedule.definition.maxRuns ?? Infinity) - schedule.runs);
    const upcoming = schedule.status === 'active' ? nextRunsOf(schedule.definition, calendar, now) : [];
    const nextRuns = upcoming.slice(0, runsLeft);
    return { headers: { ETag: entityTag(schedule.revision) }, body: { ...scheduleAnswer(schedule), nextRuns } };
  }

  @Handles(operations.revise)
  revise(call: CallOf<'revise'>) {
    return this.change(call, async ({ templateId }, scheduleId) => {
      const template = await this.templateCheck(call.caller, templateId);
      const trigger = await this.triggers.of(call.caller, scheduleId, call.body.recurrence);
      const by = call.caller.userId;
      const calendar = await this.calendarCheck(call, call.body);
      return {
        type: 'ReviseSchedule',
        scheduleId,
        definition: call.body,
        template,
        calendar,
        trigger,
        by,
        at: at(call),
      };
    });
  }

  @Handles(operations.pause)
  pause(call: CallOf<'pause'>) {
    return this.change(call, (_schedule, scheduleId) => {
      const { note, until } = call.body;
      const by = call.caller.userId;
      return { type: 'PauseSchedule', scheduleId, note, until, cause: 'by_hand', by, at: at(call) };
    });
  }

  @Handles(operations.resume)
  resume(call: CallOf<'resume'>) {
    return this.change(call, async ({ templateId, definition }, scheduleId) => {
      const template = await this.templateCheck(call.caller, templateId);
      const calendar = await this.calendarCheck(call, definition);
      return { type: 'ResumeSchedule', scheduleId, template, calendar, by: call.caller.userId, at: at(call) };
    });
  }

  @Handles(operations.remove)
  remove(call: CallOf<'remove'>) {
    return this.change(call, (_schedule, scheduleId) => {
      return { type: 'RemoveSchedule', scheduleId, by: call.caller.userId, at: at(call) };
    });
  }

  @Handles(operations.preview)
  async preview({ body, caller, now }: CallOf<'preview'>) {
    const definition = { ...PLAIN_SCHEDULE, ...body, name: 'Preview', priority: 'normal', catchUpMinutes: 60 } as const;
    const calendar = await this.calendarChecks.of(definition);
    const problems = validateSchedule(definition, calendar, now.toISOString());
    if (problems.length > 0) {
      const detail = problems.map(({ message }) => message).join(' ');
      throw new Problem('schedule.invalid', detail, { errors: problems });
    }
    this.policy.require(caller, definition, calendar, now);
    const nextRuns = nextRunsOf(definition, checkedCalendar(calendar), now);
    const sentence = describeSchedule(definition, await this.calendarChecks.nameOf(definition), 'en');
    return { body: { sentence, nextRuns } };
  }

  @Handles(operations.skipped)
  async skipped({ caller, params, query }: CallOf<'skipped'>) {
    await this.visible(caller, params.scheduleId);
    return { body: await this.queries.skippedOccurrences(viewerOf(caller), params.scheduleId, query) };
  }

  /** A command on an existing schedule, for its owner. */
  private async change(
    call: AnyCall & { readonly caller: Caller; readonly params: { readonly scheduleId: string } },
    make: (schedule: ExistingSchedule, scheduleId: string) => ScheduleCommand | Promise<ScheduleCommand>,
  ) {
    const { scheduleId } = call.params;
    const outcome = await this.dispatcher.schedule(call, scheduleId, async (state) =>
      make(await this.permissions.schedule(call.caller, state), scheduleId),
    );
    return answered(scheduleId, outcome);
  }

  /** Whoever lets a schedule run must be allowed to run its template. */
  private async templateCheck(caller: Caller, templateId: string): Promise<TemplateCheck> {
    const { state } = await this.streams.template(templateId);
    return this.checks.ofTemplate(templateFor(caller, state, 'run'));
  }

  /** The calendar that the definition names, once the settings allow the definition to the caller. */
  private async calendarCheck(
    { caller, now }: AnyCall & { readonly caller: Caller },
    definition: ScheduleDefinition,
  ): Promise<CalendarCheck> {
    const calendar = await this.calendarChecks.of(definition);
    this.policy.require(caller, definition, calendar, now);
    return calendar;
  }

  private async visible(caller: Caller, scheduleId: string): Promise<ScheduleView> {
    const read = () => this.queries.get(viewerOf(caller), scheduleId);
    const known = await read();
    if (known) return known;
    const loaded = await this.streams.schedule(scheduleId);
    await this.permissions.schedule(caller, loaded.state);
    return this.streams.whenProjected(loaded, read);
  }
}

function at({ now }: { readonly now: Date }): string {
  return now.toISOString();
}

function nextRunsOf(definition: ScheduleDefinition, calendar: BusinessCalendar | null, now: Date): string[] {
  return upcomingOccurrences(definition, calendar, now, UPCOMING).map((time) => time.toISOString());
}

function scheduleAnswer({ definition, ...view }: ScheduleView) {
  return { ...definition, ...view, sentence: describeSchedule(definition, view.calendarName, 'en') };
}
