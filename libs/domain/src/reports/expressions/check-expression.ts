import type { DatasetColumn, DataType } from '../data-type';
import { INTEGER_DIGITS, type InfixOperator, type TypedExpression } from './expression';
import { ExpressionFault, mistyped } from './expression-fault';
import type { ExpressionType } from './expression-type';
import { accepts, formsOf, type Signature } from './functions';
import type { PlacedExpression } from './parse-expression';

/** What a column counts as in a calculation; null: nothing can be calculated with it. */
const COLUMN_TYPES: Readonly<Record<DataType, ExpressionType | null>> = {
  string: 'string',
  integer: 'integer',
  decimal: 'decimal',
  currency: 'decimal',
  percent: 'decimal',
  boolean: 'boolean',
  date: 'date',
  time: 'time',
  timestamp: 'timestamp',
  duration: null,
  uuid: 'string',
  json: null,
  array: null,
};

/**
 * Gives each part of an expression its type, or throws `ExpressionFault` at the first one that does not fit. NULL stands only
 * where another part tells its type: as a result of a case, or as an argument of `coalesce` and its like.
 */
export function checkExpression(
  expression: PlacedExpression,
  columns: ReadonlyMap<string, DatasetColumn>,
): TypedExpression {
  return new Checker(columns).value(expression);
}

class Checker {
  constructor(private readonly columns: ReadonlyMap<string, DatasetColumn>) {}

  value(node: PlacedExpression): TypedExpression {
    switch (node.kind) {
      case 'number': {
        const whole = !node.digits.includes('.') && node.digits.length <= INTEGER_DIGITS;
        return { kind: 'number', digits: node.digits, dataType: whole ? 'integer' : 'decimal' };
      }
      case 'text':
        return { kind: 'text', text: node.text, dataType: 'string' };
      case 'boolean':
        return { kind: 'boolean', value: node.value, dataType: 'boolean' };
      case 'null':
        throw mistyped(node.at, 'NULL stands only as a result beside others. To ask for it, write "… is null".');
      case 'column':
        return this.column(node);
      case 'prefix':
        return this.prefix(node);
      case 'infix':
        return this.infix(node);
      case 'null_test': {
        const { kind, negated } = node;
        return { kind, operand: this.value(node.operand), negated, dataType: 'boolean' };
      }
      case 'case':
        return this.case(node);
      case 'call':
        return this.call(node);
    }
  }

  private column({ name, at }: Extract<PlacedExpression, { kind: 'column' }>): TypedExpression {
    const column = this.columns.get(name);
    if (!column) {
      throw new ExpressionFault('column.unknown', at, `The dataset has no column "${name.slice(0, LONGEST_QUOTED)}".`);
    }
    const dataType = COLUMN_TYPES[column.type];
    if (dataType === null) throw mistyped(at, `Nothing can be calculated with a column of type ${column.type}.`);
    return { kind: 'column', name, dataType };
  }

  private prefix({ operator, operand }: Extract<PlacedExpression, { kind: 'prefix' }>): TypedExpression {
    const typed = this.value(operand);
    const { dataType } = typed;
    switch (operator) {
      case '-':
        if (!isNumber(dataType)) throw needs('-', 'a number', dataType, operand.at);
        return { kind: 'prefix', operator, operand: typed, dataType };
      case 'not':
        return { kind: 'prefix', operator, operand: this.condition(operand, operator), dataType: 'boolean' };
    }
  }

  private infix(node: Extract<PlacedExpression, { kind: 'infix' }>): TypedExpression {
    const { kind, operator, at } = node;
    if (operator === 'and' || operator === 'or') {
      const [left, right] = [this.condition(node.left, operator), this.condition(node.right, operator)];
      return { kind, operator, left, right, dataType: 'boolean' };
    }
    const [left, right] = [this.value(node.left), this.value(node.right)];
    const parts = { kind, operator, left, right } as const;
    switch (operator) {
      case '+':
      case '-':
      case '*':
      case '%':
      case '/':
        if (!isNumber(left.dataType)) throw needs(operator, 'numbers', left.dataType, node.left.at);
        if (!isNumber(right.dataType)) throw needs(operator, 'numbers', right.dataType, node.right.at);
        return { ...parts, dataType: arithmeticType(operator, left.dataType, right.dataType) };
      case '||':
        return { ...parts, dataType: 'string' };
      case '=':
      case '<>':
      case '<':
      case '<=':
      case '>':
      case '>=':
        if (commonType(left.dataType, right.dataType) === null) {
          throw mistyped(at, `Values of types ${left.dataType} and ${right.dataType} cannot be compared.`);
        }
        return { ...parts, dataType: 'boolean' };
    }
  }

