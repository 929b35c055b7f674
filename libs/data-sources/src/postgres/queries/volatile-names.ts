import type { PoolClient } from 'pg';
import type { UsedName } from './query-tree';

/** Volatile only because each call gives another value: they write, wait for and reach nothing. */
const HARMLESS = ['clock_timestamp', 'gen_random_uuid', 'random', 'random_normal', 'timeofday', 'uuidv4', 'uuidv7'];

/**
 * The first of the names under which the database may find a volatile function, or null. What writes, waits, or reads files or
 * other servers must be declared volatile (https://www.postgresql.org/docs/current/xfunc-volatility.html); which of the functions of a
 * name a call means is not asked, so all of them count.
 */
export async function volatileName(client: PoolClient, names: readonly UsedName[]): Promise<UsedName | null> {
  const { rows } = await client.query<{ place: number }>(VOLATILE, [
    names.map(({ kind }) => kind),
    names.map(({ schema }) => schema),
    names.map(({ name }) => name),
    HARMLESS,
  ]);
  return names[(rows[0]?.place ?? 0) - 1] ?? null;
}

/** A call by an attribute has one argument. A cast may be written as a type or as a function. */
const VOLATILE = `
  SELECT used.place::int AS place
    FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS used(kind, schema, name, place)
    CROSS JOIN LATERAL (
      SELECT p.pronamespace AS namespace, p.oid
        FROM pg_catalog.pg_proc p
       WHERE p.proname = used.name
         AND (used.kind = 'function'
              OR used.kind = 'attribute' AND p.pronargs >= 1 AND p.pronargs - p.pronargdefaults <= 1)
      UNION ALL
      SELECT o.oprnamespace, o.oprcode
        FROM pg_catalog.pg_operator o
       WHERE used.kind = 'operator' AND o.oprname = used.name
      UNION ALL
      SELECT t.typnamespace, c.castfunc
        FROM pg_catalog.pg_type t
        JOIN pg_catalog.pg_cast c ON c.casttarget = t.oid
       WHERE used.kind IN ('type', 'function') AND t.typname = used.name) called
    JOIN pg_catalog.pg_proc p ON p.oid = called.oid AND p.provolatile = 'v'
    JOIN pg_catalog.pg_namespace n ON n.oid = called.namespace
   WHERE CASE WHEN used.schema IS NULL THEN n.nspname = ANY (pg_catalog.current_schemas(true)) ELSE n.nspname = used.schema END
     AND NOT (n.nspname = 'pg_catalog' AND p.pronamespace = n.oid AND p.proname = ANY ($4::text[]))
   ORDER BY used.place
   LIMIT 1`;
