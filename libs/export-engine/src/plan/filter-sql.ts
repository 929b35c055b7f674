import { identifier, joinStatements, sql, type Statement } from '#data-sources';
import type { DataType, ResolvedFilter } from '#domain';

type Comparison = Extract<ResolvedFilter, { type: 'compare' }>;

/**
 * The filter as SQL. A NULL meets no condition, negated or not, save `is_null` and its like: SQL's own three-valued logic.
 * Text is compared as it is, capitals included.
 */
export function filterSql(filter: ResolvedFilter): Statement {
  switch (filter.type) {
    case 'and':
    case 'or':
      return groupSql(filter.nodes, filter.type === 'and' ? ' AND ' : ' OR ');
    case 'not':
      return sql`NOT (${filterSql(filter.node)})`;
    case 'compare':
      return comparisonSql(filter);
    case 'range': {
      const column = operand(filter.column, filter.dataType);
      const from = literal(filter.from, filter.dataType);
      const to = literal(filter.to, filter.dataType);
      return sql`(${column} >= ${from} AND ${column} < ${to})`;
    }
  }
}

function groupSql(nodes: readonly ResolvedFilter[], operator: ' AND ' | ' OR '): Statement {
  if (nodes.length === 0) throw new RangeError('A group of the filter is empty.');
  return sql`(${joinStatements(nodes.map(filterSql), operator)})`;
}

function comparisonSql({ column: name, dataType, operator, values }: Comparison): Statement {
  const column = operand(name, dataType);
  const first = values[0] ?? '';
  const value = literal(first, dataType);
  switch (operator) {
    case 'eq':
      return sql`${column} = ${value}`;
    case 'ne':
      return sql`${column} <> ${value}`;
    case 'lt':
      return sql`${column} < ${value}`;
    case 'lte':
      return sql`${column} <= ${value}`;
    case 'gt':
      return sql`${column} > ${value}`;
    case 'gte':
      return sql`${column} >= ${value}`;
    case 'between':
      return sql`${column} BETWEEN ${value} AND ${literal(values[1] ?? '', dataType)}`;
    case 'in':
      return sql`${column} IN (${list(values, dataType)})`;
    case 'not_in':
      return sql`${column} NOT IN (${list(values, dataType)})`;
    case 'contains':
      return sql`${column} LIKE ${`%${likeLiteral(first)}%`}`;
    case 'not_contains':
      return sql`${column} NOT LIKE ${`%${likeLiteral(first)}%`}`;
    case 'starts_with':
      return sql`${column} LIKE ${`${likeLiteral(first)}%`}`;
    case 'ends_with':
      return sql`${column} LIKE ${`%${likeLiteral(first)}`}`;
    case 'is_null':
      return sql`${identifier(name)} IS NULL`;
    case 'is_not_null':
      return sql`${identifier(name)} IS NOT NULL`;
  }
}

function list(values: readonly string[], dataType: DataType): Statement {
  return joinStatements(
    values.map((value) => literal(value, dataType)),
    ', ',
  );
}

/** Whatever is a string to reports need not be text to the database: enumerations, addresses; nor need an amount be a number. */
function operand(column: string, dataType: DataType): Statement {
  if (dataType === 'string') return sql`${identifier(column)}::text`;
  return dataType === 'currency' ? sql`${identifier(column)}::numeric` : identifier(column);
}

function literal(value: string, dataType: DataType): Statement {
  switch (dataType) {
    case 'string':
    case 'json':
    case 'array':
      return sql`${value}::text`;
    case 'integer':
      return sql`${value}::bigint`;
    case 'decimal':
    case 'currency':
    case 'percent':
      return sql`${value}::numeric`;
    case 'boolean':
      return sql`${value}::boolean`;
    case 'date':
      return sql`${value}::date`;
    case 'time':
      return sql`${value}::time`;
    case 'timestamp':
      return sql`${value}::timestamptz`;
    case 'duration':
      return sql`${value}::interval`;
    case 'uuid':
      return sql`${value}::uuid`;
  }
}

/** The text as a LIKE pattern that matches it and nothing else. */
export function likeLiteral(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
