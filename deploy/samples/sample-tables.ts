/** A table of the sample database, and where its rows come from. */
export interface SampleTable {
  name: string;
  /** File of the npm package `vega-datasets`. */
  file: string;
  /** Columns for CREATE TABLE. Names stay as the file has them, spaces and all: real reporting databases look like that. */
  columns: readonly string[];
  indexes: readonly string[];
  /** The column whose dates are moved by whole weeks; films keep theirs: nobody asks for last week's classics. */
  movedColumn?: string;
  /** The rows, in DuckDB's SQL, from a relation `source` with the row number `file_row_number`, moved by `$weeks` weeks. */
  select: string;
  /** How DuckDB reads the file, given its quoted path. */
  read: (path: string) => string;
}

const moved = (column: string, type: string) => `(${column} + to_days(CAST($weeks * 7 AS INTEGER)))::${type}`;

export const flights: SampleTable = {
  name: 'flights',
  file: 'flights-3m.parquet',
  columns: [
    '"date" timestamp NOT NULL',
    'delay integer NOT NULL',
    'distance integer NOT NULL',
    'origin text NOT NULL',
    'destination text NOT NULL',
  ],
  indexes: ['"date"'],
  movedColumn: '"date"',
  select: `SELECT ${moved('date', 'TIMESTAMP')}, delay, distance, origin, destination FROM source`,
  read: (path) => `read_parquet(${path}, file_row_number = true)`,
};

const birdstrikes: SampleTable = {
  name: 'birdstrikes',
  file: 'birdstrikes.csv',
  columns: [
    '"Airport Name" text',
    '"Aircraft Make Model" text',
    '"Effect Amount of damage" text',
    '"Flight Date" date',
    '"Aircraft Airline Operator" text',
    '"Origin State" text',
    '"Phase of flight" text',
    '"Wildlife Size" text',
    '"Wildlife Species" text',
    '"Time of day" text',
    '"Cost Other" bigint',
    '"Cost Repair" bigint',
    '"Cost Total $" bigint',
    '"Speed IAS in knots" integer',
  ],
  indexes: ['"Flight Date"'],
  movedColumn: '"Flight Date"',
  select: `SELECT * EXCLUDE (file_row_number) REPLACE (${moved('"Flight Date"', 'DATE')} AS "Flight Date") FROM source`,
  read: (path) => `(SELECT *, row_number() OVER () - 1 AS file_row_number FROM read_csv(${path}))`,
};

const movies: SampleTable = {
  name: 'movies',
  file: 'movies.json',
  columns: [
    // Some titles are numbers in the file ("1408"), and one film has none.
    '"Title" text',
    '"US Gross" bigint',
    '"Worldwide Gross" bigint',
    '"US DVD Sales" bigint',
    '"Production Budget" bigint',
    '"Release Date" date',
    '"MPAA Rating" text',
    '"Running Time min" integer',
    '"Distributor" text',
    '"Source" text',
    '"Major Genre" text',
    '"Creative Type" text',
    '"Director" text',
    '"Rotten Tomatoes Rating" integer',
    '"IMDB Rating" numeric(3,1)',
    '"IMDB Votes" integer',
  ],
  indexes: ['"Release Date"'],
  // Release dates are written as "Jun 12 1998".
  select: `SELECT * EXCLUDE (file_row_number) REPLACE (
      Title->>'$' AS "Title", strptime("Release Date", '%b %d %Y')::DATE AS "Release Date"
    ) FROM source`,
  read: (path) => `(SELECT *, row_number() OVER () - 1 AS file_row_number FROM read_json(${path}))`,
};

export const sampleTables: readonly SampleTable[] = [flights, birdstrikes, movies];
