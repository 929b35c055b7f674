import { programText, statementText } from '#data-sources';
import {
  BATCH_TYPE_STANDARD_EXPORT,
  type JobInput,
  DEFAULT_CSV,
  DEFAULT_XLSX,
  NO_RELATION,
  PLAIN_REPORT,
  selfServiceInput,
  type Condition,
  type DatasetDefinition,
  type FilterNode,
  type Operand,
  type Operator,
  type OutputOptions,
  type SelfServiceInput,
  type TemplateDefinition,
} from '#domain';
import {
  DATASET_ID,
  FLIGHTS,
  NOON,
  TEMPLATE_ID,
  datasetColumn,
  reportColumn,
  templateDefinition,
} from '#domain/testing';
import { fileNames } from './file-name';
import { likeLiteral } from './filter-sql';
import { DEFAULT_BATCH_TYPES } from '../batch-types';
import { planExport } from './plan-export';

const PLAIN = { ...DEFAULT_CSV, neutraliseFormulas: false };

function inputOf(definition: TemplateDefinition): SelfServiceInput {
  return selfServiceInput({ templateId: TEMPLATE_ID, templateName: 'Delays', definition }, NOON, 'Europe/Berlin');
}

function plan(more: Partial<TemplateDefinition>, dataset: DatasetDefinition = FLIGHTS, rowLimit = 1000) {
  const limits = { maxRows: rowLimit, timeoutMs: 1000 };
  const definition = templateDefinition({ output: PLAIN, ...more });
  return planExport({ report: { title: 'Delays', definition }, input: inputOf(definition), dataset, limits });
}

function query(more: Partial<TemplateDefinition>, dataset?: DatasetDefinition): [sql: string, ...values: string[]] {
  const { select } = plan(more, dataset);
  return [statementText(select), ...select.values];
}

function where(filter: FilterNode): [sql: string, ...values: string[]] {
  const [text, ...values] = query({ columns: [reportColumn('delay', 'integer')], filter });
  return [/ WHERE (.*) LIMIT 1001$/.exec(text)?.[1] ?? text, ...values];
}

const condition = (column: string, operator: Operator, ...operands: (string | Operand)[]): Condition => ({
  type: 'condition',
  column,
  operator,
  operands: operands.map((operand) =>
    typeof operand === 'string' ? { type: 'literal', parameter: null, value: operand } : operand,
  ),
});

