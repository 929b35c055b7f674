/*
 * What gives DuckDB's values the text forms of PostgreSQL. `typeof` is known when a query is planned, so a macro costs no more than
 * the branch that it takes.
 */

/** As a cast to text: infinities in words, and without the zeros that a cast to `numeric` has added. */
const TEXT = String.raw`
  CREATE MACRO report_text(v) AS CASE
    WHEN typeof(v) IN ('FLOAT', 'DOUBLE') THEN CASE v::VARCHAR
      WHEN 'inf' THEN 'Infinity' WHEN '-inf' THEN '-Infinity' WHEN 'nan' THEN 'NaN'
      ELSE regexp_replace(v::VARCHAR, '\.0$', '') END
    WHEN typeof(v) IN ('DECIMAL(38,10)', 'DECIMAL(38,12)') THEN regexp_replace(v::VARCHAR, '\.?0+$', '')
    ELSE v::VARCHAR END`;

/** As a value is sent: the same, save booleans. */
const VALUE = `
  CREATE MACRO report_value(v) AS CASE
    WHEN typeof(v) = 'BOOLEAN' THEN CASE v::VARCHAR WHEN 'true' THEN 't' WHEN 'false' THEN 'f' END
    ELSE report_text(v) END`;

/** The time of day of a time or a timestamp, in the session's zone. */
const TIME = String.raw`
  CREATE MACRO report_time(v) AS
    TRY_CAST(NULLIF(regexp_extract(v::VARCHAR, '\d{2}:\d{2}:\d{2}(\.\d+)?'), '') AS TIME)`;

/** A date, timestamp or time after a pattern of strftime. */
const MOMENT = `
  CREATE MACRO report_moment(v, pattern) AS strftime(
    TRY_CAST(CASE WHEN typeof(v) = 'TIME' THEN '2000-01-01 ' || v::VARCHAR ELSE v::VARCHAR END AS TIMESTAMP), pattern)`;

const GROUPED = String.raw`
  CREATE MACRO report_grouped(digits) AS
    ltrim(reverse(regexp_replace(reverse(digits), '(\d{3})', '\1,', 'g')), ',')`;

const LAKHS = String.raw`
  CREATE MACRO report_lakhs(digits) AS
    reverse(left(reverse(digits), 3) || regexp_replace(substr(reverse(digits), 4), '(\d{1,2})', ',\1', 'g'))`;

const INTEGER_PART = `
  CREATE MACRO report_integer_part(t, least) AS CASE
    WHEN least = 0 AND split_part(t, '.', 1) = '0' THEN ''
    ELSE lpad(split_part(t, '.', 1), greatest(length(split_part(t, '.', 1)), least)::INTEGER, '0') END`;

const FRACTION = `
  CREATE MACRO report_fraction(t, least) AS
    left(split_part(t, '.', 2), least) || rtrim(substr(split_part(t, '.', 2), least + 1), '0')`;

/** A rounded decimal. Layout: least integer digits, least fraction digits, grouping (0: none, 1: thousands, 2: lakhs). */
const NUMBER = `
  CREATE MACRO report_number(v, layout) AS
    CASE WHEN v < 0 THEN '-' ELSE '' END
    || CASE WHEN layout[3] = '1' THEN report_grouped(report_integer_part(abs(v)::VARCHAR, layout[1]::BIGINT))
       WHEN layout[3] = '2' THEN report_lakhs(report_integer_part(abs(v)::VARCHAR, layout[1]::BIGINT))
       ELSE report_integer_part(abs(v)::VARCHAR, layout[1]::BIGINT) END
    || CASE WHEN report_fraction(abs(v)::VARCHAR, layout[2]::BIGINT) = '' THEN ''
       ELSE '.' || report_fraction(abs(v)::VARCHAR, layout[2]::BIGINT) END`;

/** A value in COPY's text format. @see https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2 */
const COPY_TEXT = String.raw`
  CREATE MACRO report_copy_text(v) AS COALESCE(
    replace(replace(replace(replace(report_value(v), '\', '\\'), chr(9), '\t'), chr(10), '\n'), chr(13), '\r'), '\N')`;

/** A value in COPY's csv format; `quote_all` does what `FORCE_QUOTE *` does. */
const COPY_CSV = `
  CREATE MACRO report_copy_csv(v, delimiter, null_text, quote_all) AS CASE
    WHEN report_value(v) IS NULL THEN null_text
    WHEN quote_all OR report_value(v) = null_text OR contains(report_value(v), delimiter) OR contains(report_value(v), '"')
      OR contains(report_value(v), chr(10)) OR contains(report_value(v), chr(13))
      THEN '"' || replace(report_value(v), '"', '""') || '"'
    ELSE report_value(v) END`;

/** In the order in which they use each other. */
export const MACROS: readonly string[] = [
  TEXT,
  VALUE,
  TIME,
  MOMENT,
  GROUPED,
  LAKHS,
  INTEGER_PART,
  FRACTION,
  NUMBER,
  COPY_TEXT,
  COPY_CSV,
];
