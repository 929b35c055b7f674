import type { Relation, RelationName } from '../data-source';
import { quoteIdentifier, sql } from '../statement';
import { columnKind, type CatalogueColumn } from './column-types';
import type { ReadSession } from './read-session';

/**
 * The columns of a table or view of the connection's own database, in their order; null when there is none that the user may read. Names
 * are compared as they are written, whatever the server does.
 */
export async function columnsOf(
  session: ReadSession,
  { schema, name }: RelationName,
): Promise<readonly CatalogueColumn[] | null> {
  const found = await session.all(sql`
    SELECT CAST(TABLE_SCHEMA AS CHAR), CAST(TABLE_NAME AS CHAR), CAST(COLUMN_NAME AS CHAR), CAST(DATA_TYPE AS CHAR),
           CAST(COLUMN_TYPE AS CHAR), CAST(IS_NULLABLE AS CHAR), CAST(NUMERIC_PRECISION AS CHAR), CAST(NUMERIC_SCALE AS CHAR)
      FROM information_schema.COLUMNS
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_SCHEMA = ${schema} AND TABLE_NAME = ${name}
     ORDER BY ORDINAL_POSITION`);
  const columns = found.filter(([inSchema, ofTable]) => inSchema === schema && ofTable === name);
  if (columns.length === 0) return null;
  const json = await jsonColumns(session, { schema, name });
  return columns.map(([, , column, dataType, columnType, nullable, precision, scale]) => ({
    name: column ?? '',
    databaseType: columnType ?? '',
    kind: json.has(column ?? '') ? 'json' : columnKind(dataType ?? '', columnType ?? ''),
    nullable: nullable === 'YES',
    precision: numberOf(precision),
    scale: numberOf(scale),
  }));
}

export async function relationsOf(session: ReadSession): Promise<Relation[]> {
  const found = await session.all(sql`
    SELECT CAST(TABLE_SCHEMA AS CHAR), CAST(TABLE_NAME AS CHAR), CAST(TABLE_TYPE AS CHAR)
      FROM information_schema.TABLES
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE IN ('BASE TABLE', 'VIEW', 'SYSTEM VERSIONED')
     ORDER BY 1, 2`);
  return found.map(([schema, name, type]) => ({
    schema: schema ?? '',
    name: name ?? '',
    kind: type === 'VIEW' ? 'view' : 'table',
  }));
}

/** MariaDB keeps JSON as text with a check. MySQL has a type for it, and tells checks in another form. Names in a check are quoted as the session quotes them. */
async function jsonColumns(session: ReadSession, { schema, name }: RelationName): Promise<ReadonlySet<string>> {
  if (!session.server.isMariaDb) return new Set();
  const checks = await session.all(sql`
    SELECT CAST(CONSTRAINT_NAME AS CHAR), CAST(CHECK_CLAUSE AS CHAR) FROM information_schema.CHECK_CONSTRAINTS
     WHERE CONSTRAINT_SCHEMA = ${schema} AND TABLE_NAME = ${name} AND LEVEL = 'Column'`);
  return new Set(
    checks
      .filter(([column, clause]) => clause === `json_valid(${quoteIdentifier(column ?? '')})`)
      .map(([column]) => column ?? ''),
  );
}

function numberOf(text: string | null | undefined): number | null {
  return text === null || text === undefined ? null : Number(text);
}
