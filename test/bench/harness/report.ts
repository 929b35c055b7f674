import type { Bench, BenchResult, Figure, Target } from './bench';
import { flagOf } from './options';

/** The table for people: figure, value, target, and whether it was met. */
export function renderTable(bench: Bench, result: BenchResult): string {
  const rows = result.figures.map((figure) => [
    figure.name,
    formatNumber(figure.value),
    figure.target ? formatTarget(figure.target) : '',
    figure.target ? (isMet(figure.value, figure.target) ? 'met' : 'missed') : '',
    figure.meaning,
  ]);
  const table = alignColumns([['figure', 'value', 'target', '', 'what it is'], ...rows], [1, 2]);
  return [`${bench.name}: ${bench.summary}`, '', ...table, '', ...result.notes.map((note) => `* ${note}`)].join('\n');
}

/** One line for machines: `{"bench":"append","figures":{"single_per_s":8812.4}}`. */
export function renderJson(bench: Bench, figures: readonly Figure[]): string {
  // Four significant decimals are more than any of these measurements can tell.
  const rounded = figures.map(({ name, value }) => [name, Math.round(value * 10_000) / 10_000]);
  return JSON.stringify({ bench: bench.name, figures: Object.fromEntries(rounded) });
}

export function renderList(benches: readonly Bench[]): string {
  return [
    'npm run bench -- NAME [options]',
    '',
    ...alignColumns(benches.map(({ name, summary }) => [`  ${name}`, summary])),
    '',
    'Options of all: --json (the figures as one JSON object on the last line), --help (the options of NAME).',
  ].join('\n');
}

export function renderHelp(bench: Bench): string {
  const options = Object.entries(bench.options).map(([key, option]) => [
    `  --${flagOf(key)} N`,
    `${option.help} (default ${formatNumber(option.default)})`,
  ]);
  return [
    `${bench.name}: ${bench.summary}`,
    '',
    ...alignColumns([...options, ['  --json', 'the figures as one JSON object on the last line']]),
  ].join('\n');
}

export function isMet(value: number, target: Target): boolean {
  return 'atLeast' in target ? value >= target.atLeast : value <= target.atMost;
}

/** `12,345`, `123.4`, `1.234`: about four digits, as many as a measurement is good for. */
export function formatNumber(value: number): string {
  const decimals = Math.abs(value) >= 1000 || Number.isInteger(value) ? 0 : Math.abs(value) >= 100 ? 1 : 2;
  return value.toLocaleString('en-GB', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

function formatTarget(target: Target): string {
  return 'atLeast' in target ? `≥ ${formatNumber(target.atLeast)}` : `≤ ${formatNumber(target.atMost)}`;
}

/** Columns two blanks apart, those numbered in `right` flush right; no blanks at the ends of lines. */
function alignColumns(rows: readonly (readonly string[])[], right: readonly number[] = []): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => (right.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
}
