import {
  DEFAULT_CSV,
  DEFAULT_JSON_LINES,
  DEFAULT_PARQUET,
  DEFAULT_XLSX,
  type OutputOptions,
  type Recurrence,
} from '#domain';
import { scheduleDefinition, templateDefinition } from '#domain/testing';
import { avroReader } from './avro/avro-codec';
import { EventSchemas, type OwnSchema } from './event-schemas';
import { readPublishedSchemas } from './published/published-schemas';

const schemas = new EventSchemas(readPublishedSchemas());
const own = (type: string, version: number): OwnSchema => {
  const schema = schemas.find(type, version);
  if (!schema) throw new Error(`there is no version ${version}`);
  return schema;
};
const revised = (output: OutputOptions) => ({
  templateId: 't',
  details: { name: 'Delays', description: null, tags: [] },
  definition: templateDefinition({ output }),
  restoredRevision: null,
  by: 'anna',
  at: '2026-11-23T12:00:00.000Z',
});

describe.each([DEFAULT_CSV, DEFAULT_XLSX, DEFAULT_JSON_LINES, DEFAULT_PARQUET])('$format', (output) => {
  const body = own('TemplateRevised', 2).codec.encode(revised(output));

  it('comes back as it was written', () => {
    expect(own('TemplateRevised', 2).read(body)).toEqual({ data: revised(output), version: 2 });
  });

  it('can be read by a consumer of version 1', () => {
    const read = avroReader(
      own('TemplateRevised', 2).published.schema,
      own('TemplateRevised', 1).published.schema,
    )(body);
    const known = output.format === 'csv' || output.format === 'xlsx' ? output.format : 'csv';
    expect(read).toMatchObject({ definition: { output: { format: known } } });
  });
});

const ON = { type: 'weekday', weekday: 5, nth: 'last' } as const;
const TIMES = ['07:30', '16:00'];
const RECURRENCES: readonly Recurrence[] = [
  { type: 'minutes', every: 15 },
  { type: 'monthly', day: 'last', time: '08:00' },
  { type: 'every_hours', every: 6, minute: 15 },
  { type: 'every_days', every: 2, times: TIMES },
  { type: 'every_weeks', every: 2, weekdays: [1, 5], times: TIMES },
  { type: 'every_months', every: 1, on: { type: 'last_business_day', before: 2 }, times: TIMES },
  { type: 'every_quarters', every: 1, month: 3, on: ON, times: TIMES },
  { type: 'every_years', every: 1, month: 12, on: { type: 'day', day: 24 }, times: TIMES },
  { type: 'dates', dates: ['2026-12-24T07:30'] },
  { type: 'after_schedule', scheduleId: 's' },
  { type: 'dataset_refreshed', datasetId: 'd' },
];

describe.each(RECURRENCES)('a schedule of $type', (recurrence) => {
  const definition = scheduleDefinition({
    recurrence,
    calendar: { calendarId: 'c', onHoliday: 'next_business_day' },
    maxRuns: 3,
  });
  const data = { scheduleId: 's', definition, by: 'anna', at: '2026-11-23T12:00:00.000Z' };
  const body = own('ScheduleRevised', 2).codec.encode(data);

  it('comes back as it was written', () => {
    expect(own('ScheduleRevised', 2).read(body)).toEqual({ data, version: 2 });
  });

  it('can be read by a consumer of version 1', () => {
    const read = avroReader(
      own('ScheduleRevised', 2).published.schema,
      own('ScheduleRevised', 1).published.schema,
    )(body);
    const known = ['minutes', 'monthly'].includes(recurrence.type) ? recurrence : { type: 'minutes', every: 1440 };
    expect(read).toMatchObject({ definition: { recurrence: known } });
  });
});
