import { Inject, Injectable } from '@nestjs/common';
import type { ScheduleId, UserId } from '#domain';
import { countSchedules } from '#read-models';
import { PARTS, type Parts } from '#runtime';
import { Problem } from '../http/problem';

/**
 * Keeps people to the schedules that they may have. It counts what the read model shows and, beside it, what this process has
 * let through and the read model does not show yet: exact in one process. Several may each let through what the others did a
 * moment before.
 */
@Injectable()
export class ScheduleQuota {
  /** By owner, in the order in which they came. */
  readonly #unseen = new Map<UserId, Set<ScheduleId>>();

  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  /** Runs the definition of one more schedule, or throws `schedule.too_many`. */
  async within<Done>(owner: UserId, scheduleId: ScheduleId, define: () => Promise<Done>): Promise<Done> {
    const unseen = this.#unseen.get(owner) ?? new Set<ScheduleId>();
    this.#unseen.set(owner, unseen);
    const earlier = [...unseen].filter((id) => id !== scheduleId);
    unseen.add(scheduleId);
    try {
      await this.#require(owner, scheduleId, earlier, unseen);
      return await define();
    } catch (error) {
      unseen.delete(scheduleId);
      throw error;
    } finally {
      if (unseen.size === 0) this.#unseen.delete(owner);
    }
  }

  async #require(
    owner: UserId,
    scheduleId: ScheduleId,
    earlier: readonly ScheduleId[],
    unseen: Set<ScheduleId>,
  ): Promise<void> {
    const { kept, known } = await countSchedules(this.parts.pool, owner, { except: scheduleId, among: earlier });
    for (const id of known) unseen.delete(id);
    const most = this.parts.settings.SCHEDULES_PER_USER;
    if (kept + earlier.length - known.length < most) return;
    const count = most.toLocaleString('en');
    throw new Problem('schedule.too_many', `You have ${count} schedules, as many as one may have. Remove one first.`);
  }
}