  private condition(node: PlacedExpression, where: string): TypedExpression {
    const typed = this.value(node);
    if (typed.dataType !== 'boolean') throw needs(where, 'a condition', typed.dataType, node.at);
    return typed;
  }

  private case(node: Extract<PlacedExpression, { kind: 'case' }>): TypedExpression {
    const whens = node.branches.map(({ when }) => this.condition(when, 'when'));
    const thens = node.branches.map(({ then }) => then);
    const { dataType, typed } = this.alike(node.otherwise === null ? thens : [...thens, node.otherwise], node.at);
    return {
      kind: 'case',
      branches: whens.flatMap((when, index) => {
        const then = typed[index];
        return then ? [{ when, then }] : [];
      }),
      otherwise: node.otherwise === null ? null : (typed.at(-1) ?? null),
      dataType,
    };
  }

  private call({ name, arguments: given, at }: Extract<PlacedExpression, { kind: 'call' }>): TypedExpression {
    const forms = formsOf(name);
    if (forms === 'alike') {
      if (given.length < 2 || (name === 'nullif' && given.length > 2)) {
        throw mistyped(
          at,
          `"${name}" takes ${name === 'nullif' ? '2' : '2 or more'} arguments; ${given.length} given.`,
        );
      }
      const { dataType, typed } = this.alike(given, at);
      return { kind: 'call', name, arguments: typed, dataType };
    }
    const typed = given.map((argument) => this.value(argument));
    if (forms === 'anything') {
      if (typed.length === 0) throw mistyped(at, `"${name}" takes at least one argument.`);
      return { kind: 'call', name, arguments: typed, dataType: 'string' };
    }
    const form = forms.find(({ takes }) => takes.length === typed.length);
    if (!form) throw mistyped(at, `"${name}" takes ${countsOf(forms)} arguments; ${given.length} given.`);
    typed.forEach(({ dataType }, index) => {
      const kind = form.takes[index];
      if (kind !== undefined && !accepts(kind, dataType)) {
        throw mistyped(
          given[index]?.at ?? at,
          `Argument ${index + 1} of "${name}" is ${KIND_WORDS[kind]}; this is of type ${dataType}.`,
        );
      }
    });
    const dataType = form.gives === 'first' ? (typed[0]?.dataType ?? 'string') : form.gives;
    return { kind: 'call', name, arguments: typed, dataType };
  }

  /** Parts that must be of one type, which integers and decimals share; NULLs among them are of that type as well. */
  private alike(
    nodes: readonly PlacedExpression[],
    at: number,
  ): { readonly dataType: ExpressionType; readonly typed: readonly TypedExpression[] } {
    const candidates = nodes.map((node) => ({
      at: node.at,
      typed: node.kind === 'null' ? null : this.value(node),
    }));
    let dataType: ExpressionType | null = null;
    for (const { typed, at: place } of candidates) {
      if (typed === null) continue;
      const common: ExpressionType | null = dataType === null ? typed.dataType : commonType(dataType, typed.dataType);
      if (common === null)
        throw mistyped(place, `This is of type ${typed.dataType}, but what stands beside it of type ${dataType}.`);
      dataType = common;
    }
    if (dataType === null) throw mistyped(at, 'All results are NULL, which is of no type.');
    const known = dataType;
    return { dataType, typed: candidates.map(({ typed }) => typed ?? { kind: 'null', dataType: known }) };
  }
}

const LONGEST_QUOTED = 100;

const KIND_WORDS: Readonly<Record<Signature['takes'][number], string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'an integer',
  day: 'a date or timestamp',
  clock: 'a time or timestamp',
};

function isNumber(type: ExpressionType): boolean {
  return type === 'integer' || type === 'decimal';
}

/** A quotient is exact, so it is no integer. */
function arithmeticType(operator: InfixOperator, left: ExpressionType, right: ExpressionType): ExpressionType {
  return operator !== '/' && left === 'integer' && right === 'integer' ? 'integer' : 'decimal';
}

function commonType(one: ExpressionType, other: ExpressionType): ExpressionType | null {
  if (one === other) return one;
  return isNumber(one) && isNumber(other) ? 'decimal' : null;
}

function needs(operator: string, what: string, found: ExpressionType, at: number): ExpressionFault {
  return mistyped(at, `"${operator}" needs ${what}; this is of type ${found}.`);
}

function countsOf(forms: readonly Signature[]): string {
  return forms.map(({ takes }) => takes.length).join(' or ');
}
