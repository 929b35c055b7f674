import { identifier, joinStatements, programText, sql, type Statement } from '../../statement';
import { callOf, extractOf } from './calls';
import { QueryColumns, type Catalogue } from './columns';
import type { Expression, Select, SortKey } from './syntax';
import { asResult, asText, text, wallTime, type DialectContext } from './texts';
import { exact, isNumber, refusal, typed, type SqlType, type Typed } from './typed';
import { unsupported } from './unsupported';
import { valueOf, wallTimeOf } from './values';

/**
 * A query in the SQL of MySQL 8 and MariaDB 10.6, with the sql_mode of `session-settings.ts`: it gives the same rows as PostgreSQL would, each
 * value as text. Throws `DataSourceError`: `data_source.unsupported` for what MySQL cannot do in the same way, and for columns and
 * tables that are gone.
 */
export function toMySql(select: Select, catalogue: Catalogue, context: DialectContext): Statement {
  return new Translation(new QueryColumns(select.from, catalogue, context), context).select(select);
}

/** A value, or what is cast to a type that MySQL has no word for. */
class Translation {
  constructor(
    private readonly columns: QueryColumns,
    private readonly context: DialectContext,
  ) {}

  select({ items, from, where, groupBy, orderBy, limit }: Select): Statement {
    const results = items.map((item) => asResult(this.typed(item), this.context).sql);
    const sources = from.map(({ schema, name, alias }) => sql`${identifier(schema, name)} AS ${identifier(alias)}`);
    const clauses = [
      sql`SELECT ${list(results)}`,
      ...(sources.length > 0 ? [sql`FROM ${list(sources)}`] : []),
      ...(where ? [sql`WHERE ${this.condition(where)}`] : []),
      ...(groupBy.length > 0 ? [sql`GROUP BY ${list(groupBy.map((key) => this.typed(key).sql))}`] : []),
      ...(orderBy.length > 0 ? [sql`ORDER BY ${list(orderBy.map((key) => this.sortKey(key)))}`] : []),
      ...(limit === null ? [] : [sql`LIMIT ${programText(limit)}`]),
    ];
    return joinStatements(clauses, ' ');
  }

  /** NULLs come last in both directions. MySQL takes them for the least of all. */
  private sortKey({ key, descending }: SortKey): Statement {
    const value = this.typed(key).sql;
    return descending ? sql`${value} DESC` : sql`(${value}) IS NULL, ${value}`;
  }

  private typed(expression: Expression): Typed {
    switch (expression.type) {
      case 'column':
        return this.columns.value(expression);
      case 'value':
        return text(sql`${expression.value}`, this.context);
      case 'text':
        return text(literal(expression.text), this.context);
      case 'number':
        return numberLiteral(expression.text);
      case 'null':
        return typed('null', sql`NULL`);
      case 'cast':
        return this.cast(expression);
      case 'call':
        return this.call(expression);
      case 'extract':
        return extractOf(expression.field, this.typed(expression.of));
      case 'element':
        return text(
          sql`ELT(${list([expression.at, ...expression.words].map((part) => this.typed(part).sql))})`,
          this.context,
        );
      case 'case':
        return this.choice(expression);
      case 'concatenation': {
        const parts = [expression.left, expression.right].map((part) => asText(this.typed(part), this.context).sql);
        return text(sql`CONCAT(${list(parts)})`, this.context);
      }
      case 'arithmetic':
        return this.arithmetic(expression);
      case 'not':
        return typed('boolean', sql`(NOT (${this.condition(expression.of)}))`);
      case 'logic': {
        const { operator, left, right } = expression;
        return typed('boolean', sql`(${this.condition(left)} ${programText(operator)} ${this.condition(right)})`);
      }
      case 'comparison': {
        const [left, right] = this.comparable(expression.left, expression.right);
        return typed('boolean', sql`(${left} ${programText(expression.operator)} ${right})`);
      }
      case 'like': {
        const [of, pattern] = this.comparable(expression.of, expression.pattern);
        return typed('boolean', sql`(${of} ${not(expression.negated)}LIKE ${pattern} ESCAPE '\\')`);
      }
      case 'in': {
        const items = expression.items.map((item) => this.comparable(expression.of, item));
        const [of = sql``] = items[0] ?? [];
        return typed('boolean', sql`(${of} ${not(expression.negated)}IN (${list(items.map(([, item]) => item))}))`);
      }
      case 'between': {
        const [of, low] = this.comparable(expression.of, expression.low);
        const [, high] = this.comparable(expression.of, expression.high);
        return typed('boolean', sql`(${of} BETWEEN ${low} AND ${high})`);
      }
      case 'is_null': {
        const { of, negated } = expression;
        const value = of.type === 'column' ? this.columns.plain(of) : this.typed(of);
        return typed('boolean', sql`(${value.sql} IS ${not(negated)}NULL)`);
      }
    }
  }

  private condition(expression: Expression): Statement {
    const { type, sql: condition } = this.typed(expression);
    if (type !== 'boolean') throw unsupported(`a ${type} as a condition`);
    return condition;
  }

