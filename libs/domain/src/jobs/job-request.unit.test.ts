import { PLAIN_REPORT } from '../reports/definition';
import { DEFAULT_XLSX } from '../reports/output-options';
import {
  ANNA,
  DATASET_ID,
  JOB_ID,
  NOON,
  reportColumn,
  retryPolicy,
  SCHEDULE_ID,
  TEMPLATE_ID,
  templateDefinition,
} from '../testing/samples';
import type { ExistingTemplate } from '../templates/template';
import type { SelfServiceInput } from './job-input';
import { PLAIN_REQUEST } from './job-messages';
import { occurrenceJobId, selfServiceRequest, standardExportRequest, templateFromInput } from './job-request';

const template: ExistingTemplate = {
  status: 'active',
  templateId: TEMPLATE_ID,
  owner: ANNA,
  details: { name: 'Delays', description: null, tags: [] },
  definition: templateDefinition({
    columns: [reportColumn('origin', 'string'), reportColumn(null, 'integer', { aggregate: 'count', format: '#,##0' })],
    groupBy: ['origin'],
    sort: [{ header: 'Rows', direction: 'descending' }],
    parameters: [{ name: 'late', label: 'Late from', dataType: 'integer', defaultValue: '15' }],
    rowLimit: 100,
    filter: {
      type: 'condition',
      column: 'delay',
      operator: 'gt',
      operands: [{ type: 'literal', parameter: 'late', value: '15' }],
    },
  }),
  shares: {},
  retryPolicy: null,
};
const plain = { expression: null, format: null };
const terms = {
  jobId: JOB_ID,
  owner: ANNA,
  nominalTime: NOON,
  timeZone: 'Europe/Berlin',
  priority: 'high',
  maxAttempts: 3,
  startBefore: null,
  rerunOf: null,
} as const;

describe('the job of an occurrence', () => {
  it('has the same id for ever', () => {
    expect(occurrenceJobId(SCHEDULE_ID, NOON)).toBe('98f5ba7b-649f-54c5-a2e0-7bd232b29310');
  });
  it('has another id at another time and for another schedule', () => {
    const ids = [
      occurrenceJobId(SCHEDULE_ID, NOON),
      occurrenceJobId(SCHEDULE_ID, '2026-11-23T12:01:00.000Z'),
      occurrenceJobId(TEMPLATE_ID, NOON),
    ];
    expect(new Set(ids).size).toBe(3);
  });
  it('does not depend on how the time is written', () => {
    expect(occurrenceJobId(SCHEDULE_ID, '2026-11-23T13:00:00+01:00')).toBe(occurrenceJobId(SCHEDULE_ID, NOON));
  });
});

describe('a self-service request', () => {
  const ofSchedule = {
    ...terms,
    parameters: [],
    origin: 'schedule',
    template,
    templateRevision: 4,
    schedule: { scheduleId: SCHEDULE_ID, revision: 2 },
  } as const;
  const request = selfServiceRequest(ofSchedule);
  it('has the attempts of its template where that has a retry policy', () => {
    const limit = { ...retryPolicy().limit, attempts: 8 };
    const chosen = { ...template, retryPolicy: retryPolicy({ limit }) };
    expect(selfServiceRequest({ ...ofSchedule, template: chosen }).maxAttempts).toBe(8);
    expect(request.maxAttempts).toBe(3);
  });
  it('pins the revisions and carries all that the export needs', () => {
    expect(request).toEqual({
      ...PLAIN_REQUEST,
      ...terms,
      batchTypeId: 4,
      origin: 'schedule',
      templateId: TEMPLATE_ID,
      templateRevision: 4,
      scheduleId: SCHEDULE_ID,
      scheduleRevision: 2,
      input: {
        templateId: TEMPLATE_ID,
        dynamicMapping: true,
        dynamicColumns: [
          { columnName: 'origin', header: 'origin', dataType: 'string', ...plain, aggregate: null },
          { columnName: null, header: 'Rows', dataType: 'integer', ...plain, format: '#,##0', aggregate: 'count' },
        ],
        additionalConfig: {
          ...PLAIN_REPORT,
          parameters: [{ name: 'late', label: 'Late from', dataType: 'integer', value: '15' }],
          datasetId: DATASET_ID,
          templateName: 'Delays',
          filter: template.definition.filter,
          groupBy: ['origin'],
          sort: template.definition.sort,
          rowLimit: 100,
          output: template.definition.output,
          nominalTime: NOON,
          timeZone: 'Europe/Berlin',
        },
      },
    });
  });
  it('gives the definition back', () => {
    expect(templateFromInput(request.input as SelfServiceInput)).toEqual(template.definition);
  });
  it('by hand has no schedule', () => {
    const byHand = selfServiceRequest({
      ...{ ...terms, origin: 'run_now', template, templateRevision: 4, schedule: null },
      parameters: [],
    });
    expect(byHand).toMatchObject({ origin: 'run_now', scheduleId: null, scheduleRevision: null });
  });
  it('has what a run chose among its parameters and in its filter, and the default of the rest', () => {
    const early = { name: 'early', label: 'Early from', dataType: 'integer', defaultValue: '-5' } as const;
    const literal = (parameter: string | null, value: string) => ({ type: 'literal', parameter, value }) as const;
    const yesterday = { type: 'moment', offset: -1, unit: 'day', startOf: null } as const;
    const operands = [literal('early', '-5'), literal('late', '15'), literal(null, '7'), yesterday];
    const filter = { type: 'condition', column: 'delay', operator: 'in', operands } as const;
    const parameters = [...template.definition.parameters, early];
    const definition = { ...template.definition, parameters, filter: { type: 'not', node: filter } as const };
    const { input } = selfServiceRequest({
      ...{ ...terms, origin: 'run_now', templateRevision: 4, schedule: null },
      template: { ...template, definition },
      parameters: [{ name: 'late', value: '30' }],
    });
    expect(input.additionalConfig).toMatchObject({
      parameters: [
        { name: 'late', label: 'Late from', dataType: 'integer', value: '30' },
        { name: 'early', label: 'Early from', dataType: 'integer', value: '-5' },
      ],
      filter: {
        type: 'not',
        node: { operands: [literal('early', '-5'), literal('late', '30'), literal(null, '7'), yesterday] },
      },
    });
  });
  it('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(request))).toStrictEqual(request);
  });
});

it('a standard export is a whole dataset', () => {
  const request = standardExportRequest({ ...terms, datasetId: DATASET_ID, output: DEFAULT_XLSX });
  expect(request).toEqual({
    ...PLAIN_REQUEST,
    ...terms,
    batchTypeId: 1,
    origin: 'standard_export',
    templateId: null,
    templateRevision: null,
    scheduleId: null,
    scheduleRevision: null,
    input: {
      dynamicMapping: false,
      additionalConfig: { datasetId: DATASET_ID, output: DEFAULT_XLSX, nominalTime: NOON, timeZone: 'Europe/Berlin' },
    },
  });
});
