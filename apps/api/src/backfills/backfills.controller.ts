import { Controller, Inject } from '@nestjs/common';
import type { Caller } from '#access';
import { backfillIdOf, streamOf, type BackfillState } from '#domain';
import { BackfillQueries, ScheduleQueries, type BackfillView } from '#read-models';
import { PARTS, type Parts } from '#runtime';
import { CalendarChecks } from '../calendars/calendar-checks';
import { Dispatcher } from '../commands/dispatcher';
import { answered } from '../commands/outcomes';
import { Permissions, templateFor } from '../commands/permissions';
import { Streams } from '../commands/streams';
import { Handles, type Call } from '../http/operation';
import { Problem } from '../http/problem';
import { viewerOf } from '../http/queries';
import { entityTag } from '../http/request-headers';
import { SchedulePolicy } from '../schedules/schedule-policy';
import { DefinitionChecks } from '../templates/definition-checks';
import { backfillOperations as operations } from './backfill.operations';

type CallOf<Name extends keyof typeof operations> = Call<(typeof operations)[Name]>;

/** Streams that are looked for at a time. */
const LOOKED_UP = 100;

@Controller()
export class BackfillsController {
  private readonly queries: BackfillQueries;
  private readonly schedules: ScheduleQueries;

  constructor(
    @Inject(PARTS) private readonly parts: Parts,
    @Inject(Dispatcher) private readonly dispatcher: Dispatcher,
    @Inject(Streams) private readonly streams: Streams,
    @Inject(Permissions) private readonly permissions: Permissions,
    @Inject(DefinitionChecks) private readonly checks: DefinitionChecks,
    @Inject(CalendarChecks) private readonly calendars: CalendarChecks,
    @Inject(SchedulePolicy) private readonly policy: SchedulePolicy,
  ) {
    this.queries = new BackfillQueries(parts.pool);
    this.schedules = new ScheduleQueries(parts.pool);
  }

  @Handles(operations.start)
  async start(call: CallOf<'start'>) {
    const { scheduleId } = call.params;
    this.policy.requirePriority(call.caller, call.body.priority);
    const { state: found, revision: scheduleRevision } = await this.streams.schedule(scheduleId);
    const schedule = await this.permissions.schedule(call.caller, found);
    const { state, revision: templateRevision } = await this.streams.template(schedule.templateId);
    const template = await this.checks.ofTemplate(templateFor(call.caller, state, 'run'));
    const calendar = await this.calendars.lastOf(schedule.definition);
    const begin = async (backfillId: string) => {
      const outcome = await this.dispatcher.backfill({ ...call, ifMatch: null }, backfillId, () => ({
        ...{ type: 'StartBackfill', backfillId, schedule, scheduleRevision, template, templateRevision, calendar },
        ...{ ...call.body, by: call.caller.userId, at: call.now.toISOString() },
      }));
      return answered(backfillId, outcome, { location: `/v1/schedules/${scheduleId}/backfills/${backfillId}` });
    };
    // The latest one may be this very command's, sent again; only if it has ended can another one follow.
    const count = await this.countOf(scheduleId);
    if (count === 0) return begin(backfillIdOf(scheduleId, 0));
    return begin(backfillIdOf(scheduleId, count - 1)).catch((error: unknown) => {
      if (error instanceof Problem && error.code === 'backfill.exists') return begin(backfillIdOf(scheduleId, count));
      throw error;
    });
  }

  @Handles(operations.list)
  async list({ caller, params, query }: CallOf<'list'>) {
    const read = () => this.schedules.get(viewerOf(caller), params.scheduleId);
    if (!(await read())) {
      const loaded = await this.streams.schedule(params.scheduleId);
      await this.permissions.schedule(caller, loaded.state);
      await this.streams.whenProjected(loaded, read);
    }
    return { body: await this.queries.list(viewerOf(caller), params.scheduleId, query) };
  }

  @Handles(operations.get)
  async get({ caller, params }: CallOf<'get'>) {
    const backfill = await this.visible(caller, params);
    return { headers: { ETag: entityTag(backfill.revision) }, body: backfill };
  }

  @Handles(operations.cancel)
  async cancel(call: CallOf<'cancel'>) {
    const { backfillId } = call.params;
    const outcome = await this.dispatcher.backfill(call, backfillId, async (state) => {
      await this.mayManage(call.caller, call.params, state);
      const { cancelRunning } = call.body;
      return {
        ...{ type: 'CancelBackfill', backfillId, cancelRunning, cause: 'by_hand' },
        ...{ by: call.caller.userId, at: call.now.toISOString() },
      };
    });
    return answered(backfillId, outcome);
  }

  private async visible(caller: Caller, params: CallOf<'get'>['params']): Promise<BackfillView> {
    const read = () => this.queries.get(viewerOf(caller), params.scheduleId, params.backfillId);
    const known = await read();
    if (known) return known;
    const loaded = await this.streams.backfill(params.backfillId);
    await this.mayManage(caller, params, loaded.state);
    return this.streams.whenProjected(loaded, read);
  }

  /** Throws unless the schedule is theirs and the backfill the schedule's. */
  private async mayManage(caller: Caller, { scheduleId }: CallOf<'get'>['params'], backfill: BackfillState) {
    await this.permissions.schedule(caller, (await this.streams.schedule(scheduleId)).state);
    if (backfill.status === 'absent' || backfill.scheduleId !== scheduleId) {
      throw new Problem('backfill.missing', 'The schedule has no such backfill.');
    }
  }

  /** How many backfills a schedule has had: their ids follow from their places. */
  private async countOf(scheduleId: string): Promise<number> {
    for (let count = 0; ;) {
      const streams = Array.from({ length: LOOKED_UP }, (_, index) =>
        streamOf('backfill', backfillIdOf(scheduleId, count + index)),
      );
      const heads = await this.parts.eventStore.headRevisions(streams);
      const missing = streams.findIndex((stream) => !heads.has(stream));
      if (missing >= 0) return count + missing;
      count += LOOKED_UP;
    }
  }
}