  /** Two values that MySQL compares as PostgreSQL would. */
  private comparable(one: Expression, other: Expression): readonly [Statement, Statement] {
    const left = this.typed(one);
    const given = this.typed(other);
    // A time without a zone is one on the wall of the report's; the typed instant is moved there, so that an index serves.
    const right = left.type === 'timestamp' && given.instant !== null ? wallTimeOf(given.instant, this.context) : given;
    if (left.type !== right.type && !(isNumber(left) && isNumber(right))) {
      throw unsupported(`a comparison of a ${left.type} with a ${right.type}`);
    }
    return [left.sql, right.sql];
  }

  private cast({ of, to }: Extract<Expression, { type: 'cast' }>): Typed {
    if (of.type === 'value') return valueOf(of.value, to, this.context);
    const value = this.typed(of);
    switch (to) {
      case 'text':
        return asText(value, this.context);
      case 'numeric':
        return exact(value);
      case 'int':
      case 'bigint':
        return wholeNumber(value);
      case 'boolean':
        if (value.type === 'boolean') return value;
        break;
      case 'timestamp':
        return wallTime(value, this.context);
      case 'date':
        return value.type === 'date' ? value : typed('date', sql`DATE(${wallTime(value, this.context).sql})`);
      case 'time':
        return value.type === 'time'
          ? value
          : typed('time', sql`CAST(${wallTime(value, this.context).sql} AS TIME(6))`);
      case 'interval':
        // Only ever of a time, for PostgreSQL's to_char has none of a time.
        if (value.type === 'time') return value;
    }
    throw unsupported(`a ${value.type} as ${to}`);
  }

  private call({ name, distinct, operands }: Extract<Expression, { type: 'call' }>): Typed {
    const [first] = operands;
    if (name === 'count' && !distinct) {
      const counted = first?.type === 'column' ? this.columns.plain(first) : first && this.typed(first);
      return typed('integer', sql`COUNT(${counted?.sql ?? sql`*`})`, { integerDigits: 19 });
    }
    return callOf(name, { operands, distinct, typed: (operand) => this.typed(operand), context: this.context });
  }

  private choice({ branches, otherwise }: Extract<Expression, { type: 'case' }>): Typed {
    const results = [...branches.map(({ then }) => then), ...(otherwise ? [otherwise] : [])].map((result) =>
      this.typed(result),
    );
    const type = commonType(results.map((result) => result.type));
    const choices = branches.map(
      ({ when }, index) => sql`WHEN ${this.condition(when)} THEN ${results[index]?.sql ?? sql`NULL`}`,
    );
    const rest = otherwise ? sql` ELSE ${results.at(-1)?.sql ?? sql`NULL`}` : sql``;
    const choice = sql`CASE ${joinStatements(choices, ' ')}${rest} END`;
    return type === 'text' ? text(choice, this.context) : typed(type, choice);
  }

  private arithmetic({ operator, left, right }: Extract<Expression, { type: 'arithmetic' }>): Typed {
    const operands = [this.typed(left), this.typed(right)] as const;
    if (!operands.every(isNumber)) throw unsupported(`${operator} of what is no number`);
    const [one, other] = operands;
    const whole = operands.every(({ type }) => type === 'integer');
    if (operator === '/' || operator === '%') {
      // MySQL gives NULL for a division by 0, and other digits for one of decimals.
      if (!whole || right.type !== 'number' || Number(right.text) === 0) throw unsupported('a division');
      return typed('integer', sql`(${one.sql} ${programText(operator === '/' ? 'DIV' : '%')} ${other.sql})`);
    }
    const result = sql`(${one.sql} ${programText(operator)} ${other.sql})`;
    return typed(whole ? 'integer' : commonType(operands.map(({ type }) => type)), result);
  }
}

/** A text that is no number, or one out of range, ends the query. */
function wholeNumber(value: Typed): Typed {
  if (value.type === 'integer') return value;
  if (value.type !== 'text') throw unsupported(`a ${value.type} as a whole number`);
  const number = sql`CASE WHEN ${value.sql} REGEXP '^ *[-+]?[0-9]{1,18} *$' THEN CAST(${value.sql} AS SIGNED)
    WHEN ${value.sql} IS NOT NULL THEN ${refusal(value.sql)} END`;
  return typed('integer', number, { integerDigits: 19 });
}

function commonType(types: readonly SqlType[]): SqlType {
  const [first = 'null', ...others] = [...new Set(types.filter((type) => type !== 'null'))];
  if (others.length === 0) return first;
  const all = [first, ...others];
  if (all.every((type) => type === 'integer' || type === 'decimal')) return 'decimal';
  throw unsupported(`one column of ${all.join(' and ')}`);
}

function numberLiteral(digits: string): Typed {
  const integerDigits = (digits.split('.')[0] ?? '').length;
  return typed(digits.includes('.') ? 'decimal' : 'integer', programText(digits), { integerDigits });
}

/** A text of the program (ISO 9075-2, 5.3): quotes inside doubled, and with NO_BACKSLASH_ESCAPES no other escape. */
function literal(content: string): Statement {
  return programText(`'${content.replaceAll("'", "''")}'`);
}

function not(negated: boolean): Statement {
  return programText(negated ? 'NOT ' : '');
}

function list(parts: readonly Statement[]): Statement {
  return joinStatements(parts, ', ');
}
