import type { FieldDef, PoolClient } from 'pg';
import { DataSourceError, type DescribedQuery, type LiveColumn } from '../../data-source';
import { programText, statementText } from '../../statement';
import { baseType } from '../base-type';
import type { ReadTransaction } from '../read-transaction';
import { dataTypeOf } from '../type-mapping';
import type { ParsedQuery } from './query-text';
import type { UsedName } from './query-tree';
import { volatileName } from './volatile-names';

/**
 * Has the database say what it would call and which columns it would give, then ends the transaction. The query is not run. Throws
 * `DataSourceError` only.
 */
export async function describeIn(
  transaction: ReadTransaction,
  parsed: ParsedQuery,
  names: readonly UsedName[],
): Promise<DescribedQuery> {
  // On lines of its own, since it may end in a comment.
  const from = programText(`(\n${parsed.text}\n) AS "dataset"`);
  try {
    const columns = await transaction.run(async (client) => {
      const called = await volatileName(client, names);
      if (called) throw parsed.refusal(volatileText(called), called.location);
      // A parameter makes the driver prepare it, which PostgreSQL does for a single statement only.
      const text = `SELECT * FROM ${statementText(from)} LIMIT $1::int`;
      const { fields } = await client.query<unknown[]>({ text, values: [0], rowMode: 'array' });
      requireNames(fields, parsed);
      return liveColumns(client, fields);
    });
    return { columns, from };
  } catch (error) {
    throw asRefusal(error);
  }
}

function volatileText({ kind, schema, name }: UsedName): string {
  const called = schema === null ? name : `${schema}.${name}`;
  const hint = kind === 'attribute' ? '; if it is a column, write it without its table' : '';
  return `${called} is a volatile ${kind === 'operator' ? 'operator' : 'function'}, which may write, wait, or read elsewhere${hint}`;
}

function requireNames(fields: readonly FieldDef[], { refusal }: ParsedQuery): void {
  if (fields.length === 0) throw refusal('it gives no columns', null);
  const seen = new Set<string>();
  fields.forEach(({ name }, index) => {
    if (name === '?column?') throw refusal(`its column ${index + 1} has no name: give it one with AS`, null);
    if (seen.has(name)) throw refusal(`two of its columns have the name "${name}": rename one with AS`, null);
    seen.add(name);
  });
}

async function liveColumns(client: PoolClient, fields: readonly FieldDef[]): Promise<LiveColumn[]> {
  const { rows } = await client.query<{ databaseType: string; typeName: string; isArray: boolean }>(TYPES, [
    fields.map(({ dataTypeID }) => dataTypeID),
    fields.map(({ dataTypeModifier }) => dataTypeModifier),
  ]);
  return rows.map(({ databaseType, typeName, isArray }, index) => ({
    name: fields[index]?.name ?? '',
    databaseType,
    type: dataTypeOf(typeName, isArray),
    nullable: true,
  }));
}

const TYPES = `
  SELECT pg_catalog.format_type(f.type, f.modifier) AS "databaseType", base.typname AS "typeName", base.is_array AS "isArray"
    FROM unnest($1::oid[], $2::int[]) WITH ORDINALITY AS f(type, modifier, place)
    CROSS JOIN LATERAL ${statementText(baseType('f.type'))} base
   ORDER BY f.place`;

/** A query that the database finds fault with is a mistake of whoever wrote it, not a failure of the data source. */
function asRefusal(error: unknown): unknown {
  if (!(error instanceof DataSourceError) || error.code !== 'data_source.failed') return error;
  return new DataSourceError('data_source.query_refused', error.message, { cause: error });
}
