import fc, { type Arbitrary } from 'fast-check';
import {
  AGGREGATES,
  CALENDAR_UNITS,
  CSV_ENCODINGS,
  DATA_TYPES,
  DELIVERY_CONDITIONS,
  FILE_COMPRESSIONS,
  LIMIT_POLICIES,
  OPERATORS,
  PARQUET_COMPRESSIONS,
  PRIORITIES,
  type CsvOptions,
  type FilterNode,
  type JobInput,
  type JsonLinesOptions,
  type Operand,
  type ParquetOptions,
  type Recurrence,
  type TemplateDefinition,
  type Weekday,
  type XlsxOptions,
} from '#domain';
import type { RecordedEvent } from '#event-sourcing';
import { jobRequest, scheduleDefinition } from '#domain/testing';
import { recordedEvent } from './records';

const text = fc.string({ unit: 'binary', maxLength: 40 });
const uuid = fc.uuid();
const maybe = <Value>(value: Arbitrary<Value>) => fc.option(value, { nil: null });
const whole = fc.integer({ min: -(2 ** 52) + 1, max: 2 ** 52 - 1 });
const instant = fc
  .date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString());

const csv: Arbitrary<CsvOptions> = fc.record({
  format: fc.constant('csv'),
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  quoting: fc.constantFrom('needed', 'all'),
  encoding: fc.constantFrom(...CSV_ENCODINGS),
  compression: fc.constantFrom(...FILE_COMPRESSIONS),
  lineEnding: fc.constantFrom('crlf', 'lf'),
  byteOrderMark: fc.boolean(),
  header: fc.boolean(),
  nullText: text,
  neutraliseFormulas: fc.boolean(),
  retentionMinutes: maybe(whole),
});
const xlsx: Arbitrary<XlsxOptions> = fc.record({
  format: fc.constant('xlsx'),
  sheetName: text,
  freezeHeader: fc.boolean(),
  autoFilter: fc.boolean(),
  retentionMinutes: maybe(whole),
});
const jsonLines: Arbitrary<JsonLinesOptions> = fc.record({
  format: fc.constant('jsonl'),
  compression: fc.constantFrom(...FILE_COMPRESSIONS),
  retentionMinutes: maybe(whole),
});
const parquet: Arbitrary<ParquetOptions> = fc.record({
  format: fc.constant('parquet'),
  compression: fc.constantFrom(...PARQUET_COMPRESSIONS),
  retentionMinutes: maybe(whole),
});
const output = fc.oneof(csv, xlsx, jsonLines, parquet);

const operand: Arbitrary<Operand> = fc.oneof(
  fc.record({ type: fc.constant('literal' as const), value: text, parameter: maybe(text) }),
  fc.record({
    type: fc.constant('moment' as const),
    offset: whole,
    unit: fc.constantFrom(...CALENDAR_UNITS, 'hour' as const, 'minute' as const),
    startOf: maybe(fc.constantFrom(...CALENDAR_UNITS)),
  }),
  fc.record({
    type: fc.constant('period' as const),
    period: fc.constantFrom('previous', 'current', 'next', 'to_date'),
    unit: fc.constantFrom(...CALENDAR_UNITS),
    count: whole,
  }),
);

const { node: filter } = fc.letrec<{ node: FilterNode }>((tie) => {
  const nodes = fc.array(tie('node'), { maxLength: 3 });
  return {
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.record({
        type: fc.constant('condition' as const),
        column: text,
        operator: fc.constantFrom(...OPERATORS),
        operands: fc.array(operand, { maxLength: 4 }),
      }),
      fc.record({ type: fc.constant('and' as const), nodes }),
      fc.record({ type: fc.constant('or' as const), nodes }),
      fc.record({ type: fc.constant('not' as const), node: tie('node') }),
    ),
  };
});

