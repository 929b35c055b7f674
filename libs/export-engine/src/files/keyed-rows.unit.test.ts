import fc from 'fast-check';
import type { CopyFormat } from '#data-sources';
import { KeyedRows } from './keyed-rows';

const TEXT: CopyFormat = { type: 'text' };
const csv = (more: Partial<CopyFormat & { type: 'csv' }> = {}): CopyFormat => ({
  type: 'csv',
  delimiter: ';',
  nullText: '',
  ...more,
});

const groupsOf = (format: CopyFormat, ...pieces: string[]) => {
  const keyed = new KeyedRows(format);
  return pieces.flatMap((piece) =>
    [...keyed.groups(Buffer.from(piece))].map(({ value, begins, rows, count }) => [
      value,
      begins,
      rows.toString(),
      count,
    ]),
  );
};

describe('KeyedRows', () => {
  it('takes the key off, and tells where another begins', () => {
    expect(groupsOf(TEXT, 'N\t1\ta\nN\t2\tb\nS\t3\tc\n')).toEqual([
      ['N', true, '1\ta\n2\tb\n', 2],
      ['S', true, '3\tc\n', 1],
    ]);
  });

  it('goes on with a value that the piece before ended with', () => {
    expect(groupsOf(TEXT, 'N\t1\n', 'N\t2\nS\t3\n', 'S\t4\n')).toEqual([
      ['N', true, '1\n', 1],
      ['N', false, '2\n', 1],
      ['S', true, '3\n', 1],
      ['S', false, '4\n', 1],
    ]);
  });

  it('tells NULL from a text', () => {
    expect(groupsOf(TEXT, '\t1\n\\N\t2\n').map(([value]) => value)).toEqual(['', null]);
    expect(groupsOf(csv(), '"";1\n;2\n').map(([value]) => value)).toEqual(['', null]);
    expect(groupsOf(csv({ nullText: 'NULL' }), '"NULL";1\nNULL;2\n').map(([value]) => value)).toEqual(['NULL', null]);
  });

  it('reads values as they were before they were escaped or quoted', () => {
    expect(groupsOf(TEXT, 'a\\tb\\n\\\\\t1\n')).toEqual([['a\tb\n\\', true, '1\n', 1]]);
    expect(groupsOf(csv(), '"a;b\n""c""";"x\n"\n"a;b\n""c""";2\nd;";"\n')).toEqual([
      ['a;b\n"c"', true, '"x\n"\n2\n', 2],
      ['d', true, '";"\n', 1],
    ]);
  });

  it('loses nothing, wherever the rows are cut', () => {
    const value = fc.string({ unit: fc.constantFrom('a', '"', '\n', ';', 'ü', ' '), maxLength: 4 });
    const quoted = (text: string) => (/["\n;]/.test(text) || text === '' ? `"${text.replaceAll('"', '""')}"` : text);
    const table = fc.array(fc.tuple(fc.option(value), value), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(table, fc.infiniteStream(fc.boolean()), (rows, cuts) => {
        const lines = rows.map(([key, cell]) => `${key === null ? '' : quoted(key)};${quoted(cell)}\n`);
        const pieces = lines.reduce<string[]>((made, line) => {
          const last = made.at(-1);
          if (last === undefined || cuts.next().value) return [...made, line];
          return [...made.slice(0, -1), last + line];
        }, []);
        const groups = groupsOf(csv(), ...pieces);
        expect(groups.map(([, , text]) => text).join('')).toBe(rows.map(([, cell]) => `${quoted(cell)}\n`).join(''));
        const begun = groups.filter(([, begins]) => begins).map(([key]) => key);
        const changes = rows.map(([key]) => key).filter((key, index, all) => index === 0 || all[index - 1] !== key);
        expect(begun).toEqual(changes);
      }),
    );
  });
});
