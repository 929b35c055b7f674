import { joinStatements, programText, quoteIdentifier, sql, type Statement } from '#data-sources';

/**
 * What a query selects, under names that no sort key has. ORDER BY takes a bare name for that of an output column first (the
 * manual's page on SELECT), and the name of `"delay"::text` is `delay`: rows would be sorted by how the value is written, or
 * the name would be ambiguous.
 */
export function selectList(cells: readonly Statement[], sortKeys: readonly Statement[]): Statement {
  const taken = new Set(sortKeys.flatMap((key) => bareName(key) ?? []));
  if (taken.size === 0) return joinStatements(cells, ', ');
  const named = cells.map((cell, index) => {
    // A bare name is the same column as the key that has it.
    if (bareName(cell) !== null) return cell;
    let name = quoteIdentifier(`c${index}`);
    while (taken.has(name)) name = quoteIdentifier(`${name.slice(1, -1)}_`);
    return sql`${cell} AS ${programText(name)}`;
  });
  return joinStatements(named, ', ');
}

/** The statement if it is but a quoted name. */
function bareName({ text, values }: Statement): string | null {
  const [only = ''] = text;
  return values.length === 0 && /^"(?:[^"]|"")+"$/.test(only) ? only : null;
}
