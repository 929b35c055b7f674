import { transaction, type PoolClient } from '#database';
import type { NextTimes } from '../due/next-times';
import { planOccurrences, type Occurrence } from '../due/occurrence-plan';
import { countRuns } from '../due/due-table';
import { noteOpenJobs } from '../due/open-jobs';
import { mindsOverlap } from '../due/overlap';
import type { Round, SchedulerParts } from '../due/round';
import { requestedJobs, settleOccurrences, type SettledOccurrence } from '../due/settle-occurrences';
import { standingsOf, type Standing } from '../due/standing';
import { runsLeft, type DueSchedule } from '../projection/due-schedule';
import type { TriggeredOccurrences } from '../triggers/triggered-occurrences';
import { beginTurn, claimStretches, endTurn, moveStretches, type ClaimedStretch } from './catch-up-table';
import { turnOf } from './pace';

const LATE = () => ({ catchUp: true });

/** A claimed stretch and what of it has its turn. */
interface StretchPlan {
  readonly stretch: ClaimedStretch;
  readonly occurrences: readonly Occurrence[];
  readonly movesTo: Date | null;
}

/**
 * Requests the late occurrences that were promised, the earliest first, so many a minute over all instances. What falls due
 * meanwhile does not wait for them.
 */
export class LateOccurrences {
  readonly #parts: SchedulerParts;
  readonly #triggered: TriggeredOccurrences;

  constructor(parts: SchedulerParts, triggered: TriggeredOccurrences) {
    this.#parts = parts;
    this.#triggered = triggered;
  }

  /** Takes a turn, if it has come. One in which all was locked, for a moment, does not count. */
  async takeTurn(round: Round): Promise<void> {
    const { pool, clock, catchUpPerMinute } = this.#parts;
    const turn = turnOf(catchUpPerMinute);
    await transaction(pool, async (client) => {
      const now = clock.now();
      if (!(await beginTurn(client, now))) return;
      let left = turn.occurrences - (await this.#triggered.settleLate(client, now, turn.occurrences, round));
      while (left > 0) {
        const claimed = await claimStretches(client, { limit: left, except: [...round.postponed] });
        if (claimed.length === 0) break;
        left -= await this.#settle(client, claimed, left, now, round);
      }
      if (left < turn.occurrences) await endTurn(client, new Date(now.getTime() + turn.milliseconds));
    });
  }

  /** Returns how many occurrences were settled, at most `most`. */
  async #settle(
    client: PoolClient,
    claimed: readonly ClaimedStretch[],
    most: number,
    now: Date,
    round: Round,
  ): Promise<number> {
    const { eventStore, times, maxAttempts } = this.#parts;
    const isVoid = ({ schedule: { state }, nextAt }: ClaimedStretch) =>
      state.status !== 'active' || nextAt <= new Date(state.effectiveFrom);
    await moveStretches(
      client,
      claimed.filter(isVoid).map((stretch) => ({ ...stretch, movesTo: null })),
    );
    const stretches = firstOfEach(claimed.filter((stretch) => !isVoid(stretch)));
    const standings = await standingsOf(
      client,
      this.#parts,
      stretches.map(({ schedule }) => schedule),
      round,
    );
    const current = stretches.flatMap((stretch) => {
      const standing = standings.get(stretch.schedule.state.scheduleId);
      return standing ? [{ stretch, standing }] : [];
    });
    const plans = earliest(current, most, times).map(({ stretch, standing, taken, movesTo }): StretchPlan => {
      const occurrences = planOccurrences(stretch.schedule, taken, { ...standing, now, maxAttempts }, LATE);
      return { stretch, occurrences, movesTo: occurrences.length < taken.length ? null : movesTo };
    });
    const settled = await settleOccurrences(
      eventStore,
      plans.map(({ occurrences }) => occurrences),
      now,
    );
    await moveStretches(
      client,
      plans.map(({ stretch, movesTo }) => ({ ...stretch, movesTo })),
    );
    await count(client, plans, settled);
    return settled.length;
  }
}

async function count(
  client: PoolClient,
  plans: readonly StretchPlan[],
  settled: readonly SettledOccurrence[],
): Promise<void> {
  const counts = plans.map(({ stretch: { schedule } }) => {
    const { scheduleId } = schedule.state;
    const own = settled.filter((occurrence) => occurrence.scheduleId === scheduleId && occurrence.requested);
    const fresh = own.filter(({ position }) => position > schedule.countedTo);
    const positions = fresh.map(({ position }) => position);
    const countedTo = positions.reduce((so, position) => (position > so ? position : so), schedule.countedTo);
    return { scheduleId, requested: fresh.length, countedTo, usedUp: runsLeft(schedule) === fresh.length };
  });
  await countRuns(client, counts);
  const minding = new Set(
    plans.flatMap(({ stretch: { schedule } }) =>
      mindsOverlap(schedule.state.definition) ? schedule.state.scheduleId : [],
    ),
  );
  await noteOpenJobs(
    client,
    requestedJobs(settled).filter(({ scheduleId }) => minding.has(scheduleId)),
  );
}

/** A schedule that is late twice has its second stretch after the first. */
function firstOfEach(stretches: readonly ClaimedStretch[]): readonly ClaimedStretch[] {
  const first = new Map<DueSchedule['state']['scheduleId'], ClaimedStretch>();
  for (const stretch of stretches) {
    const { scheduleId } = stretch.schedule.state;
    if (!first.has(scheduleId)) first.set(scheduleId, stretch);
  }
  return [...first.values()];
}

/** What of a stretch has its turn. */
interface Share {
  readonly stretch: ClaimedStretch;
  readonly standing: Standing;
  readonly taken: Date[];
  /** Where the stretch goes on; null where it ends. */
  movesTo: Date | null;
}

/** The earliest occurrences of all the stretches together. */
function earliest(
  stretches: readonly Pick<Share, 'stretch' | 'standing'>[],
  most: number,
  times: NextTimes,
): readonly Share[] {
  const shares = stretches.map((known): Share => ({ ...known, taken: [], movesTo: known.stretch.nextAt }));
  for (let place = 0; place < most; place += 1) {
    let next: Share | undefined;
    for (const share of shares) {
      if (share.movesTo !== null && (!next?.movesTo || share.movesTo < next.movesTo)) next = share;
    }
    if (!next?.movesTo) break;
    next.taken.push(next.movesTo);
    const { definition } = next.stretch.schedule.state;
    const following = times.occurrenceAfter(definition, next.standing.calendar, next.movesTo);
    next.movesTo = following !== null && following <= next.stretch.until ? following : null;
  }
  return shares.filter(({ taken }) => taken.length > 0);
}
