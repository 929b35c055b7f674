import { statementText, type Statement } from '../statement';

/** SQL for DuckDB, with the values of its `$1`, `$2`, … */
export interface DuckDbQuery {
  readonly text: string;
  readonly values: string[];
}

/**
 * Makes DuckDB's SQL of PostgreSQL's, as far as reports use it: what differs in types, patterns and text forms becomes a call of a
 * macro (`duckdb-macros.ts`). Names and values are left as they are.
 */
export function toDuckDb(statement: Statement): DuckDbQuery {
  const translation = new Translation(statement.values);
  for (const [token] of statementText(statement).matchAll(TOKENS)) translation.take(token);
  return translation.query();
}

/** Quoted name, quoted text, place of a value, cast, word, white space, anything else. */
const TOKENS = /"(?:[^"]|"")*"|'(?:[^']|'')*'|\$\d+|::\s*[a-z]\w*|\w+|\s+|[^]/gi;

/** Exact up to 28 integer digits; DuckDB's own `numeric` has 15. */
const DECIMAL = 'DECIMAL(38, 10)';

interface Call {
  readonly name: string;
  /** Where it begins in the output. */
  readonly start: number;
  /** Where the last value within it stands. */
  value: number | null;
}

class Translation {
  private readonly out: string[] = [];
  private readonly calls: Call[] = [];
  private readonly values: string[];
  /** Where what a cast is applied to begins in the output. */
  private operand = 0;
  private afterLike = false;
  private lastWord: number | null = null;

  constructor(values: readonly string[]) {
    this.values = [...values];
  }

  query(): DuckDbQuery {
    return { text: this.out.join(''), values: this.values };
  }

  take(token: string): void {
    const word = this.lastWord;
    // What follows a blank is no call: `SELECT (…)`, `AND (…)`.
    this.lastWord = null;
    if (token.startsWith('::')) this.cast(token.slice(2).trim().toLowerCase());
    else if (token.startsWith('$')) this.value(token);
    else if (token === '(') this.open(word);
    else if (token === ')') this.close();
    else this.plain(token);
  }

  private plain(token: string): void {
    const qualified = this.out.at(-1) === '.';
    this.out.push(token);
    if (/^["'\w]/.test(token) && !qualified) this.operand = this.out.length - 1;
    if (/^\w/.test(token)) {
      this.lastWord = this.out.length - 1;
      this.afterLike = token.toUpperCase() === 'LIKE';
    }
  }

  private value(token: string): void {
    const place = this.out.push(token) - 1;
    this.operand = place;
    const call = this.calls.at(-1);
    if (call) call.value = place;
    // PostgreSQL's default.
    if (this.afterLike) this.out.push(` ESCAPE '\\'`);
    this.afterLike = false;
  }

  private open(word: number | null): void {
    const start = word ?? this.out.length;
    this.calls.push({ name: word === null ? '' : (this.out[word] ?? '').toLowerCase(), start, value: null });
    this.out.push('(');
  }

  private close(): void {
    const call = this.calls.pop();
    if (call?.name === 'to_char' && call.value !== null) this.format(call.start, call.value);
    this.out.push(')');
    this.operand = call?.start ?? 0;
  }

  private cast(type: string): void {
    switch (type) {
      case 'numeric':
        this.out.push(`::${DECIMAL}`);
        break;
      case 'text':
        this.wrap('report_text');
        break;
      case 'time':
        this.wrap('report_time');
        break;
      case 'interval':
        // Only ever of a time, for PostgreSQL's to_char has none of a time.
        if (!this.out[this.operand]?.startsWith('report_time(')) this.out.push('::interval');
        break;
      default:
        this.out.push(`::${type}`);
    }
  }

  private wrap(macro: string): void {
    this.out[this.operand] = `${macro}(${this.out[this.operand] ?? ''}`;
    this.out.push(')');
  }

  /** `to_char(…, pattern)` of a number or a moment. The pattern is a value, and means the same in other words here. */
  private format(start: number, place: number): void {
    const index = Number(this.out[place]?.slice(1)) - 1;
    const pattern = this.values[index] ?? '';
    const number = numberPattern(pattern);
    this.out[start] = number ? 'report_number' : 'report_moment';
    if (number) {
      this.out[place] = `CAST(${this.out[place] ?? ''} AS VARCHAR[])`;
      this.values[index] = number;
    } else {
      this.values[index] = momentPattern(pattern);
    }
  }
}

/** `FM9,990.09` as the list that `report_number` takes; null for what is no pattern of a number. */
function numberPattern(pattern: string): string | null {
  const parts = /^FM([9,]*)([0,]*)(?:\.(0*)(9*))?$/.exec(pattern);
  if (!parts) return null;
  const [, , zeros = '', fraction = ''] = parts;
  return `[${zeros.replaceAll(',', '').length}, ${fraction.length}, ${groupingOf(pattern)}]`;
}

/** 0: none, 1: by thousands, 2: as lakhs, 12,34,567. */
function groupingOf(pattern: string): number {
  if (!pattern.includes(',')) return 0;
  return /,[90]{2},/.test(pattern) ? 2 : 1;
}

const MOMENT_FIELDS: Readonly<Record<string, string>> = {
  YYYY: '%Y',
  YY: '%y',
  MM: '%m',
  FMMM: '%-m',
  DD: '%d',
  FMDD: '%-d',
  HH24: '%H',
  FMHH24: '%-H',
  HH12: '%I',
  FMHH12: '%-I',
  MI: '%M',
  SS: '%S',
  MS: '%g',
};

/** Text in quotes, in which a backslash is before a quote or itself; fields, longest first; what strftime would take for a field. */
const MOMENT_TOKENS = /"((?:[^"\\]|\\.)*)"|YYYY|YY|FMMM|FMDD|FMHH24|FMHH12|MM|DD|HH24|HH12|MI|MS|SS|%/g;

/** `YYYY-MM-DD"T"HH24:MI` as `%Y-%m-%dT%H:%M`. */
function momentPattern(pattern: string): string {
  return pattern.replaceAll(MOMENT_TOKENS, (part, literal: string | undefined) =>
    literal === undefined
      ? (MOMENT_FIELDS[part] ?? '%%')
      : literal.replaceAll(/\\(["\\])/g, '$1').replaceAll('%', '%%'),
  );
}