describe('planExport', () => {
  it('selects the columns in order, and one row more than the limit', () => {
    expect(query({})).toEqual(['SELECT "origin"::text, "delay" FROM "public"."flights" LIMIT 1001']);
  });

  it('quotes every name and makes every value a parameter', () => {
    const evil = `x"; DROP TABLE "flights`;
    const dataset: DatasetDefinition = {
      ...FLIGHTS,
      relation: { schema: 'a"b', name: evil },
      columns: [datasetColumn(evil, 'string')],
    };
    expect(
      query(
        {
          columns: [reportColumn(evil, 'string', { header: `'; --` })],
          filter: condition(evil, 'eq', `'; DROP TABLE flights; --`),
          sort: [{ header: `'; --`, direction: 'ascending' }],
        },
        dataset,
      ),
    ).toEqual([
      'SELECT "x""; DROP TABLE ""flights"::text FROM "a""b"."x""; DROP TABLE ""flights" ' +
        'WHERE "x""; DROP TABLE ""flights"::text = $1::text ORDER BY "x""; DROP TABLE ""flights"::text LIMIT 1001',
      `'; DROP TABLE flights; --`,
    ]);
  });

  it('reads from a query as it was vetted, and from none that was not', () => {
    const dataset = { ...FLIGHTS, relation: NO_RELATION, query: 'SELECT $1' };
    const definition = templateDefinition({ output: PLAIN });
    const request = {
      report: { title: 'Delays', definition },
      input: inputOf(definition),
      dataset,
      limits: { maxRows: 1000, timeoutMs: 1000 },
    };
    const { select, relation } = planExport({ ...request, query: programText('(\nvetted\n) AS "dataset"') });
    expect(statementText(select)).toBe('SELECT "origin"::text, "delay" FROM (\nvetted\n) AS "dataset" LIMIT 1001');
    expect(relation).toBeNull();
    expect(() => planExport(request)).toThrow(RangeError);
  });

  it('groups, aggregates and sorts by values, NULLs last', () => {
    expect(
      query({
        columns: [
          reportColumn('origin', 'string'),
          reportColumn(null, 'integer', { header: 'Flights', aggregate: 'count' }),
          reportColumn('delay', 'decimal', { header: 'Mean', aggregate: 'avg', format: '0.0' }),
          reportColumn('origin', 'integer', { header: 'Origins', aggregate: 'count_distinct' }),
          reportColumn('day', 'date', { header: 'Last', aggregate: 'max' }),
        ],
        groupBy: ['origin', 'day'],
        sort: [
          { header: 'Mean', direction: 'descending' },
          { header: 'Flights', direction: 'descending' },
          { header: 'origin', direction: 'ascending' },
        ],
      }),
    ).toEqual([
      'SELECT "origin"::text, count(*), round(avg("delay")::numeric, $1::int), count(DISTINCT "origin"::text), max("day") ' +
        'FROM "public"."flights" GROUP BY "origin", "day" ' +
        'ORDER BY avg("delay") DESC NULLS LAST, count(*) DESC, "origin"::text LIMIT 1001',
      '1',
    ]);
  });

  it('makes one row over everything without GROUP BY', () => {
    expect(query({ columns: [reportColumn('fare', 'decimal', { aggregate: 'sum' })], groupBy: [] })[0]).toBe(
      'SELECT sum("fare") FROM "public"."flights" LIMIT 1001',
    );
  });

  it('leaves NULLS LAST out where no NULL can be', () => {
    const dataset = { ...FLIGHTS, columns: [datasetColumn('delay', 'integer', { nullable: false })] };
    const sort = [{ header: 'delay', direction: 'descending' as const }];
    expect(query({ columns: [reportColumn('delay', 'integer')], sort }, dataset)[0]).toContain(
      'ORDER BY "delay" DESC LIMIT',
    );
  });

  it('sorts a day of a timestamp by the day, so that later keys count', () => {
    const columns = [reportColumn('departed_at', 'date')];
    expect(query({ columns, sort: [{ header: 'departed_at', direction: 'ascending' }] })[0]).toBe(
      'SELECT "departed_at"::date FROM "public"."flights" ORDER BY "departed_at"::date LIMIT 1001',
    );
  });

  it.each([
    ['integer as decimal', reportColumn('delay', 'decimal'), '"delay"'],
    ['integer as string', reportColumn('delay', 'string'), '"delay"::text'],
    ['boolean', reportColumn('diverted', 'boolean'), '"diverted"::text'],
    ['date as timestamp', reportColumn('day', 'timestamp'), '"day"::timestamp'],
    ['date', reportColumn('day', 'date'), '"day"'],
    ['timestamp', reportColumn('departed_at', 'timestamp'), '"departed_at"::timestamp'],
    ['timestamp as time', reportColumn('departed_at', 'time'), '"departed_at"::time'],
    ['timestamp as string', reportColumn('departed_at', 'string'), '"departed_at"::timestamp::text'],
    ['json', reportColumn('details', 'json'), '"details"'],
    ['0.00', reportColumn('fare', 'decimal', { format: '0.00' }), 'round("fare"::numeric, 2::int)'],
    [
      'yyyy-MM-ddTHH:mm:ss',
      reportColumn('departed_at', 'timestamp', { format: 'yyyy-MM-ddTHH:mm:ss' }),
      'to_char("departed_at"::timestamp, YYYY"-"MM"-"DD"T"HH24":"MI":"SS)',
    ],
    [
      'HH:mm',
      reportColumn('gate_closes', 'time', { format: 'HH:mm' }),
      'to_char("gate_closes"::time::interval, HH24":"MI)',
    ],
    ['money', reportColumn('revenue', 'currency'), '"revenue"::numeric'],
    ['money as string', reportColumn('revenue', 'string'), '"revenue"::numeric::text'],
    ['decimal as currency', reportColumn('fare', 'currency'), '"fare"'],
    ['percent', reportColumn('occupancy', 'percent'), `("occupancy"::numeric * 100)::text || '%'`],
    ['percent as string', reportColumn('occupancy', 'string'), `("occupancy"::numeric * 100)::text || '%'`],
    ['percent as decimal', reportColumn('occupancy', 'decimal'), '"occupancy"'],
    ['interval', reportColumn('airborne', 'duration'), '"airborne"'],
    ['array', reportColumn('stops', 'array'), 'array_to_json("stops")'],
    ['array as string', reportColumn('stops', 'string'), 'array_to_json("stops")::text'],
    [
      '0.0 %',
      reportColumn('occupancy', 'percent', { format: '0.0 %' }),
      '(round(("occupancy"::numeric * 100), 1::int))::text ||  %',
    ],
    [
      '¤EUR0.00',
      reportColumn('revenue', 'currency', { format: '¤EUR0.00' }),
      `CASE WHEN round("revenue"::numeric::numeric, 2::int) < 0 THEN '-' ELSE '' END || € || ` +
        '(abs(round("revenue"::numeric::numeric, 2::int)))::text || ',
    ],
    [
      'EEE d.',
      reportColumn('departed_at', 'timestamp', { format: `EEE d. '"\\'` }),
      '(ARRAY[Mon, Tue, Wed, Thu, Fri, Sat, Sun])[extract(isodow FROM "departed_at"::timestamp)::int] || ' +
        String.raw`to_char("departed_at"::timestamp, " "FMDD". ""\"\\")`,
    ],
    [
      'Yes/No',
      reportColumn('diverted', 'boolean', { format: 'Yes/No' }),
      'CASE WHEN "diverted" THEN Yes WHEN NOT "diverted" THEN No END',
    ],
  ])('writes %s', (_name, column, expected) => {
    const { select } = plan({ columns: [column] });
    const shown = select.text.reduce((whole, part, index) => whole + (select.values[index - 1] ?? '') + part);
    expect(shown).toBe(`SELECT ${expected} FROM "public"."flights" LIMIT 1001`);
  });

  it('tells the writer which values are text as the source has it', () => {
    const columns = [
      reportColumn('origin', 'string'),
      reportColumn('origin', 'string', { header: 'last', aggregate: 'max' }),
      reportColumn('delay', 'integer'),
      reportColumn('delay', 'string', { header: 'text' }),
      reportColumn('diverted', 'boolean', { format: '=1/+2' }),
    ];
    const { columns: planned } = plan({ columns, groupBy: ['origin', 'delay', 'diverted'], output: DEFAULT_CSV });
    expect(planned.map(({ isSourceText }) => isSourceText)).toEqual([true, true, false, false, false]);
  });

  it('neutralises the words of a format', () => {
    const columns = [reportColumn('diverted', 'boolean', { format: '=1/+2' })];
    expect(query({ columns, output: DEFAULT_CSV }).slice(1)).toEqual(["'=1", "'+2"]);
    expect(query({ columns, output: PLAIN }).slice(1)).toEqual(['=1', '+2']);
  });

  it('neutralises the text of a format', () => {
    const columns = [reportColumn('day', 'date', { format: "'=1+'d" })];
    const pattern = (output: OutputOptions) => query({ columns, output })[1];
    expect([pattern(DEFAULT_CSV), pattern(PLAIN)]).toEqual([`"'=1+"FMDD`, '"=1+"FMDD']);
  });

  it('gives a spreadsheet durations in days, and as text what it cannot show', () => {
    const columns = [
      reportColumn('airborne', 'duration'),
      reportColumn('revenue', 'currency', { format: '0.00 ¤EUR' }),
      reportColumn('occupancy', 'percent'),
      reportColumn('stops', 'array'),
      reportColumn('delay', 'integer', { format: '#,##,##0' }),
    ];
    const planned = plan({ columns, output: DEFAULT_XLSX });
    expect(statementText(planned.select)).toContain(
      `SELECT CASE WHEN extract(year FROM "airborne") = 0 AND extract(month FROM "airborne") = 0 AND "airborne" >= interval '0' ` +
        'THEN (extract(epoch FROM "airborne") / 86400)::float8::text ELSE "airborne"::text END, "revenue"::numeric, "occupancy", ' +
        'array_to_json("stops"), CASE WHEN abs(round("delay"',
    );
    expect(planned.columns.map(({ dataType, numberFormat }) => [dataType, numberFormat])).toEqual([
      ['duration', '[h]:mm:ss'],
      ['currency', '0.00" "[$€]'],
      ['percent', '0.00%'],
      ['array', null],
      ['string', null],
    ]);
  });

  it('leaves the look of typed cells to the spreadsheet', () => {
    const columns = [
      reportColumn('fare', 'decimal', { format: '#,##0.00' }),
      reportColumn('departed_at', 'timestamp', { format: 'dd.MM.yyyy HH:mm' }),
      reportColumn('day', 'date'),
      reportColumn('diverted', 'boolean'),
      reportColumn('diverted', 'boolean', { header: 'words', format: 'Yes/No' }),
      reportColumn('gate_closes', 'time', { format: 'mm' }),
    ];
    const planned = plan({ columns, output: DEFAULT_XLSX });
    expect(statementText(planned.select)).toBe(
      'SELECT "fare", "departed_at"::timestamp, "day", "diverted", CASE WHEN "diverted" THEN $1 WHEN NOT "diverted" THEN $2 END, ' +
        'to_char("gate_closes"::time::interval, $3) FROM "public"."flights" LIMIT 1001',
    );
    expect(planned.columns.map(({ dataType, numberFormat }) => [dataType, numberFormat])).toEqual([
      ['decimal', '#,##0.00'],
      ['timestamp', 'dd"."mm"."yyyy" "hh":"mm'],
      ['date', 'yyyy-mm-dd'],
      ['boolean', null],
      ['string', null],
      ['string', null],
    ]);
  });

  it('asks for one row more than can be written', () => {
    const limits = { ...PLAIN_REPORT.limits, rowsPerFile: 10 };
    expect(query({ rowLimit: 5 })[0]).toMatch(/ LIMIT 6$/);
    expect(query({ rowLimit: 5000 })[0]).toMatch(/ LIMIT 1001$/);
    expect(query({ limits })[0]).toMatch(/ LIMIT 11$/);
    expect(query({ limits: { ...limits, whenReached: 'split_files' } })[0]).toMatch(/ LIMIT 1001$/);
    expect(query({ limits, splitBy: { header: 'origin', into: 'files' } })[0]).toMatch(/ LIMIT 1001$/);
  });

  it('has the value that rows are split by as a first column, and sorts by it first', () => {
    const split = (more: Partial<TemplateDefinition>) =>
      query({ splitBy: { header: 'delay', into: 'files' }, ...more })[0];
    expect(split({ sort: [{ header: 'origin', direction: 'ascending' }] })).toBe(
      'SELECT "delay"::text AS "c0", "origin"::text AS "c1", "delay" FROM "public"."flights" ' +
        'ORDER BY "delay", ("delay"::text) COLLATE "C", "origin"::text LIMIT 1001',
    );
    expect(split({ sort: [{ header: 'delay', direction: 'descending' }] })).toContain(
      'ORDER BY "delay" DESC NULLS LAST, ("delay"::text) COLLATE "C" DESC NULLS LAST, "delay" DESC NULLS LAST',
    );
    const planned = plan({ splitBy: { header: 'delay', into: 'files' } });
    expect(planned.columns.map(({ header }) => header)).toEqual(['origin', 'delay']);
    expect(planned.splitInto).toBe('files');
  });

  it('splits by what is written, where many values are written alike', () => {
    const columns = [reportColumn('day', 'date', { format: 'MM/yyyy' })];
    for (const output of [PLAIN, DEFAULT_XLSX]) {
      const [statement] = query({ columns, output, splitBy: { header: 'day', into: 'files' } });
      expect(statement).toMatch(/^SELECT to_char/);
      expect(statement).toMatch(/ORDER BY \(to_char\([^)]*\)\) COLLATE "C" LIMIT/);
    }
  });

  it('names files after the template and the nominal time in the zone', () => {
    expect(fileNames(plan({}).naming, [{}])).toEqual(['Delays_2026-11-23T1300.csv']);
    expect(fileNames(plan({ fileName: '{date} {template}' }).naming, [{}])).toEqual(['2026-11-23 Delays.csv']);
  });

  it('makes a standard export of all declared columns, under headers that differ', () => {
    const dataset: DatasetDefinition = {
      ...FLIGHTS,
      columns: [
        datasetColumn('origin', 'string', { label: 'Origin' }),
        datasetColumn('a', 'integer', { label: 'Same' }),
        datasetColumn('b', 'integer', { label: 'Same' }),
        datasetColumn('c', 'integer', { label: 'a' }),
      ],
    };
    const input: JobInput = {
      dynamicMapping: false,
      additionalConfig: { datasetId: DATASET_ID, output: PLAIN, nominalTime: NOON, timeZone: 'UTC' },
    };
    const planned = planExport({
      report: DEFAULT_BATCH_TYPES.of(BATCH_TYPE_STANDARD_EXPORT).report(input, dataset),
      input,
      dataset,
      limits: { maxRows: 10, timeoutMs: 1000 },
    });
    expect(statementText(planned.select)).toBe('SELECT "origin"::text, "a", "b", "c" FROM "public"."flights" LIMIT 11');
    expect(planned.columns.map(({ header }) => header)).toEqual(['Origin', 'a', 'b', 'c']);
    expect(fileNames(planned.naming, [{}])).toEqual(['Flights_2026-11-23T1200.csv']);
  });
});

