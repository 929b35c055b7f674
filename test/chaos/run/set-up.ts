import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OWNERS, REPORTS, SCHEDULES, type Report } from '../plan/plan-workload';
import type { ChaosSystem } from '../system/chaos-system';
import { withClient } from '../system/database';
import { PatientClient, type Credentials } from './client';

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
  /** The last due time of all schedules. */
  readonly endsAt: Date;
}

/** Makes datasets, templates, people and schedules, which all end at the same time. */
export async function setUp(system: ChaosSystem, endsAt: Date): Promise<Stage> {
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
  const owned = await addOwners(system, admin, endsAt);
  const slow = await Promise.all(
    OVERLAPS.map((overlap) => scheduled(SCHEDULES.slow / OVERLAPS.length, 'slow', { overlap })),
  );
  return {
    admin,
    templates,
    schedules: {
      untouched: [
        ...(await scheduled(SCHEDULES.untouched / 2, 'quick')),
        ...(await scheduled(SCHEDULES.untouched / 2, 'short_lived')),
      ],
      slow: slow.flat(),
      paused: await scheduled(SCHEDULES.paused, 'quick'),
      revised: await scheduled(SCHEDULES.revised, 'quick'),
      removed: await scheduled(SCHEDULES.removed, 'quick'),
      ofOwners: owned.map(({ scheduleId }) => scheduleId),
    },
    owners: owned.map(({ userId }) => userId),
    endsAt,
  };
}

const OVERLAPS = ['allow', 'skip', 'queue_all'];

/** A schedule as the API takes it, with an occurrence every so many minutes. */
export function scheduleBody({
  name,
  endsAt,
  everyMinutes = 1,
}: {
  readonly name: string;
  readonly endsAt: Date;
  readonly everyMinutes?: number;
}): object {
  const recurrence = { type: 'minutes', every: everyMinutes };
  return { name, recurrence, timeZone: 'UTC', endsAt: endsAt.toISOString() };
}

async function fillSource(url: string): Promise<void> {
  await withClient(url, async (client) => {
    const columns = `n AS id, 'sensor ' || n % 7 AS sensor, (n % 1000) / 10.0 AS value`;
    await client.query(`CREATE TABLE quick AS SELECT ${columns} FROM generate_series(1, ${ROWS.quick}) n`);
    await client.query(`CREATE TABLE short_lived AS SELECT ${columns} FROM generate_series(1, ${ROWS.short_lived}) n`);
    const rows = ROWS.slow / SLOW_STEPS;
    await client.query(
      `CREATE VIEW slow AS SELECT ${columns} FROM generate_series(0, ${SLOW_STEPS - 1}) step,
         LATERAL (SELECT pg_sleep(${REST_SECONDS} + 0 * step)) rest,
         LATERAL generate_series(step * ${rows} + 1, (step + 1) * ${rows}) n`,
    );
  });
}

async function registerDataset(admin: PatientClient, report: Report): Promise<string> {
  const { body } = await admin.expectOk<{ id: string }>('POST', '/v1/datasets', {
    name: report,
    dataSource: 'source',
    relation: { schema: 'public', name: report },
  });
  return body.id;
}

async function defineTemplate(person: PatientClient, report: Report, datasetId: string): Promise<string> {
  const output =
    report === 'short_lived' ? { format: 'xlsx', retentionMinutes: 1 } : { format: 'csv', lineEnding: 'lf' };
  const { body } = await person.expectOk<{ id: string }>('POST', '/v1/templates', {
    name: report,
    definition: { datasetId, columns: [{ column: 'id' }, { column: 'sensor' }, { column: 'value' }], output },
  });
  return body.id;
}

async function defineSchedule(
  person: PatientClient,
  { templateId, name, endsAt, ...more }: { readonly templateId: string; readonly name: string; readonly endsAt: Date },
): Promise<string> {
  const schedule = { templateId, ...scheduleBody({ name, endsAt }), ...more };
  return (await person.expectOk<{ id: string }>('POST', '/v1/schedules', schedule)).body.id;
}

/** People with a template and a schedule each. */
async function addOwners(
  system: ChaosSystem,
  admin: PatientClient,
  endsAt: Date,
): Promise<readonly { readonly userId: string; readonly scheduleId: string }[]> {
  const owned: { readonly userId: string; readonly scheduleId: string }[] = [];
  for (let place = 0; place < OWNERS; place += 1) {
    const credentials = { username: `owner-${place}`, password: `a password for owner ${place}` };
    const user = { ...credentials, displayName: `Owner ${place}` };
    const { body } = await admin.expectOk<{ id: string }>('POST', '/v1/users', user);
    const owner = new PatientClient(system.urls, credentials);
    const datasets = await owner.expectOk<{ items: { datasetId: string; name: string }[] }>('GET', '/v1/datasets');
    const quick = datasets.body.items.find(({ name }) => name === 'quick');
    if (!quick) throw new Error('there is no dataset of quick reports');
    const templateId = await defineTemplate(owner, 'quick', quick.datasetId);
    owned.push({ userId: body.id, scheduleId: await defineSchedule(owner, { templateId, name: 'quick', endsAt }) });
  }
  return owned;
}