const selection = {
  datasetId: uuid,
  filter: maybe(filter),
  groupBy: maybe(fc.array(text, { maxLength: 3 })),
  sort: fc.array(fc.record({ header: text, direction: fc.constantFrom('ascending', 'descending') }), { maxLength: 3 }),
  rowLimit: maybe(whole),
  output,
  locale: text,
  layout: fc.record({ rowNumbers: fc.boolean(), totals: fc.boolean(), coverSheet: fc.boolean() }),
  limits: fc.record({
    rowsPerFile: maybe(whole),
    rowsPerSheet: maybe(whole),
    bytesPerFile: maybe(whole),
    seconds: maybe(whole),
    whenReached: fc.constantFrom(...LIMIT_POLICIES),
  }),
  splitBy: maybe(fc.record({ header: text, into: fc.constantFrom('files' as const, 'sheets' as const) })),
  fileName: maybe(text),
  deliver: fc.constantFrom(...DELIVERY_CONDITIONS),
};
const parameter = { name: text, label: text, dataType: fc.constantFrom(...DATA_TYPES) };
const column = {
  header: text,
  expression: maybe(text),
  dataType: fc.constantFrom(...DATA_TYPES),
  format: maybe(text),
  aggregate: maybe(fc.constantFrom(...AGGREGATES)),
};
const definition: Arbitrary<TemplateDefinition> = fc.record({
  ...selection,
  columns: fc.array(fc.record({ column: maybe(text), ...column }), { maxLength: 5 }),
  parameters: fc.array(fc.record({ ...parameter, defaultValue: text }), { maxLength: 3 }),
});

const recurrence: Arbitrary<Recurrence> = fc.oneof(
  fc.record({ type: fc.constant('minutes' as const), every: fc.nat() }),
  fc.record({ type: fc.constant('hourly' as const), minute: fc.nat() }),
  fc.record({ type: fc.constant('daily' as const), time: text }),
  fc.record({
    type: fc.constant('weekly' as const),
    weekdays: fc.array(fc.constantFrom<Weekday[]>(1, 2, 3, 4, 5, 6, 7)),
    time: text,
  }),
  fc.record({
    type: fc.constant('monthly' as const),
    day: fc.oneof(fc.nat(), fc.constant('last' as const)),
    time: text,
  }),
  fc.record({ type: fc.constant('cron' as const), expression: text }),
);

const exportConfig = { datasetId: uuid, output, nominalTime: instant, timeZone: text };
const input: Arbitrary<JobInput> = fc.oneof(
  fc.record({
    templateId: uuid,
    dynamicMapping: fc.constant(true as const),
    dynamicColumns: fc.array(fc.record({ columnName: maybe(text), ...column }), { maxLength: 5 }),
    additionalConfig: fc.record({
      ...selection,
      ...exportConfig,
      templateName: text,
      parameters: fc.array(fc.record({ ...parameter, value: text }), { maxLength: 3 }),
    }),
  }),
  fc.record({ dynamicMapping: fc.constant(false as const), additionalConfig: fc.record(exportConfig) }),
);

/** Events whose data have unions, lists and trees, with values at their extremes. */
export const arbitraryEvent: Arbitrary<RecordedEvent> = fc
  .oneof(
    fc
      .record({ templateId: uuid, owner: uuid, definition, copiedFrom: maybe(uuid), at: instant, details: details() })
      .map((data) => ['template', 'TemplateCreated', data] as const),
    fc
      .record({
        scheduleId: uuid,
        by: uuid,
        at: instant,
        definition: fc
          .record({
            recurrence,
            name: text,
            startsAt: maybe(instant),
            endsAt: maybe(instant),
            priority: fc.constantFrom(...PRIORITIES),
          })
          .map(scheduleDefinition),
      })
      .map((data) => ['schedule', 'ScheduleRevised', data] as const),
    fc
      .record({ at: instant, request: fc.record({ input, templateRevision: maybe(fc.nat()) }).map(jobRequest) })
      .map((data) => ['job', 'JobRequested', data] as const),
  )
  // The clone has plain objects, where fast-check makes some without a prototype.
  .map(([aggregate, type, data]) => recordedEvent(`${aggregate}-1`, type, structuredClone(data)));

function details() {
  return fc.record({ name: text, description: maybe(text), tags: fc.array(text) });
}
