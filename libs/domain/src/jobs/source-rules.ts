import { blackoutEnd, type Blackout } from '../data-sources/blackouts';
import { millisecondsOf, toInstant } from '../instants';
import type { SourceRule } from './job-turns';

/** What the job queue knows about a data source that active datasets name, or that is registered. */
export interface SourceFacts {
  readonly name: string;
  /** Connections that each process opens at most; null: it says nothing. */
  readonly maxConnections: number | null;
  readonly blackouts: readonly Blackout[];
  /** When the pause of its open circuit is over (milliseconds since 1970); null: it is closed. */
  readonly openUntil: number | null;
}

export interface Capacity {
  /** The setting: jobs of one data source at a time; null: unset. */
  readonly perDataSource: number | null;
  /** The processes that run jobs, and how many all of them together run at a time. */
  readonly processes: number;
  readonly slots: number;
}

/**
 * The rules of each data source at an instant (milliseconds since 1970). Unless a limit is set, one data source gets half of the
 * slots, rounded up, as soon as there is another one: so however slow it is, the other half is there for the others.
 */
export function sourceRules(
  sources: readonly SourceFacts[],
  { perDataSource, processes, slots }: Capacity,
  now: number,
): ReadonlyMap<string, SourceRule> {
  const share = perDataSource ?? (sources.length > 1 ? Math.ceil(slots / 2) : Infinity);
  return new Map(
    sources.map(({ name, maxConnections, blackouts, openUntil }) => {
      const limit = Math.min(share, maxConnections === null ? Infinity : maxConnections * processes);
      const end = blackoutEnd(toInstant(now), blackouts);
      return [
        name,
        { limit: limit === Infinity ? null : limit, closedUntil: end === null ? null : millisecondsOf(end), openUntil },
      ];
    }),
  );
}
