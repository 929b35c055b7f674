import type { RecordedEvent } from '#event-sourcing';
import { FLIGHTS, jobOutput, jobRequest, postgresSource } from '#domain/testing';
import { createEventRecords } from './event-records';
import { CURRENT_VERSIONS } from './published/published-events';
import { recordedEvent } from './testing';
import { createUpcast, UPCASTERS, upcast } from './upcasters';

/** A made-up event that went through three versions: a name was split, then a currency was added. */
const steps = {
  ParcelSent: {
    1: (data: unknown) => {
      const [first = '', last = ''] = (data as { name: string }).name.split(' ');
      return { first, last };
    },
    2: (data: unknown) => ({ ...(data as object), currency: 'EUR' }),
  },
};
const versions = new Map([['ParcelSent', 3]]);

function parcel(schemaVersion: number, data: unknown): RecordedEvent {
  const event = recordedEvent('parcel-1', 'ParcelSent', data);
  return { ...event, metadata: { ...event.metadata, schemaVersion } };
}

describe('an event is brought up to date', () => {
  const current = { first: 'Ada', last: 'Byron', currency: 'EUR' };

  it.each([
    [1, { name: 'Ada Byron' }],
    [2, { first: 'Ada', last: 'Byron' }],
    [3, current],
  ])('from version %d', (version, data) => {
    expect(createUpcast(versions, steps)(parcel(version, data))).toStrictEqual(parcel(3, current));
  });

  it('or refused when it is newer', () => {
    expect(() => createUpcast(versions, steps)(parcel(4, {}))).toThrow(/ParcelSent in version 4; .* up to version 3/);
  });

  it('or refused when no version was ever so old', () => {
    expect(() => createUpcast(versions, steps)(parcel(0, {}))).toThrow('ParcelSent has no version 0');
  });

  it('or left alone when nobody knows it', () => {
    const event = recordedEvent('parcel-1', 'ParcelLost', {});
    expect(createUpcast(versions, steps)(event)).toBe(event);
  });
});

describe('the steps', () => {
  it('lead from every older version to the newest', () => {
    expect(() => createUpcast(versions, { ParcelSent: { 2: steps.ParcelSent[2] } })).toThrow(
      'ParcelSent has no upcaster from version 1',
    );
  });

  it('lead nowhere else', () => {
    expect(() => createUpcast(new Map([['ParcelSent', 2]]), steps)).toThrow('nothing follows version 2 of ParcelSent');
    expect(() => createUpcast(new Map(), steps)).toThrow('nothing follows version 1 of ParcelSent');
  });
});

it.each([...CURRENT_VERSIONS.keys()])('%s of every version ever published is brought up to date', (type) => {
  const current = CURRENT_VERSIONS.get(type) ?? 0;
  expect(Object.keys(UPCASTERS[type] ?? {})).toHaveLength(current - 1);
  const event = recordedEvent('any-1', type, { at: '2026-11-23T12:00:00.000Z' });
  expect(upcast({ ...event, metadata: { ...event.metadata, schemaVersion: current } })).toMatchObject({ type });
});

