import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outside } from '../outside/outside';
import { REPORTS, SCHEDULES, type Report } from '../plan/plan-workload';
import type { ChaosSystem } from '../system/chaos-system';
import { withClient } from '../system/database';
import { PatientClient, type Credentials } from './client';
import { defineSchedule, defineTemplate, registerDataset } from './definitions';
import { planAll, planBody, registerDestinations, type DestinationIds } from './set-up-deliveries';
import { addOwners, addressOfAdmin, addTold } from './set-up-people';

/** Rows of each report. Their data never change. */
export const ROWS: Readonly<Record<Report, number>> = { quick: 2000, slow: 1500, short_lived: 500 };
/** Rows of the slow report come in so many steps, each after a rest (seconds): three seconds in all. */
const SLOW_STEPS = 30;
const REST_SECONDS = 0.1;

/** What stands before the first fault. */
export interface Stage {
  readonly admin: PatientClient;
  /** Template ids. */
  readonly templates: Readonly<Record<Report, string>>;
  /** Schedule ids by what becomes of them. */
  readonly schedules: Readonly<Record<keyof typeof SCHEDULES, readonly string[]>>;
  /** User ids of the owners of schedules. */
  readonly owners: readonly string[];
  readonly destinations: DestinationIds;
  /** Of the people who have one, by user id. */
  readonly addresses: ReadonlyMap<string, string>;
  /** The last due time of all schedules. */
  readonly endsAt: Date;
}

/** Makes datasets, templates, people, destinations and schedules, which all end at the same time. */
export async function setUp(system: ChaosSystem, outside: Outside, endsAt: Date): Promise<Stage> {
  await fillSource(system.sourceUrl);
  const admin = new PatientClient(
    system.urls,
    JSON.parse(readFileSync(join(system.dataDir, 'credentials'), 'utf8')) as Credentials,
  );
  const templates = {} as Record<Report, string>;
  for (const report of REPORTS)
    templates[report] = await defineTemplate(admin, report, await registerDataset(admin, report));
  const scheduled = async (count: number, report: Report, more: object = {}): Promise<readonly string[]> => {
    const ids: string[] = [];
    for (let place = 0; place < count; place += 1) {
      ids.push(await defineSchedule(admin, { templateId: templates[report], name: report, endsAt, ...more }));
    }
    return ids;
  };
  await registerDataset(admin, 'broken');
  const owned = await addOwners({ system, admin, endsAt });
  const told = await addTold({ system, admin, endsAt });
  const destinations = await registerDestinations(admin, outside.webhooks.origin);
  const slow = await Promise.all(
    OVERLAPS.map((overlap) => scheduled(SCHEDULES.slow / OVERLAPS.length, 'slow', { overlap })),
  );
  const schedules = {
    untouched: [
      ...(await scheduled(SCHEDULES.untouched / 2, 'quick')),
      ...(await scheduled(SCHEDULES.untouched / 2, 'short_lived')),
    ],
    slow: slow.flat(),
    paused: await scheduled(SCHEDULES.paused, 'quick'),
    revised: await scheduled(SCHEDULES.revised, 'quick'),
    removed: await scheduled(SCHEDULES.removed, 'quick'),
    ofOwners: owned.map(({ scheduleId }) => scheduleId),
    failing: told.map(({ scheduleId }) => scheduleId),
  };
  await planAll(admin, schedules.untouched, planBody(destinations, ['told', 'files']));
  await planAll(admin, schedules.slow, planBody(destinations, ['told']));
  await planAll(admin, schedules.revised, planBody(destinations, ['files', 'gone']));
  return {
    ...{ admin, templates, schedules, destinations, endsAt },
    owners: owned.map(({ userId }) => userId),
    addresses: new Map([await addressOfAdmin(admin), ...told.map(({ userId, address }) => [userId, address] as const)]),
  };
}

const OVERLAPS = ['allow', 'skip', 'queue_all'];

async function fillSource(url: string): Promise<void> {
  await withClient(url, async (client) => {
    const columns = `n AS id, 'sensor ' || n % 7 AS sensor, (n % 1000) / 10.0 AS value`;
    await client.query(`CREATE TABLE quick AS SELECT ${columns} FROM generate_series(1, ${ROWS.quick}) n`);
    await client.query(`CREATE TABLE short_lived AS SELECT ${columns} FROM generate_series(1, ${ROWS.short_lived}) n`);
    await client.query(
      `CREATE VIEW broken AS SELECT n AS id, 'sensor ' || n % 7 AS sensor, 1.0 / (n - n) AS value FROM generate_series(1, 10) n`,
    );
    const rows = ROWS.slow / SLOW_STEPS;
    await client.query(
      `CREATE VIEW slow AS SELECT ${columns} FROM generate_series(0, ${SLOW_STEPS - 1}) step,
         LATERAL (SELECT pg_sleep(${REST_SECONDS} + 0 * step)) rest,
         LATERAL generate_series(step * ${rows} + 1, (step + 1) * ${rows}) n`,
    );
  });
}
