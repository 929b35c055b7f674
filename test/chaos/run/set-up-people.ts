import { OWNERS, SCHEDULES } from '../plan/plan-workload';
import type { ChaosSystem } from '../system/chaos-system';
import { PatientClient } from './client';
import { defineSchedule, defineTemplate } from './definitions';

const MINUTE_MS = 60_000;

/** Somebody with a template and a schedule. */
export interface Owned {
  readonly userId: string;
  readonly scheduleId: string;
}

export interface PeopleOptions {
  readonly system: ChaosSystem;
  readonly admin: PatientClient;
  readonly endsAt: Date;
}

/** Owners of quick reports, who have no address. */
export async function addOwners(options: PeopleOptions): Promise<readonly Owned[]> {
  const places = Array.from({ length: OWNERS }, (_, place) => place);
  return Promise.all(places.map((place) => addPerson(options, { username: `owner-${place}`, report: 'quick' })));
}

/** Owners of reports that fail each time, who have an address, by its user's id. Their failures begin one after the other. */
export async function addTold(options: PeopleOptions): Promise<readonly (Owned & { readonly address: string })[]> {
  const begin = Date.now();
  const minutes = Math.floor((options.endsAt.getTime() - begin) / MINUTE_MS);
  const places = Array.from({ length: SCHEDULES.failing }, (_, place) => place);
  return Promise.all(
    places.map(async (place) => {
      const username = `told-${place}`;
      const address = `${username}@example.org`;
      // Whole minutes, so that the last one has an occurrence as well.
      const afterMinutes = Math.floor((place * minutes) / SCHEDULES.failing);
      const startsAt = new Date(begin + afterMinutes * MINUTE_MS).toISOString();
      return { ...(await addPerson(options, { username, report: 'broken', email: address, startsAt })), address };
    }),
  );
}

/** Gives the administrator an address as well: whoever plans deliveries is told which of them failed. By user id. */
export async function addressOfAdmin(admin: PatientClient): Promise<readonly [userId: string, address: string]> {
  const { body } = await admin.expectOk<{ user: { userId: string } }>('GET', '/v1/sessions/current');
  const address = 'admin@example.org';
  await admin.expectOk('POST', `/v1/users/${body.user.userId}/email`, { email: address });
  return [body.user.userId, address];
}

async function addPerson(
  { system, admin, endsAt }: PeopleOptions,
  {
    username,
    report,
    email = null,
    startsAt = null,
  }: {
    readonly username: string;
    readonly report: 'quick' | 'broken';
    readonly email?: string | null;
    readonly startsAt?: string | null;
  },
): Promise<Owned> {
  const credentials = { username, password: `a password for ${username}` };
  const user = { ...credentials, displayName: username, email };
  const { body } = await admin.expectOk<{ id: string }>('POST', '/v1/users', user);
  const person = new PatientClient(system.urls, credentials);
  const datasets = await person.expectOk<{ items: { datasetId: string; name: string }[] }>('GET', '/v1/datasets');
  const dataset = datasets.body.items.find(({ name }) => name === report);
  if (!dataset) throw new Error(`there is no dataset ${report}`);
  const templateId = await defineTemplate(person, report, dataset.datasetId);
  return {
    userId: body.id,
    scheduleId: await defineSchedule(person, { templateId, name: report, endsAt, startsAt }),
  };
}
