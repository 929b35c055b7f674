/**
 * SQL text with gaps for values: `text[0]`, `values[0]`, `text[1]`, … There is always one text more than values. Text comes
 * from the program and from `identifier` alone, and from `DataSource.describeQuery`, which has vetted it; whatever else a person typed is
 * a value, and the database itself quotes it.
 */
export interface Statement {
  readonly text: readonly string[];
  readonly values: readonly string[];
}

/** A template tag: a string in a gap becomes a value, a statement is spliced in. */
export function sql(strings: TemplateStringsArray, ...gaps: readonly (string | Statement)[]): Statement {
  const text = [strings[0] ?? ''];
  const values: string[] = [];
  gaps.forEach((gap, index) => {
    const after = strings[index + 1] ?? '';
    if (typeof gap === 'string') {
      values.push(gap);
      text.push(after);
      return;
    }
    append(text, gap.text);
    values.push(...gap.values);
    append(text, [after]);
  });
  return { text, values };
}

/** The statements one after another with a text of the program between them. */
export function joinStatements(statements: readonly Statement[], separator: string): Statement {
  const text = [''];
  const values: string[] = [];
  statements.forEach((statement, index) => {
    if (index > 0) append(text, [separator]);
    append(text, statement.text);
    values.push(...statement.values);
  });
  return { text, values };
}

/** Text of the program itself, such as a number it computed; never what a person typed. */
export function programText(text: string): Statement {
  return { text: [text], values: [] };
}

/** A name of a table or column, quoted; parts are joined by dots. Throws `RangeError` for what no name can be. */
export function identifier(...parts: readonly string[]): Statement {
  return programText(parts.map(quoteIdentifier).join('.'));
}

/**
 * A delimited identifier (ISO 9075-2, 5.2): quotes around it, quotes inside doubled. A NUL would end the query's text on
 * the wire and an empty name is none, so both throw.
 */
export function quoteIdentifier(name: string): string {
  if (name === '' || name.includes('\0')) throw new RangeError('A column or table name is empty or holds a NUL.');
  return `"${name.replaceAll('"', '""')}"`;
}

/** The statement with `$1`, `$2`, … where values go: for people and tests, not for the database. */
export function statementText(statement: Statement): string {
  return statement.text.reduce((whole, part, index) => `${whole}$${index}${part}`);
}

function append(text: string[], more: readonly string[]): void {
  text.push((text.pop() ?? '') + (more[0] ?? ''), ...more.slice(1));
}
