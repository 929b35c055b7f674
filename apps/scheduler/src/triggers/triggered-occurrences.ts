import { transaction, type PoolClient } from '#database';
import { LEAST_GRACE_MS, type ScheduleId, type SkipReason } from '#domain';
import { countRuns } from '../due/due-table';
import { planOccurrences, type Occurrence } from '../due/occurrence-plan';
import { noteOpenJobs } from '../due/open-jobs';
import { mindsOverlap } from '../due/overlap';
import { lateBefore, type Round, type SchedulerParts } from '../due/round';
import { requestedJobs, settleOccurrences } from '../due/settle-occurrences';
import { standingsOf } from '../due/standing';
import { runsLeft, type DueSchedule } from '../projection/due-schedule';
import { claimTriggered, forgetTriggered, settleTriggered, type ClaimedTrigger } from './trigger-table';

const BATCH = 500;

/** One schedule and its occurrences that were claimed, in the order of their times. */
interface Group {
  readonly schedule: DueSchedule;
  readonly claims: readonly ClaimedTrigger[];
}

/** Settles the occurrences that the projection found to be triggered. */
export class TriggeredOccurrences {
  readonly #parts: SchedulerParts;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
  }

  /** All that are in time. */
  async settle(round: Round, isStopped: () => boolean): Promise<void> {
    const { pool, clock } = this.#parts;
    const settleBatch = () =>
      transaction(pool, (client) => {
        const now = clock.now();
        const window = { from: lateBefore(now), until: now, except: [...round.postponed], limit: BATCH };
        return this.#settle(client, window, now, round);
      });
    while (!isStopped() && (await settleBatch()) > 0);
  }

  /** At most so many that are late, within the transaction. Returns how many were claimed. */
  settleLate(client: PoolClient, now: Date, limit: number, round: Round): Promise<number> {
    const until = new Date(lateBefore(now).getTime() - 1);
    return this.#settle(client, { from: null, until, except: [...round.postponed], limit }, now, round);
  }

  async #settle(
    client: PoolClient,
    window: Parameters<typeof claimTriggered>[1],
    now: Date,
    round: Round,
  ): Promise<number> {
    const { eventStore, maxAttempts } = this.#parts;
    const claimed = await claimTriggered(client, window);
    if (claimed.length === 0) return 0;
    const groups = bySchedule(claimed);
    const standings = await standingsOf(
      client,
      this.#parts,
      groups.map(({ schedule }) => schedule),
      round,
    );
    const bound = lateBefore(now);
    const plans = groups.flatMap(({ schedule, claims }) => {
      const standing = standings.get(schedule.state.scheduleId);
      if (!standing) return [];
      const times = claims.map(({ nominalTime }) => nominalTime).filter((time) => counts(schedule, time));
      const occurrences = planOccurrences(schedule, times, { ...standing, now, maxAttempts }, (nominalTime) => ({
        catchUp: nominalTime < bound,
        skip: lateReason(schedule, nominalTime, now),
      }));
      return [{ schedule, claims, occurrences }];
    });
    const settled = await settleOccurrences(
      eventStore,
      plans.map(({ occurrences }) => occurrences),
      now,
    );
    const jobs = requestedJobs(settled);
    const requested = new Set(jobs.map(({ jobId }) => jobId));
    await settleTriggered(client, [...requested]);
    await forgetTriggered(
      client,
      plans.flatMap(({ claims }) => claims.flatMap(({ jobId }) => (requested.has(jobId) ? [] : jobId))),
    );
    await countRuns(
      client,
      plans.map(({ schedule, occurrences }) => countOf(schedule, occurrences, requested)),
    );
    const minding = new Set(
      plans.flatMap(({ schedule: { state } }) => (mindsOverlap(state.definition) ? state.scheduleId : [])),
    );
    await noteOpenJobs(
      client,
      jobs.filter(({ scheduleId }) => minding.has(scheduleId)),
    );
    return claimed.length;
  }
}

/** Whether the schedule as it is now still counts an occurrence of that time as its own; else it is dropped. */
function counts({ state }: DueSchedule, nominalTime: Date): boolean {
  return state.status === 'active' && nominalTime > new Date(state.effectiveFrom);
}

function lateReason({ state }: DueSchedule, nominalTime: Date, now: Date): SkipReason | undefined {
  const { catchUp, catchUpMinutes } = state.definition;
  const late = now.getTime() - nominalTime.getTime();
  if (late <= LEAST_GRACE_MS) return undefined;
  if (late > catchUpMinutes * 60_000) return 'missed';
  return catchUp === 'none' ? 'catch_up' : undefined;
}

function countOf(schedule: DueSchedule, occurrences: readonly Occurrence[], requested: ReadonlySet<string>) {
  const own = occurrences.filter(({ jobId }) => requested.has(jobId)).length;
  const { scheduleId } = schedule.state;
  return { scheduleId, requested: own, countedTo: null, usedUp: runsLeft(schedule) === own };
}

function bySchedule(claimed: readonly ClaimedTrigger[]): readonly Group[] {
  const groups = new Map<ScheduleId, { schedule: DueSchedule; claims: ClaimedTrigger[] }>();
  for (const claim of claimed) {
    const { scheduleId } = claim.schedule.state;
    const group = groups.get(scheduleId) ?? { schedule: claim.schedule, claims: [] };
    group.claims.push(claim);
    groups.set(scheduleId, group);
  }
  return [...groups.values()];
}
