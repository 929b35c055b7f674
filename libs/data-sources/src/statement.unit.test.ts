import fc from 'fast-check';
import { identifier, joinStatements, quoteIdentifier, sql, statementText } from './statement';

describe('sql', () => {
  it('makes every string in a gap a value, and splices statements', () => {
    const inner = sql`a = ${'x'} OR b`;
    const whole = sql`SELECT ${identifier('t', 'c')} WHERE (${inner}) AND d = ${"'; DROP TABLE x; --"}`;
    expect(statementText(whole)).toBe('SELECT "t"."c" WHERE (a = $1 OR b) AND d = $2');
    expect(whole.values).toEqual(['x', "'; DROP TABLE x; --"]);
  });

  it('has one text more than values, however it is put together', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.string())), (groups) => {
        const statement = joinStatements(
          groups.map((group) =>
            joinStatements(
              group.map((value) => sql`(${value})`),
              ', ',
            ),
          ),
          ' AND ',
        );
        expect(statement.values).toEqual(groups.flat());
        expect(statement.text).toHaveLength(statement.values.length + 1);
        expect(statement.text.join('')).toBe(groups.map((group) => group.map(() => '()').join(', ')).join(' AND '));
      }),
    );
  });
});

describe('quoteIdentifier', () => {
  it('quotes, and doubles the quotes inside', () => {
    expect(quoteIdentifier('Total $ per "unit"')).toBe('"Total $ per ""unit"""');
    expect(statementText(identifier('my schema', 'a"b'))).toBe('"my schema"."a""b"');
  });

  it('never lets a name end early', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, unit: fc.constantFrom('"', "'", '\\', ';', '%', '$', 'a', ' ') }),
        (name) => {
          const quoted = quoteIdentifier(name);
          expect(quoted.slice(1, -1).replaceAll('""', '')).not.toContain('"');
          expect(quoted.slice(1, -1).replaceAll('""', '"')).toBe(name);
        },
      ),
    );
  });

  it('refuses what no name can be', () => {
    expect(() => quoteIdentifier('')).toThrow(RangeError);
    expect(() => quoteIdentifier('a\0b')).toThrow(RangeError);
  });
});
