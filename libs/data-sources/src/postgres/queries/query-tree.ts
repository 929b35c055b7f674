import type { ParsedQuery } from './query-text';

/** Something that the query has the database call, by a name that only the database can resolve. */
export interface UsedName {
  /**
   * `attribute` is the `b` of `a.b` or `(a).b`: PostgreSQL calls the function `b` with `a` if there is no such column
   * (https://www.postgresql.org/docs/current/sql-expressions.html#FIELD-SELECTION).
   */
  readonly kind: 'function' | 'attribute' | 'operator' | 'type';
  /** Null: whatever the search path finds. */
  readonly schema: string | null;
  readonly name: string;
  /** Bytes of the text before it. */
  readonly location: number;
}

/**
 * All that a query may be made of: reading, and nothing that PostgreSQL may add to its grammar. Names of nodes:
 * https://github.com/pganalyze/libpg_query/blob/18-latest/protobuf/pg_query.proto
 */
const READING = new Set(
  `SelectStmt WithClause CommonTableExpr CTESearchClause CTECycleClause ResTarget RangeVar RangeSubselect RangeFunction
  RangeTableFunc RangeTableFuncCol JoinExpr Alias SortBy WindowDef GroupingSet GroupingFunc List
  ColumnRef A_Star A_Const Integer Float Boolean String BitString A_Expr BoolExpr NullTest BooleanTest CaseExpr CaseWhen CoalesceExpr
  MinMaxExpr SubLink RowExpr A_ArrayExpr A_Indirection A_Indices FuncCall NamedArgExpr TypeCast TypeName ColumnDef CollateClause
  SQLValueFunction XmlExpr XmlSerialize JsonObjectConstructor JsonArrayConstructor JsonArrayQueryConstructor JsonAggConstructor
  JsonObjectAgg JsonArrayAgg JsonIsPredicate JsonParseExpr JsonScalarExpr JsonSerializeExpr JsonFuncExpr JsonTable
  JsonTableColumn JsonTablePathSpec JsonKeyValue JsonValueExpr JsonOutput JsonReturning JsonFormat JsonBehavior JsonArgument`.split(
    /\s+/,
  ),
);

const REASONS: Readonly<Record<string, string>> = {
  InsertStmt: 'it may only read, and INSERT writes',
  UpdateStmt: 'it may only read, and UPDATE writes',
  DeleteStmt: 'it may only read, and DELETE writes',
  MergeStmt: 'it may only read, and MERGE writes',
  LockingClause: 'it may not lock rows with FOR UPDATE or FOR SHARE',
  ParamRef: 'it may not have parameters such as $1',
  RangeTableSample: 'TABLESAMPLE is not allowed',
};

type Fields = Readonly<Record<string, unknown>>;

/**
 * Walks the whole tree. Throws `data_source.query_refused` unless all of it reads; gives each name once, in no order. It does not recurse:
 * a tree may be as deep as its text is long.
 */
export function examineTree({ tree, refusal }: ParsedQuery): readonly UsedName[] {
  const names = new Map<string, UsedName>();
  const waiting: { readonly value: unknown; readonly location: number }[] = [{ value: tree, location: 0 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, location } = next;
    if (!isFields(value)) continue;
    const here = placed(value, location);
    for (const [field, child] of Object.entries(value)) {
      const reason = isFields(child) ? reasonAgainst(field) : null;
      if (reason !== null) throw refusal(reason, placed(child, here));
      for (const used of usedBy(field, child)) {
        const name = { ...used, location: placed(child, here) };
        names.set(JSON.stringify([used.kind, used.schema, used.name]), name);
      }
      waiting.push({ value: child, location: here });
    }
  }
  return [...names.values()];
}

/** Names of nodes begin with a capital, those of fields do not. A list is an object of items here. */
function reasonAgainst(field: string): string | null {
  if (field === 'intoClause') return 'it may only read, and INTO makes a table';
  if (!/^[A-Z]/.test(field) || READING.has(field)) return null;
  return REASONS[field] ?? `only SELECT and VALUES are allowed, and this is another statement or clause (${field})`;
}

function usedBy(field: string, node: unknown): Omit<UsedName, 'location'>[] {
  if (!isFields(node)) return [];
  switch (field) {
    case 'FuncCall':
      return named('function', node['funcname']);
    case 'ColumnRef':
      // The first part names a table or column, and only the last one can be a function.
      return attributes(listOf(node['fields']).slice(1).slice(-1));
    case 'A_Indirection':
      return attributes(listOf(node['indirection']));
    case 'A_Expr':
      return isBetween(node) ? BETWEEN_OPERATORS : named('operator', node['name']);
    case 'SubLink':
      return named('operator', node['operName']);
    case 'SortBy':
      return named('operator', node['useOp']);
    case 'TypeName':
    case 'typeName':
      return named('type', node['names']);
    default:
      return [];
  }
}

/** `BETWEEN` stands in the tree as if it were an operator's name. */
const BETWEEN_OPERATORS = ['<', '<=', '>', '>='].map((name) => ({ kind: 'operator' as const, schema: null, name }));

function isBetween({ kind }: Fields): boolean {
  return typeof kind === 'string' && kind.includes('BETWEEN');
}

/** Of `database.schema.name` the last two count. */
function named(kind: UsedName['kind'], parts: unknown): Omit<UsedName, 'location'>[] {
  const texts = listOf(parts).map(textOf);
  const name = texts.at(-1);
  return typeof name === 'string' ? [{ kind, schema: texts.at(-2) ?? null, name }] : [];
}

function attributes(parts: readonly unknown[]): Omit<UsedName, 'location'>[] {
  return parts
    .map(textOf)
    .filter((name) => name !== null)
    .map((name) => ({ kind: 'attribute', schema: null, name }));
}

function textOf(node: unknown): string | null {
  const text = isFields(node) && isFields(node['String']) ? node['String']['sval'] : null;
  return typeof text === 'string' ? text : null;
}

/** Where a node is: a statement without a place of its own where the table is that it names, else where its parent is. */
function placed(node: unknown, parent: number): number {
  if (!isFields(node)) return parent;
  const { location, relation, rel } = node;
  if (typeof location === 'number') return location < 0 ? parent : location;
  return placed(relation ?? rel, parent);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
