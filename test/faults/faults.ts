import { checkReadModels, checkStoredFiles } from '../chaos/check-outcome';
import { checkHistory } from '../chaos/check-history';
import { ownCluster } from '../chaos/own-cluster';
import { differencesFromRebuild } from '../chaos/rebuilt';
import { untilNothingIsDue, untilQuiet } from '../chaos/workload';
import { SCENARIOS } from './scenarios';
import { FaultsWorld } from './world';

export interface FaultsOptions {
  /** How often the whole list of faults is gone through. */
  readonly rounds: number;
  /** Schedules that fire together every minute. */
  readonly schedules: number;
  readonly log: (line: string) => void;
}

export interface FaultsResult {
  readonly violations: readonly string[];
  readonly faults: number;
  readonly jobs: number;
  /** Requests that the client had to send again: proof that faults met work. */
  readonly retries: number;
}

/** Nothing may become due while the outcome is looked at, milliseconds. */
const QUIET_MS = 25_000;
const MINUTE_MS = 60_000;

/**
 * Does harm to a distributed system under load, one fault after the other, and after each proves from the event store that no
 * occurrence and no request was lost or run twice, that files and read models are those that follow from the events, and
 * that the audit trail has every event in order.
 */
export async function injectFaults({ rounds, schedules, log }: FaultsOptions): Promise<FaultsResult> {
  const world = await FaultsWorld.open(schedules);
  const violations: string[] = [];
  let jobs = 0;
  try {
    for (let round = 1; round <= rounds; round += 1) {
      for (const { name, inject } of SCENARIOS) {
        const began = performance.now();
        world.load.start();
        await world.load.answers(5);
        await inject(world);
        await world.load.stop();
        const outcome = await outcomeOf(world);
        jobs = outcome.jobs;
        violations.push(...outcome.violations.map((violation) => `round ${round}, ${name}: ${violation}`));
        const seconds = Math.round((performance.now() - began) / 1000);
        log(`round ${round}, ${name}: ${outcome.violations.length} violations, ${jobs} jobs so far, ${seconds} s`);
      }
    }
    return { violations, faults: rounds * SCENARIOS.length, jobs, retries: world.load.retries };
  } catch (error) {
    log(world.lines.slice(-100).join('\n'));
    throw error;
  } finally {
    await world.close();
  }
}

async function outcomeOf(
  world: FaultsWorld,
): Promise<{ readonly violations: readonly string[]; readonly jobs: number }> {
  const { dataDir, load } = world;
  let events;
  do {
    await untilNothingIsDue(dataDir, QUIET_MS);
    events = await untilQuiet(dataDir);
  } while (MINUTE_MS - (Date.now() % MINUTE_MS) < QUIET_MS / 2);
  // Whole minutes that are over: all of them must have been dealt with.
  const until = new Date(Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS);
  const violations = [
    ...checkHistory({ events, until }),
    ...load.check(events),
    ...checkStoredFiles(dataDir, events),
    ...(await differencesFromRebuild(ownCluster(dataDir).url('report_scheduler'), QUIET_MS / 2)),
    ...(await checkReadModels(dataDir, events)),
  ];
  return { violations, jobs: events.filter(({ type }) => type === 'JobRequested').length };
}
