import { identifier, joinStatements, programText, sql, type Statement } from '#data-sources';
import type { ExpressionType, FunctionName, InfixOperator, TypedExpression } from '#domain';

/**
 * An expression in SQL, its names quoted and its values bound. Integers count in 64 bits and decimals exactly; days and times of
 * timestamps are those of the session's zone, which is the report's. Division by zero gives NULL. Each part stands there once,
 * so that the query is no longer than the expression asks for.
 */
export function expressionSql(expression: TypedExpression): Statement {
  switch (expression.kind) {
    case 'number':
      return sql`${expression.digits}::${databaseType(expression.dataType)}`;
    case 'text':
      return sql`${expression.text}::text`;
    case 'boolean':
      // Sorted by, a constant needs its type: ORDER BY takes none without.
      return programText(`${String(expression.value)}::boolean`);
    case 'null':
      return sql`NULL::${databaseType(expression.dataType)}`;
    case 'column':
      return sql`${identifier(expression.name)}::${databaseType(expression.dataType)}`;
    case 'prefix': {
      const operand = expressionSql(expression.operand);
      return expression.operator === '-' ? sql`(- ${operand})` : sql`(NOT ${operand})`;
    }
    case 'infix':
      return infixSql(expression);
    case 'null_test': {
      const operand = expressionSql(expression.operand);
      return expression.negated ? sql`(${operand} IS NOT NULL)` : sql`(${operand} IS NULL)`;
    }
    case 'case': {
      const branches = expression.branches.map(
        ({ when, then }) => sql`WHEN ${expressionSql(when)} THEN ${expressionSql(then)}`,
      );
      const otherwise = expression.otherwise === null ? sql`NULL` : expressionSql(expression.otherwise);
      return sql`(CASE ${joinStatements(branches, ' ')} ELSE ${otherwise} END)`;
    }
    case 'call':
      return callSql(expression.name, expression.arguments);
  }
}

/** Under these every value is cast, so that what the database has (a `real`, an enumeration) counts as the dataset says. */
function databaseType(type: ExpressionType): Statement {
  switch (type) {
    case 'string':
      return programText('text');
    case 'integer':
      return programText('bigint');
    case 'decimal':
      return programText('numeric');
    case 'boolean':
    case 'date':
    case 'time':
    case 'timestamp':
      return programText(type);
  }
}

type Infix = Extract<TypedExpression, { kind: 'infix' }>;

function infixSql({ operator, left: leftSide, right: rightSide }: Infix): Statement {
  if (operator === '||') return sql`(${textSql(leftSide)} || ${textSql(rightSide)})`;
  const [left, right] = [expressionSql(leftSide), expressionSql(rightSide)];
  switch (operator) {
    case '/':
      return sql`(${left}::numeric / nullif(${right}, 0))`;
    case '%':
      return sql`(${left} % nullif(${right}, 0))`;
    case '+':
    case '-':
    case '*':
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return sql`(${left} ${programText(operator)} ${right})`;
    case 'and':
    case 'or':
      return sql`(${left} ${WORDS[operator]} ${right})`;
  }
}

const WORDS: Readonly<Record<Extract<InfixOperator, 'and' | 'or'>, Statement>> = {
  and: programText('AND'),
  or: programText('OR'),
};

/** As a report writes it: booleans `true` and `false`. */
function textSql(expression: TypedExpression): Statement {
  const value = expressionSql(expression);
  return expression.dataType === 'string' ? value : sql`(${value})::text`;
}

function callSql(name: FunctionName, given: readonly TypedExpression[]): Statement {
  const values = given.map(expressionSql);
  const [first = NOTHING, second = NOTHING, third] = values;
  switch (name) {
    case 'upper':
    case 'lower':
    case 'replace':
    case 'abs':
    case 'starts_with':
    case 'greatest':
    case 'least':
    case 'coalesce':
    case 'nullif':
      return sql`${programText(name)}(${joinStatements(values, ', ')})`;
    case 'concat':
      return sql`concat(${joinStatements(given.map(textSql), ', ')})`;
    case 'trim':
      return sql`trim(${first})`;
    case 'length':
      return sql`length(${first})::bigint`;
    case 'substring':
      return third
        ? sql`substr(${first}, ${second}::int, greatest(${third}, 0)::int)`
        : sql`substr(${first}, ${second}::int)`;
    case 'contains':
      return sql`(strpos(${first}, ${second}) > 0)`;
    case 'ends_with':
      return sql`starts_with(reverse(${first}), reverse(${second}))`;
    case 'round':
      return values.length === 1
        ? sql`round(${first}::numeric)::bigint`
        : sql`round(${first}::numeric, ${second}::int)`;
    case 'floor':
    case 'ceil':
      return sql`${programText(name)}(${first}::numeric)::bigint`;
    case 'year':
      // Of an infinite day it is infinite, which no integer is; the other fields of such a day are NULL by themselves.
      return sql`extract(year FROM ${finiteDay(given[0])})::bigint`;
    case 'quarter':
    case 'month':
    case 'day':
    case 'hour':
    case 'minute':
      return sql`extract(${programText(name)} FROM ${first})::bigint`;
    case 'weekday':
      return sql`extract(isodow FROM ${first})::bigint`;
    case 'date_diff':
      return sql`(${finiteDay(given[1])} - ${finiteDay(given[0])})::bigint`;
    case 'date_add':
      return given[0]?.dataType === 'date'
        ? sql`(${first} + ${second}::int)`
        : sql`(${first} + ${second}::int * interval '1 day')`;
    case 'to_date':
      return sql`${first}::date`;
  }
}

const NOTHING = programText('NULL');

/** The day, or NULL for an infinite one, with which nothing can be computed. */
function finiteDay(day: TypedExpression | undefined): Statement {
  if (!day) return NOTHING;
  const type = databaseType(day.dataType);
  return sql`nullif(nullif(${expressionSql(day)}, 'infinity'::${type}), '-infinity'::${type})::date`;
}
