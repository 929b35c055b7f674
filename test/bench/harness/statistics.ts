/** The middle value; of an even number of values the mean of the two in the middle. Throws `RangeError` for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError('there is no median of nothing');
  return (lower + upper) / 2;
}

/**
 * The smallest value that at least `percent` of a hundred values do not exceed (nearest rank), so always one that was
 * measured. Throws `RangeError` for no values and for a percentage outside 0 to 100.
 */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  const value = sorted[Math.max(Math.ceil((percent / 100) * sorted.length), 1) - 1];
  if (value === undefined) throw new RangeError(`there is no ${percent}th percentile of ${values.length} values`);
  return value;
}
