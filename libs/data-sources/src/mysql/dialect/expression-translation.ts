import { joinStatements, programText, sql, type Statement } from '../../statement';
import { callOf } from './calls';
import type { QueryColumns } from './columns';
import type { DialectContext } from './dialect-context';
import { arithmetic, exact, numberLiteral, wholeNumber } from './numbers';
import { shared } from './shared-type';
import type { Expression } from './syntax';
import { asText, text, textLiteral } from './texts';
import { day, daysBetween, daysLater, extractOf, timeOfDay, wallTime } from './times';
import { isNumber, typed, type Typed } from './typed';
import { unsupported } from './unsupported';
import { valueOf, wallTimeOf } from './values';

/** Makes MySQL's expressions of PostgreSQL's. */
export class ExpressionTranslation {
  /** @param sums of the rows that a row of totals stands below, by the name of the column; null: there were only NULLs */
  constructor(
    private readonly columns: QueryColumns,
    private readonly context: DialectContext,
    private readonly sums: ReadonlyMap<string, string | null> = new Map(),
  ) {}

  typed(expression: Expression): Typed {
    switch (expression.type) {
      case 'column':
        return this.columns.value(expression);
      case 'value':
        return text(sql`${expression.value}`, this.context);
      case 'text':
        return text(textLiteral(expression.text), this.context);
      case 'number':
        return numberLiteral(expression.text);
      case 'null':
        return typed('null', sql`NULL`);
      case 'interval':
        throw unsupported('an interval');
      case 'negative': {
        const value = this.typed(expression.of);
        if (!isNumber(value) && value.type !== 'null') throw unsupported('the negative of what is no number');
        return { ...value, sql: sql`(- ${value.sql})` };
      }
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

  condition(expression: Expression): Statement {
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
        if (value.type === 'boolean' || value.type === 'null') return typed('boolean', value.sql);
        break;
      case 'timestamp':
        return wallTime(value, this.context);
      case 'date':
        return day(value, this.context);
      case 'time':
        return timeOfDay(value, this.context);
      case 'interval':
        // Only ever of a time, for PostgreSQL's to_char has none of a time.
        if (value.type === 'time') return value;
    }
    throw unsupported(`a ${value.type} as ${to}`);
  }

  private call({ name, distinct, operands }: Extract<Expression, { type: 'call' }>): Typed {
    const [first] = operands;
    if (name === 'count') return this.count(first, distinct);
    if (distinct) throw unsupported(`${name} of distinct values`);
    const sum = name === 'sum' ? this.sumOf(first) : undefined;
    if (sum !== undefined) return sum === null ? typed('null', sql`NULL`) : valueOf(sum, 'numeric', this.context);
    return callOf(name, { operands, typed: (operand) => this.typed(operand), context: this.context });
  }

  private count(of: Expression | undefined, distinct: boolean): Typed {
    if (distinct && of) return typed('integer', sql`COUNT(DISTINCT ${this.typed(of).sql})`);
    const counted = of?.type === 'column' ? this.columns.plain(of) : of && this.typed(of);
    return typed('integer', sql`COUNT(${counted?.sql ?? sql`*`})`);
  }

  /** Undefined where no row of totals is meant. */
  private sumOf(of: Expression | undefined): string | null | undefined {
    return of?.type === 'cast' && of.of.type === 'column' ? this.sums.get(of.of.name) : undefined;
  }

  private choice({ branches, otherwise }: Extract<Expression, { type: 'case' }>): Typed {
    const results = [...branches.map(({ then }) => then), ...(otherwise ? [otherwise] : [])].map((result) =>
      this.typed(result),
    );
    const choices = branches.map(
      ({ when }, index) => sql`WHEN ${this.condition(when)} THEN ${results[index]?.sql ?? sql`NULL`}`,
    );
    const rest = otherwise ? sql` ELSE ${results.at(-1)?.sql ?? sql`NULL`}` : sql``;
    return shared(results, sql`CASE ${joinStatements(choices, ' ')}${rest} END`, this.context);
  }

  private arithmetic({ operator, left, right }: Extract<Expression, { type: 'arithmetic' }>): Typed {
    const one = this.typed(left);
    if (operator === '+' && one.type === 'timestamp') return daysLater(one, this.typed(daysOf(right)));
    const other = this.typed(right);
    if (operator === '+' && one.type === 'date' && other.type === 'integer') return daysLater(one, other);
    if (operator === '-' && one.type === 'date' && other.type === 'date') return daysBetween(other, one);
    if ((operator === '/' || operator === '%') && !isNeverZero(right))
      throw unsupported('a division that may be one by 0');
    return arithmetic(operator, one, other);
  }
}

/** How often `interval '1 day'` is taken. */
function daysOf(expression: Expression): Expression {
  if (expression.type === 'arithmetic' && expression.operator === '*') {
    const { left, right } = expression;
    if (right.type === 'interval' && right.text === '1 day') return left;
  }
  throw unsupported('an interval');
}

/** MySQL gives NULL for a division by 0, where PostgreSQL ends the query. */
function isNeverZero(divisor: Expression): boolean {
  return divisor.type === 'number' ? Number(divisor.text) !== 0 : divisor.type === 'call' && divisor.name === 'nullif';
}

function not(negated: boolean): Statement {
  return programText(negated ? 'NOT ' : '');
}

function list(parts: readonly Statement[]): Statement {
  return joinStatements(parts, ', ');
}