describe('filters', () => {
  it.each<[string, Condition, string, string[]]>([
    ['eq', condition('delay', 'eq', '15'), '"delay" = $1::bigint', ['15']],
    ['ne', condition('origin', 'ne', 'JFK'), '"origin"::text <> $1::text', ['JFK']],
    ['lt', condition('fare', 'lt', '9.99'), '"fare" < $1::numeric', ['9.99']],
    ['lte', condition('day', 'lte', '2026-01-31'), '"day" <= $1::date', ['2026-01-31']],
    ['gt', condition('gate_closes', 'gt', '07:30'), '"gate_closes" > $1::time', ['07:30']],
    [
      'gte',
      condition('departed_at', 'gte', '2026-01-31T01:00:00+01:00'),
      '"departed_at" >= $1::timestamptz',
      ['2026-01-31T00:00:00Z'],
    ],
    ['between', condition('delay', 'between', '1', '2'), '"delay" BETWEEN $1::bigint AND $2::bigint', ['1', '2']],
    ['in', condition('origin', 'in', 'A', 'B'), '"origin"::text IN ($1::text, $2::text)', ['A', 'B']],
    ['not_in', condition('delay', 'not_in', '1'), '"delay" NOT IN ($1::bigint)', ['1']],
    ['contains', condition('origin', 'contains', '50%_\\'), '"origin"::text LIKE $1', ['%50\\%\\_\\\\%']],
    ['not_contains', condition('origin', 'not_contains', 'x'), '"origin"::text NOT LIKE $1', ['%x%']],
    ['starts_with', condition('origin', 'starts_with', 'x'), '"origin"::text LIKE $1', ['x%']],
    ['ends_with', condition('origin', 'ends_with', 'x'), '"origin"::text LIKE $1', ['%x']],
    ['is_null', condition('details', 'is_null'), '"details" IS NULL', []],
    ['is_not_null', condition('id', 'is_not_null'), '"id" IS NOT NULL', []],
    ['boolean', condition('diverted', 'eq', 'true'), '"diverted" = $1::boolean', ['true']],
    ['currency', condition('revenue', 'gte', '9.99'), '"revenue"::numeric >= $1::numeric', ['9.99']],
    ['percent', condition('occupancy', 'lt', '0.5'), '"occupancy" < $1::numeric', ['0.5']],
    ['duration', condition('airborne', 'gt', '-PT90M'), '"airborne" > $1::interval', ['PT-90M']],
    ['array', condition('stops', 'is_null'), '"stops" IS NULL', []],
  ])('%s', (_name, filter, text, values) => {
    expect(where(filter)).toEqual([text, ...values]);
  });

  it('resolves relative dates against the nominal time in the zone of the report', () => {
    const previousMonth = { type: 'period', period: 'previous', unit: 'month', count: 1 } as const;
    expect(where(condition('day', 'during', previousMonth))).toEqual([
      '("day" >= $1::date AND "day" < $2::date)',
      '2026-10-01',
      '2026-11-01',
    ]);
    expect(where(condition('departed_at', 'not_during', previousMonth))).toEqual([
      'NOT (("departed_at" >= $1::timestamptz AND "departed_at" < $2::timestamptz))',
      '2026-09-30T22:00:00Z',
      '2026-10-31T23:00:00Z',
    ]);
  });

  it('keeps the tree', () => {
    const [a, b, c] = ['1', '2', '3'].map((value) => condition('delay', 'eq', value));
    expect(
      where({
        type: 'and',
        nodes: [a!, { type: 'or', nodes: [b!, { type: 'not', node: { type: 'and', nodes: [c!, a!] } }] }],
      }),
    ).toEqual([
      '("delay" = $1::bigint AND ("delay" = $2::bigint OR NOT (("delay" = $3::bigint AND "delay" = $4::bigint))))',
      '1',
      '2',
      '3',
      '1',
    ]);
  });
});

describe('likeLiteral', () => {
  it('leaves nothing that LIKE would take for a pattern', () => {
    expect(likeLiteral('100% _a_ c:\\x')).toBe('100\\% \\_a\\_ c:\\\\x');
  });
});
