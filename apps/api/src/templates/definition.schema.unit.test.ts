import { DEFAULT_CSV, DEFAULT_XLSX, PLAIN_REPORT } from '#domain';
import { DATASET_ID, FLIGHTS_STATE, reportColumn } from '#domain/testing';
import { completeDefinition, definitionInput } from './definition.schema';
import { filterInput } from './filter.schema';

const condition = { type: 'condition', column: 'delay', operator: 'gt' };
const literal = (value: string) => ({ type: 'literal', parameter: null, value });

describe('a filter', () => {
  it.each([
    [{ value: 15 }, [literal('15')]],
    [{ value: -0.5 }, [literal('-0.5')]],
    [{ value: { parameter: 'late' } }, [{ ...literal(''), parameter: 'late' }]],
    [{ value: false }, [literal('false')]],
    [{ value: 'AP1' }, [literal('AP1')]],
    [{ values: [1, '2', true] }, [literal('1'), literal('2'), literal('true')]],
    [{ values: [] }, []],
    [{}, []],
    [{ operands: [literal('x')] }, [literal('x')]],
    [{ value: { type: 'literal', parameter: null, value: 3 } }, [literal('3')]],
    [
      { value: { relative: { offset: -7, unit: 'day', startOf: 'day' } } },
      [{ type: 'moment', offset: -7, unit: 'day', startOf: 'day' }],
    ],
    [{ relative: { unit: 'hour' } }, [{ type: 'moment', offset: 0, unit: 'hour', startOf: null }]],
    [
      { relative: { period: 'previous', unit: 'month' } },
      [{ type: 'period', period: 'previous', unit: 'month', count: 1 }],
    ],
    [
      { values: [{ relative: { unit: 'day', offset: -1 } }, '2026-11-23'] },
      [{ type: 'moment', offset: -1, unit: 'day', startOf: null }, literal('2026-11-23')],
    ],
  ])('may be written with %j', (more, operands) => {
    expect(filterInput.parse({ ...condition, ...more })).toEqual({ ...condition, operands });
  });

  it('keeps its tree', () => {
    const tree = {
      type: 'and',
      nodes: [
        { type: 'not', node: { ...condition, value: 1 } },
        { type: 'or', nodes: [] },
      ],
    };
    expect(filterInput.parse(tree)).toEqual({
      type: 'and',
      nodes: [
        { type: 'not', node: { ...condition, operands: [literal('1')] } },
        { type: 'or', nodes: [] },
      ],
    });
  });

  it.each([
    { value: 1, values: [2] },
    { value: null },
    { value: 9_007_199_254_740_993 },
    { value: 1e-7 },
    { value: { relative: { unit: 'fortnight' } } },
    { operands: ['x'], relative: { unit: 'day' } },
    { valeu: 1 },
  ])('may not be written with %j', (more) => {
    expect(filterInput.safeParse({ ...condition, ...more }).success).toBe(false);
  });

  it('comes back from its own form unchanged', () => {
    const kept = filterInput.parse({ ...condition, relative: { period: 'to_date', unit: 'year' } });
    expect(filterInput.parse(kept)).toEqual(kept);
  });
});

describe('a definition', () => {
  const complete = (given: object) =>
    completeDefinition(definitionInput.parse({ datasetId: DATASET_ID, ...given }), FLIGHTS_STATE);

  it('has the default of a parameter where the filter names it, and its name where it has no label', () => {
    const { filter, parameters } = complete({
      columns: [{ column: 'delay' }],
      parameters: [{ name: 'late', dataType: 'integer', defaultValue: '15' }],
      filter: { ...condition, value: { parameter: 'late' } },
    });
    expect(parameters).toEqual([{ name: 'late', label: 'late', dataType: 'integer', defaultValue: '15' }]);
    expect(filter).toMatchObject({ operands: [{ type: 'literal', value: '15', parameter: 'late' }] });
  });

  it('needs no more than columns', () => {
    expect(complete({ columns: [{ column: 'delay' }] })).toEqual({
      datasetId: DATASET_ID,
      ...PLAIN_REPORT,
      columns: [reportColumn('delay', 'integer')],
      filter: null,
      groupBy: null,
      sort: [],
      rowLimit: null,
      output: DEFAULT_CSV,
    });
  });

  it('takes types and headers of aggregates from what they give', () => {
    const { columns } = complete({
      groupBy: ['origin'],
      columns: [
        { column: null, aggregate: 'count' },
        { column: 'delay', aggregate: 'avg' },
        { column: 'day', aggregate: 'max', header: 'Last day', dataType: 'string' },
      ],
    });
    expect(columns).toMatchObject([
      { header: 'Rows', dataType: 'integer' },
      { header: 'Average delay', dataType: 'decimal' },
      { header: 'Last day', dataType: 'string' },
    ]);
  });

  it('takes types and headers of calculated columns from their expressions', () => {
    const { columns } = complete({
      groupBy: ['origin'],
      columns: [
        { expression: 'delay / 60', aggregate: 'sum' },
        { expression: 'upper(origin)' },
        { expression: 'delay / ', header: 'Broken' },
        { expression: `'${'x'.repeat(300)}'` },
      ],
    });
    expect(columns).toMatchObject([
      { column: null, header: 'Sum of delay / 60', dataType: 'decimal', aggregate: 'sum' },
      { header: 'upper(origin)', dataType: 'string' },
      { header: 'Broken', dataType: 'string' },
      { header: `'${'x'.repeat(199)}` },
    ]);
  });

  it('leaves unknown columns to be found by the validation', () => {
    expect(complete({ columns: [{ column: 'gate' }] }).columns).toMatchObject([{ header: 'gate', dataType: 'string' }]);
  });

  it('fills in the options of its format', () => {
    const columns = [{ column: 'delay' }];
    expect(complete({ columns, output: { format: 'xlsx', sheetName: 'A' } }).output).toEqual({
      ...DEFAULT_XLSX,
      sheetName: 'A',
    });
    expect(complete({ columns, output: { format: 'csv', delimiter: ';' } }).output).toEqual({
      ...DEFAULT_CSV,
      delimiter: ';',
    });
    expect(() => complete({ columns, output: { format: 'csv', sheetName: 'A' } })).toThrow();
  });

  it('comes back from its own form unchanged', () => {
    const kept = complete({ columns: [{ column: 'delay' }], sort: [{ header: 'delay' }], output: { format: 'xlsx' } });
    expect(complete(kept)).toEqual(kept);
  });
});
