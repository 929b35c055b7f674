import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aggregatesOf, canConvert, operatorsOf } from './conversions';
import { AGGREGATES, DATA_TYPES, type DataType } from './data-type';
import { OPERATORS } from './filter';

const page = readFileSync(join(__dirname, '../../../../docs/concepts/templates.md'), 'utf8');

/** The rows of the Markdown table whose first header is this, cells without markup. The headers are the first row. */
function table(firstHeader: string): string[][] {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${firstHeader} `));
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
  return lines
    .slice(start, start + length)
    .filter((_, index) => index !== 1)
    .map((line) => line.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.replace(/[*`]/g, '').trim()));
}

const words = (text = ''): string[] => text.split(/[^a-z_]+/).filter((word) => word !== '');
const types = (text = ''): DataType[] =>
  words(text).filter((word): word is DataType => DATA_TYPES.includes(word as DataType));

it('lists every data type', () => {
  expect(
    table('type')
      .slice(1)
      .map(([type]) => type),
  ).toEqual(DATA_TYPES);
});

it('has the conversions as they are', () => {
  const [header = [], ...rows] = table('from ↓ to →');
  expect(header.slice(1)).toEqual(DATA_TYPES);
  expect(rows).toEqual(DATA_TYPES.map((from) => [from, ...DATA_TYPES.map((to) => (canConvert(from, to) ? '✓' : ''))]));
});

it('has the operators as they are', () => {
  const [header = [], ...rows] = table('operators');
  expect(header.slice(2).flatMap(types).sort()).toEqual([...DATA_TYPES].sort());
  for (const type of DATA_TYPES) {
    const column = header.findIndex((cell, index) => index >= 2 && types(cell).includes(type));
    const documented = rows
      .filter((row) => row[column] === '✓')
      .flatMap(([names]) => words(names?.replace(/\(.*/, '')));
    expect([type, OPERATORS.filter((name) => documented.includes(name))]).toEqual([
      type,
      OPERATORS.filter((name) => operatorsOf(type).includes(name)),
    ]);
  }
});

it('has the aggregates as they are', () => {
  const [, ...rows] = table('aggregate');
  const documented = rows.flatMap(([names, of = '']) => {
    const [every, except] = of.split(' but ');
    const having = every?.startsWith('every type')
      ? DATA_TYPES.filter((type) => !types(except).includes(type))
      : types(of);
    return words(names).map((name) => [name, having] as const);
  });
  expect(documented.map(([name]) => name)).toEqual(AGGREGATES);
  for (const [name, having] of documented) {
    expect([name, having]).toEqual([name, DATA_TYPES.filter((type) => aggregatesOf(type).some((own) => own === name))]);
  }
});
