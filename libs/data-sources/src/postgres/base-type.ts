import { programText, sql, type Statement } from '../statement';

/**
 * A subquery that gives `typname` of a type and whether it `is_array`. Domains count as their base.
 *
 * @param oid SQL of the program that gives the type's `oid`
 */
export function baseType(oid: string): Statement {
  return sql`(
        WITH RECURSIVE chain AS (
          SELECT t.oid, t.typname, t.typtype, t.typbasetype, t.typelem FROM pg_catalog.pg_type t WHERE t.oid = ${programText(oid)}
          UNION ALL
          SELECT t.oid, t.typname, t.typtype, t.typbasetype, t.typelem
            FROM chain JOIN pg_catalog.pg_type t ON t.oid = chain.typbasetype WHERE chain.typtype = 'd')
        SELECT typname, EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.oid = chain.typelem AND e.typarray = chain.oid) AS is_array
          FROM chain WHERE typtype <> 'd')`;
}
