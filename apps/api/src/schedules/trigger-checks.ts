import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '#access';
import { MOST_LINKS, type Recurrence, type ScheduleId, type TriggerCheck } from '#domain';
import { Permissions } from '../commands/permissions';
import { Streams } from '../commands/streams';

/** Looks up what a schedule would wait for. */
@Injectable()
export class TriggerChecks {
  constructor(
    @Inject(Streams) private readonly streams: Streams,
    @Inject(Permissions) private readonly permissions: Permissions,
  ) {}

  async of(caller: Caller, scheduleId: ScheduleId, recurrence: Recurrence): Promise<TriggerCheck> {
    if (recurrence.type === 'dataset_refreshed') {
      const { state } = await this.streams.dataset(recurrence.datasetId);
      return state.status === 'active' ? 'known' : 'unknown';
    }
    if (recurrence.type !== 'after_schedule') return 'none';
    // Each schedule waits for one other at most: a chain, which is a circle if it leads back here.
    let awaited = recurrence.scheduleId;
    for (let links = 1; links <= MOST_LINKS; links += 1) {
      if (awaited === scheduleId) return 'cycle';
      const { state } = await this.streams.schedule(awaited);
      if (links === 1) {
        const known = state.status !== 'absent' && state.status !== 'removed';
        if (!known || !(await this.permissions.seesSchedule(caller, state))) return 'unknown';
      }
      if (state.status === 'absent' || state.definition.recurrence.type !== 'after_schedule') return 'known';
      awaited = state.definition.recurrence.scheduleId;
    }
    return 'cycle';
  }
}
