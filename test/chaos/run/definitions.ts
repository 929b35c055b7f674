import type { Report } from '../plan/plan-workload';
import type { PatientClient } from './client';

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

export async function registerDataset(admin: PatientClient, report: Report | 'broken'): Promise<string> {
  const { body } = await admin.expectOk<{ id: string }>('POST', '/v1/datasets', {
    name: report,
    dataSource: 'source',
    relation: { schema: 'public', name: report },
  });
  return body.id;
}

/** `broken` fails each time: its view divides by zero. */
export async function defineTemplate(
  person: PatientClient,
  report: Report | 'broken',
  datasetId: string,
): Promise<string> {
  const output =
    report === 'short_lived' ? { format: 'xlsx', retentionMinutes: 1 } : { format: 'csv', lineEnding: 'lf' };
  const { body } = await person.expectOk<{ id: string }>('POST', '/v1/templates', {
    name: report,
    definition: { datasetId, columns: [{ column: 'id' }, { column: 'sensor' }, { column: 'value' }], output },
  });
  return body.id;
}

export async function defineSchedule(
  person: PatientClient,
  {
    templateId,
    name,
    endsAt,
    ...more
  }: {
    readonly templateId: string;
    readonly name: string;
    readonly endsAt: Date;
    readonly startsAt?: string | null;
  },
): Promise<string> {
  const schedule = { templateId, ...scheduleBody({ name, endsAt }), ...more };
  return (await person.expectOk<{ id: string }>('POST', '/v1/schedules', schedule)).body.id;
}
