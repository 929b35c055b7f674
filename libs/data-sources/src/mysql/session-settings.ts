/** MariaDB and MySQL go by different names in places. */
export interface ServerKind {
  readonly isMariaDb: boolean;
  /** Collation by code points in which blanks at the end count. */
  readonly collation: string;
  /** How the replacement of a regular expression names its first group. */
  readonly firstGroup: string;
  /** The variable that limits a statement, and how many of its units are a millisecond. */
  readonly timeLimit: { readonly variable: string; readonly perMillisecond: number };
}

/** @param version as `@@version` gives it: `8.4.3`, `10.11.6-MariaDB-log` */
export function serverKindOf(version: string): ServerKind {
  return version.includes('MariaDB')
    ? {
        isMariaDb: true,
        collation: 'utf8mb4_nopad_bin',
        firstGroup: '\\1',
        timeLimit: { variable: 'max_statement_time', perMillisecond: 0.001 },
      }
    : {
        isMariaDb: false,
        collation: 'utf8mb4_0900_bin',
        firstGroup: '$1',
        timeLimit: { variable: 'max_execution_time', perMillisecond: 1 },
      };
}

/** Seconds that the server waits for a reader who is slower than it, beyond the time that a statement may take. */
const READER_PATIENCE_S = 60;

/**
 * What makes results independent of the server's own settings. Without ONLY_FULL_GROUP_BY: the statements are right by what
 * PostgreSQL demands, and MySQL does not see that through a collation. The session is in UTC, in which no hour comes twice.
 */
export function sessionSettings({ timeLimit }: ServerKind, timeoutMs: number): string {
  const settings = {
    sql_mode: "'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,NO_UNSIGNED_SUBTRACTION,STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO'",
    time_zone: "'+00:00'",
    // Digits after the point that a quotient and an average have beyond those of their numbers: the most that there can be.
    div_precision_increment: '30',
    // A lower one of the server would cut the results without a word.
    sql_select_limit: '18446744073709551615',
    net_write_timeout: String(Math.ceil(timeoutMs / 1000) + READER_PATIENCE_S),
    [timeLimit.variable]: String(Math.max(timeoutMs, 1) * timeLimit.perMillisecond),
  };
  return `SET ${Object.entries(settings)
    .map(([name, value]) => `SESSION ${name} = ${value}`)
    .join(', ')}`;
}
