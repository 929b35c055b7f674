/** Late occurrences are requested in turns, so that they spread over the minute. */
export interface Turn {
  readonly occurrences: number;
  /** Until the next turn. */
  readonly milliseconds: number;
}

const MINUTE_MS = 60_000;
/** More turns a minute would only cost more. */
const MOST_TURNS = 60;

/** The turns by which at most so many occurrences (at least 1) are requested in any minute, and hardly fewer. */
export function turnOf(perMinute: number): Turn {
  const occurrences = Math.max(1, Math.floor(perMinute / MOST_TURNS));
  const turns = Math.floor(perMinute / occurrences);
  return { occurrences, milliseconds: Math.ceil(MINUTE_MS / turns) };
}
