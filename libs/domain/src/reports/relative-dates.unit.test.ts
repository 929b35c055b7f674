import fc from 'fast-check';
import { FLIGHTS } from '../testing/samples';
import { CALENDAR_UNITS, type FilterNode, type MomentOperand, type Operand, type PeriodOperand } from './filter';
import { resolveFilter, type ResolvedFilter } from './relative-dates';

const BERLIN = 'Europe/Berlin';
/** A Wednesday, 12:30 in Berlin. */
const WEDNESDAY = new Date('2026-11-25T11:30:00Z');

const literal = (value: string): Operand => ({ type: 'literal', parameter: null, value });
const condition = (
  column: string,
  operator: 'eq' | 'during' | 'not_during' | 'between',
  ...operands: Operand[]
): FilterNode => ({
  type: 'condition',
  column,
  operator,
  operands,
});
const resolve = (filter: FilterNode, at = WEDNESDAY, zone = BERLIN) => resolveFilter(filter, FLIGHTS.columns, at, zone);

function range(
  column: 'day' | 'departed_at',
  operand: Omit<PeriodOperand, 'type'>,
  at = WEDNESDAY,
  zone = BERLIN,
): string {
  const resolved = resolve(condition(column, 'during', { type: 'period', ...operand }), at, zone);
  if (resolved.type !== 'range') throw new Error(`not a range: ${resolved.type}`);
  return `${resolved.from} ${resolved.to}`;
}

function value(
  column: 'day' | 'departed_at',
  operand: Omit<MomentOperand, 'type'>,
  at = WEDNESDAY,
  zone = BERLIN,
): string {
  const resolved = resolve(condition(column, 'eq', { type: 'moment', ...operand }), at, zone);
  if (resolved.type !== 'compare') throw new Error(`not a comparison: ${resolved.type}`);
  return resolved.values.join(' ');
}

describe('a period of dates', () => {
  it.each([
    ['previous', 'month', 1, '2026-10-01 2026-11-01'],
    ['previous', 'day', 7, '2026-11-18 2026-11-25'],
    ['previous', 'week', 2, '2026-11-09 2026-11-23'],
    ['previous', 'quarter', 1, '2026-07-01 2026-10-01'],
    ['previous', 'year', 1, '2025-01-01 2026-01-01'],
    ['current', 'day', 1, '2026-11-25 2026-11-26'],
    ['current', 'week', 1, '2026-11-23 2026-11-30'],
    ['current', 'quarter', 1, '2026-10-01 2027-01-01'],
    ['next', 'month', 2, '2026-12-01 2027-02-01'],
    ['next', 'week', 1, '2026-11-30 2026-12-07'],
    ['to_date', 'month', 1, '2026-11-01 2026-11-26'],
    ['to_date', 'day', 1, '2026-11-25 2026-11-26'],
  ] as const)('%s %s (%i)', (period, unit, count, expected) => {
    expect(range('day', { period, unit, count })).toBe(expected);
  });
});

describe('a period of instants', () => {
  it('begins and ends at midnight of the zone', () => {
    expect(range('departed_at', { period: 'previous', unit: 'month', count: 1 })).toBe(
      '2026-09-30T22:00:00Z 2026-10-31T23:00:00Z',
    );
  });
  it('is as long as the day of a clock change is', () => {
    const today = { period: 'current', unit: 'day', count: 1 } as const;
    expect(range('departed_at', today, new Date('2026-03-29T12:00Z'))).toBe(
      '2026-03-28T23:00:00Z 2026-03-29T22:00:00Z',
    );
    expect(range('departed_at', today, new Date('2026-10-25T12:00Z'))).toBe(
      '2026-10-24T22:00:00Z 2026-10-25T23:00:00Z',
    );
  });
  it('begins with the day where that is not midnight', () => {
    const today = { period: 'current', unit: 'day', count: 1 } as const;
    expect(range('departed_at', today, new Date('2018-11-04T12:00Z'), 'America/Sao_Paulo')).toBe(
      '2018-11-04T03:00:00Z 2018-11-05T02:00:00Z',
    );
  });
  it('up to date ends with the nominal time', () => {
    expect(range('departed_at', { period: 'to_date', unit: 'month', count: 1 })).toBe(
      '2026-10-31T23:00:00Z 2026-11-25T11:30:00Z',
    );
  });
  it('takes the day of the zone, not of UTC', () => {
    const late = new Date('2026-11-30T23:30:00Z');
    expect(range('day', { period: 'current', unit: 'month', count: 1 }, late)).toBe('2026-12-01 2027-01-01');
    expect(range('day', { period: 'current', unit: 'month', count: 1 }, late, 'UTC')).toBe('2026-11-01 2026-12-01');
  });
});