describe('an event of version 1 becomes one as it is written now', () => {
  const upcastFrom1 = (streamId: string, type: string, data: unknown) => {
    const event = recordedEvent(streamId, type, data);
    const current = upcast({ ...event, metadata: { ...event.metadata, schemaVersion: 1 } });
    // What has a field too few or too many cannot be encoded.
    createEventRecords({ prefix: 'test', partitions: 1 }).encode(current);
    return current.data;
  };
  const column = { header: 'Delay', dataType: 'integer', format: null, aggregate: null };
  const csv = {
    ...{ format: 'csv', delimiter: ';', lineEnding: 'lf', byteOrderMark: true, header: true, nullText: '' },
    ...{ neutraliseFormulas: false, retentionMinutes: 60 },
  };
  const filter = {
    type: 'not',
    node: {
      type: 'or',
      nodes: [
        {
          type: 'condition',
          column: 'delay',
          operator: 'between',
          operands: [
            { type: 'literal', value: '15' },
            { type: 'moment', offset: 1, unit: 'day', startOf: null },
          ],
        },
      ],
    },
  };
  const operands = [{ value: '15', parameter: null }, { type: 'moment' }];
  const selection = { datasetId: 'd', filter, groupBy: null, sort: [], rowLimit: 5 };
  const current = {
    ...{ locale: 'en', parameters: [], splitBy: null, fileName: null, deliver: 'always', rowLimit: 5 },
    layout: { rowNumbers: false, totals: false, coverSheet: false },
    limits: { rowsPerFile: null, rowsPerSheet: null, bytesPerFile: null, seconds: null, whenReached: 'truncate' },
    output: { ...csv, quoting: 'needed', encoding: 'utf-8', compression: 'none' },
    filter: { node: { nodes: [{ operands }] } },
  };
  const at = '2026-11-23T12:00:00.000Z';
  const details = { name: 'Delays', description: null, tags: [] };

  it.each([
    ['TemplateCreated', { owner: 'anna', copiedFrom: null }],
    ['TemplateRevised', { restoredRevision: 3, by: 'anna' }],
  ])('%s', (type, rest) => {
    const definition = { ...selection, columns: [{ column: 'delay', ...column }], output: csv };
    const data = { templateId: 't', details, definition, at, ...rest };
    expect(upcastFrom1('template-1', type, data)).toMatchObject({
      ...rest,
      definition: { ...current, columns: [{ column: 'delay', expression: null, ...column }] },
    });
  });

  it('JobRequested', () => {
    const config = { nominalTime: at, timeZone: 'UTC', output: csv };
    const { startAfter, catchUp, exclusive, backfillId, burst, ...older } = jobRequest();
    const later = { startAfter, catchUp, exclusive, backfillId, burst };
    const request = (input: unknown, more: object = {}) => ({ request: { ...older, ...more, input }, at });
    const selfService = {
      ...{ templateId: 't', dynamicMapping: true, dynamicColumns: [{ columnName: 'delay', ...column }] },
      additionalConfig: { ...selection, ...config, templateName: 'Delays' },
    };
    expect(upcastFrom1('job-1', 'JobRequested', request(selfService))).toMatchObject(
      request(
        {
          ...selfService,
          dynamicColumns: [{ columnName: 'delay', expression: null, ...column }],
          additionalConfig: { ...current, templateName: 'Delays' },
        },
        later,
      ),
    );
    const standard = { dynamicMapping: false, additionalConfig: { datasetId: 'd', ...config } };
    expect(upcastFrom1('job-1', 'JobRequested', request(standard))).toEqual(
      request({ ...standard, additionalConfig: { ...standard.additionalConfig, output: current.output } }, later),
    );
  });

  it('JobRequested of version 3, which knew no bursts', () => {
    const { burst, ...older } = jobRequest({ backfillId: 'b', catchUp: true });
    expect(burst).toBeNull();
    const event = recordedEvent('job-1', 'JobRequested', { request: older, at });
    const { data } = upcast({ ...event, metadata: { ...event.metadata, schemaVersion: 3 } });
    expect(data).toEqual({ request: { ...older, burst }, at });
  });

  it.each([
    ['ScheduleDefined', { templateId: 't', owner: 'anna' }],
    ['ScheduleRevised', { by: 'anna' }],
  ])('%s', (type, rest) => {
    const definition = {
      ...{ name: 'Every morning', recurrence: { type: 'daily', time: '07:30' }, timeZone: 'Europe/Berlin' },
      ...{ startsAt: null, endsAt: null, priority: 'normal', catchUpMinutes: 60 },
    };
    expect(upcastFrom1('schedule-1', type, { scheduleId: 's', definition, at, ...rest })).toEqual({
      ...{ scheduleId: 's', at, ...rest },
      definition: {
        ...definition,
        ...{ catchUp: 'all', clockChanges: { skippedTime: 'shift', repeatedTime: 'first' }, calendar: null },
        ...{ maxRuns: null, overlap: 'allow', jitterSeconds: 0, pauseAfterFailures: null },
      },
    });
  });

  it('SchedulePaused', () => {
    const paused = { scheduleId: 's', note: 'holidays', by: 'anna', at };
    expect(upcastFrom1('schedule-1', 'SchedulePaused', paused)).toEqual({ ...paused, until: null, cause: 'by_hand' });
  });

  it('JobCompleted', () => {
    const { withheld, contentSha256, ...output } = jobOutput();
    const data = { jobId: 'j', attempt: 1, outputExpiresAt: at, at };
    expect([withheld, contentSha256]).toEqual([null, null]);
    expect(upcastFrom1('job-1', 'JobCompleted', { ...data, output })).toEqual({ ...data, output: jobOutput() });
  });

  it.each([
    ['JobAttemptFailed', { retryAt: at }, { code: 'data_source.unreachable', transient: true }, 'transient'],
    // One code stood for what passes and for what does not.
    ['JobAttemptFailed', { retryAt: at }, { code: 'data_source.failed', transient: true }, 'transient'],
    ['JobFailed', {}, { code: 'limit.rows', transient: false }, 'limit'],
    ['JobFailed', {}, { code: 'template.invalid', transient: false }, 'permanent'],
    // What was not tried again then did not pass then.
    ['JobFailed', {}, { code: 'data_source.timeout', transient: false }, 'permanent'],
    ['JobFailed', {}, { code: 'of.a.plugin', transient: false }, 'permanent'],
  ])('%s, %j, of %j', (type, rest, first, failureClass) => {
    const failure = { message: 'It failed.', ...first };
    const data = { jobId: 'j', attempt: 1, at, ...rest };
    expect(upcastFrom1('job-1', type, { ...data, failure })).toEqual({
      ...data,
      ...{ worker: null, durationMs: null, failure: { ...failure, class: failureClass } },
      ...(type === 'JobAttemptFailed' ? { retryBefore: null } : {}),
    });
  });

  it('JobAttemptLost', () => {
    const lost = { jobId: 'j', attempt: 1, at };
    expect(upcastFrom1('job-1', 'JobAttemptLost', lost)).toEqual({
      ...{ ...lost, cause: 'worker_lost', worker: null, durationMs: null, retryBefore: null },
    });
  });

  it.each([
    ['DatasetRegistered', { by: 'anna' }],
    ['DatasetRevised', {}],
  ])('%s', (type, rest) => {
    const { rowLimit, query, ...definition } = FLIGHTS;
    expect([rowLimit, query]).toEqual([null, null]);
    const data = { datasetId: 'd', at, ...rest };
    expect(upcastFrom1('dataset-1', type, { ...data, definition })).toEqual({ ...data, definition: FLIGHTS });
  });

  it.each([
    ['DataSourceRegistered', { name: 'sales' }],
    ['DataSourceRevised', {}],
  ])('%s', (type, rest) => {
    const { mysql, ...definition } = postgresSource();
    expect(mysql).toBeNull();
    const data = { dataSourceId: 's', secretId: null, by: 'anna', at, ...rest };
    expect(upcastFrom1('datasource-1', type, { ...data, definition })).toEqual({
      ...data,
      definition: postgresSource(),
    });
  });
});
