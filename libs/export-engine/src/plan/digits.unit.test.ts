import type { Aggregate, DataType } from '#domain';
import { digitsOf } from './digits';

const of = (
  type: DataType,
  databaseType: string | null,
  aggregate: Aggregate | null = null,
  dataType = type,
): string => {
  const digits = digitsOf({ dataType, aggregate }, { type, databaseType });
  if (digits === null) return 'undeclared';
  return digits.type === 'floating' ? 'floating' : `${digits.precision},${digits.scale}`;
};

describe('digitsOf', () => {
  it.each([
    ['numeric(12,2)', '12,2'],
    ['numeric(38,38)', '38,38'],
    ['numeric(39,2)', 'undeclared'],
    ['numeric(5,-3)', '8,0'],
    ['numeric(3,5)', '5,5'],
    ['numeric(30,-10)', 'undeclared'],
    ['numeric', 'undeclared'],
    ['amount', 'undeclared'],
    ['smallint', '19,0'],
    ['real', 'floating'],
    ['double precision', 'floating'],
    ['decimal(20,4)', '20,4'],
    ['decimal(38,30) unsigned zerofill', '38,30'],
    ['decimal(65,30)', 'undeclared'],
    ['float', 'floating'],
    ['double(10,2) unsigned', 'floating'],
  ])('reads %s', (databaseType, expected) => {
    expect(of('decimal', databaseType)).toBe(expected);
  });

  it('knows what aggregates do to them', () => {
    expect(of('decimal', 'numeric(12,2)', 'sum')).toBe('38,2');
    expect(of('decimal', 'numeric(12,2)', 'max')).toBe('12,2');
    expect(of('decimal', 'numeric(12,2)', 'avg')).toBe('38,18');
    expect(of('decimal', 'numeric', 'sum')).toBe('undeclared');
    expect(of('decimal', 'numeric', 'avg')).toBe('38,18');
    expect(of('decimal', 'real', 'sum')).toBe('floating');
    expect(of('decimal', 'real', 'avg')).toBe('floating');
    expect(of('integer', 'bigint', 'sum')).toBe('38,0');
    expect(of('integer', 'bigint', 'avg', 'decimal')).toBe('38,18');
    expect(of('integer', 'bigint', 'count', 'decimal')).toBe('19,0');
  });

  it('gives an unsigned number of 64 bits a digit more', () => {
    for (const unsigned of ['bigint(20) unsigned', 'bigint unsigned', 'bigint(20) unsigned zerofill']) {
      expect(of('integer', unsigned)).toBe('20,0');
      expect(of('integer', unsigned, 'max')).toBe('20,0');
      expect(of('integer', unsigned, null, 'decimal')).toBe('20,0');
      expect(of('integer', unsigned, 'count')).toBe('undeclared');
      expect(of('integer', unsigned, 'sum')).toBe('38,0');
    }
    expect(of('integer', 'int(10) unsigned')).toBe('undeclared');
  });

  it('has none for a whole number, which is one by its type, but for one shown as a decimal', () => {
    expect(of('integer', 'bigint')).toBe('undeclared');
    expect(of('integer', 'bigint', null, 'decimal')).toBe('19,0');
    expect(digitsOf({ dataType: 'integer', aggregate: 'count' }, null)).toBeNull();
    expect(of('integer', 'bigint', null, 'string')).toBe('undeclared');
  });
});
