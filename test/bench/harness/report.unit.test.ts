import { defineBench, type Figure } from './bench';
import { formatNumber, isMet, renderHelp, renderJson, renderList, renderTable } from './report';

const bench = defineBench({
  name: 'append',
  summary: 'events stored a second',
  options: { batchEvents: { help: 'events of a run', default: 100_000 } },
  run: () => Promise.resolve({ figures: [], notes: [] }),
});
const figures: readonly Figure[] = [
  { name: 'single_per_s', value: 8812.43219, meaning: 'appends a second' },
  { name: 'single_ratio', value: 0.951, meaning: 'to pgbench', target: { atLeast: 1 } },
  { name: 'p99_ms', value: 3.3, meaning: 'slowest of 100', target: { atMost: 100 } },
];

describe('renderTable', () => {
  it('lines up the figures with their targets, and adds the notes', () => {
    expect(renderTable(bench, { figures, notes: ['Two cores.'] }).split('\n')).toEqual([
      'append: events stored a second',
      '',
      'figure        value  target          what it is',
      'single_per_s  8,812                  appends a second',
      'single_ratio   0.95     ≥ 1  missed  to pgbench',
      'p99_ms         3.30   ≤ 100  met     slowest of 100',
      '',
      '* Two cores.',
    ]);
  });
});

describe('renderJson', () => {
  it('gives one line of flat names to numbers', () => {
    const line = renderJson(bench, figures);
    expect(line).not.toContain('\n');
    expect(JSON.parse(line)).toEqual({
      bench: 'append',
      figures: { single_per_s: 8812.4322, single_ratio: 0.951, p99_ms: 3.3 },
    });
  });
});

describe('renderList and renderHelp', () => {
  it('have a line for each bench, and for each option with its default', () => {
    expect(renderList([bench])).toContain('\n  append  events stored a second\n');
    expect(renderHelp(bench)).toContain('\n  --batch-events N  events of a run (default 100,000)\n');
  });
});

describe('isMet', () => {
  it.each([
    [1, { atLeast: 1 }, true],
    [0.999, { atLeast: 1 }, false],
    [100, { atMost: 100 }, true],
    [100.1, { atMost: 100 }, false],
  ])('%p against %p: %p', (value, target, expected) => {
    expect(isMet(value, target)).toBe(expected);
  });
});

describe('formatNumber', () => {
  it.each([
    [1_234_567.8, '1,234,568'],
    [123.45, '123.5'],
    [1.2345, '1.23'],
    [7, '7'],
    [0.001, '0.00'],
  ])('writes %p as %p', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });
});