describe('a moment', () => {
  it.each([
    [0, 'day', null, '2026-11-25', '2026-11-25T11:30:00Z'],
    [-1, 'month', null, '2026-10-25', '2026-10-25T11:30:00Z'],
    [-1, 'month', 'month', '2026-10-01', '2026-09-30T22:00:00Z'],
    [-1, 'quarter', 'quarter', '2026-07-01', '2026-06-30T22:00:00Z'],
    [1, 'week', 'week', '2026-11-30', '2026-11-29T23:00:00Z'],
    [0, 'day', 'year', '2026-01-01', '2025-12-31T23:00:00Z'],
    [-12, 'hour', null, '2026-11-25', '2026-11-24T23:30:00Z'],
    [-13, 'hour', 'day', '2026-11-24', '2026-11-23T23:00:00Z'],
    [-45, 'minute', null, '2026-11-25', '2026-11-25T10:45:00Z'],
  ] as const)('%i %s, start of %s', (offset, unit, startOf, date, instant) => {
    expect(value('day', { offset, unit, startOf })).toBe(date);
    expect(value('departed_at', { offset, unit, startOf })).toBe(instant);
  });
  it('moves days on the wall and hours in time', () => {
    const sunday = new Date('2026-03-29T10:00:00Z');
    expect(value('departed_at', { offset: -1, unit: 'day', startOf: null }, sunday)).toBe('2026-03-28T11:00:00Z');
    expect(value('departed_at', { offset: -24, unit: 'hour', startOf: null }, sunday)).toBe('2026-03-28T10:00:00Z');
  });
  it('falls back to the last day of a shorter month', () => {
    expect(value('day', { offset: -1, unit: 'month', startOf: null }, new Date('2026-03-31T10:00:00Z'))).toBe(
      '2026-02-28',
    );
  });
});

it('keeps the tree and puts literals into their own form', () => {
  const filter: FilterNode = {
    type: 'and',
    nodes: [
      { type: 'not', node: condition('delay', 'eq', literal('+007')) },
      { type: 'or', nodes: [condition('departed_at', 'eq', literal('2026-11-25T12:00:00+01:00'))] },
      condition('day', 'between', { type: 'moment', offset: -1, unit: 'day', startOf: null }, literal('2026-12-01')),
      condition('day', 'not_during', { type: 'period', period: 'current', unit: 'day', count: 1 }),
    ],
  };
  const expected: ResolvedFilter = {
    type: 'and',
    nodes: [
      { type: 'not', node: { type: 'compare', column: 'delay', dataType: 'integer', operator: 'eq', values: ['7'] } },
      {
        type: 'or',
        nodes: [
          {
            type: 'compare',
            column: 'departed_at',
            dataType: 'timestamp',
            operator: 'eq',
            values: ['2026-11-25T11:00:00Z'],
          },
        ],
      },
      { type: 'compare', column: 'day', dataType: 'date', operator: 'between', values: ['2026-11-24', '2026-12-01'] },
      { type: 'not', node: { type: 'range', column: 'day', dataType: 'date', from: '2026-11-25', to: '2026-11-26' } },
    ],
  };
  expect(resolve(filter)).toEqual(expected);
});

it.each([
  condition('nowhere', 'eq', literal('1')),
  condition('delay', 'eq', literal('x')),
  condition('delay', 'eq', { type: 'moment', offset: 0, unit: 'day', startOf: null }),
  condition('day', 'eq', { type: 'period', period: 'current', unit: 'day', count: 1 }),
  condition('day', 'during', literal('2026-11-25')),
  condition('day', 'during'),
  condition('delay', 'during', { type: 'period', period: 'current', unit: 'day', count: 1 }),
])('throws for what validation would have refused: %j', (filter) => {
  expect(() => resolve(filter)).toThrow(RangeError);
});

describe('any period', () => {
  const periods = fc.record({
    period: fc.constantFrom<('previous' | 'next')[]>('previous', 'next'),
    unit: fc.constantFrom(...CALENDAR_UNITS),
    count: fc.integer({ min: 1, max: 100 }),
  });
  const zones = fc.constantFrom(
    BERLIN,
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'America/Havana',
    'Antarctica/Troll',
    'America/Sao_Paulo',
  );
  const times = fc.date({ min: new Date('2000-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });

  it('adjoins the current unit, and the nominal time lies in that one', () => {
    fc.assert(
      fc.property(periods, zones, times, ({ period, unit, count }, zone, at) => {
        const [from, to] = range('departed_at', { period, unit, count }, at, zone)
          .split(' ')
          .map((text) => Date.parse(text)) as [number, number];
        const [start, end] = range('departed_at', { period: 'current', unit, count: 1 }, at, zone)
          .split(' ')
          .map((text) => Date.parse(text)) as [number, number];
        expect(from).toBeLessThan(to);
        expect(period === 'previous' ? to : from).toBe(period === 'previous' ? start : end);
        expect(start).toBeLessThanOrEqual(at.getTime());
        expect(end).toBeGreaterThan(at.getTime());
      }),
      { numRuns: 300 },
    );
  });
});
