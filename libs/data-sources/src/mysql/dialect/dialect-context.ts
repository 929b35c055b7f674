/** What texts and zones of a query depend on. */
export interface DialectContext {
  /** Collation by code points in which blanks at the end count; the two servers call theirs differently. */
  readonly collation: string;
  /** How the replacement of a regular expression names its first group: `\1` to MariaDB, `$1` to MySQL. */
  readonly firstGroup: string;
  /** IANA zone of the report. */
  readonly timeZone: string;
}
