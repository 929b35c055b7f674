import fc from 'fast-check';
import { printExpression } from '../../testing/print-expression';
import { DEEPEST_NESTING, LONGEST_EXPRESSION, MOST_NODES, type Expression } from './expression';
import { FUNCTIONS, type FunctionName } from './functions';
import { parseExpression } from './parse-expression';
import { expressionColumns, expressionFault } from './read-expression';

const printed = (source: string) => printExpression(parseExpression(source));

describe('an expression', () => {
  it.each([
    ['1 + 2 * 3', '(1 + (2 * 3))'],
    ['1 - 2 - 3', '((1 - 2) - 3)'],
    ['8 / 4 / 2 % 3', '(((8 / 4) / 2) % 3)'],
    ['(1 + 2) * 3', '((1 + 2) * 3)'],
    ['-delay * 2', '((- [delay]) * 2)'],
    ['1 - -2', '(1 - (- 2))'],
    // No comment: the second sign belongs to its operand.
    ['a -- b', '([a] - (- [b]))'],
    ["a || 'x' || b", "(([a] || 'x') || [b])"],
    ["a || 'x' = b + 1", "(([a] || 'x') = ([b] + 1))"],
    ['a or b and not c = d', '([a] or ([b] and (not ([c] = [d]))))'],
    ['not not a', '(not (not [a]))'],
    ['a = 1 and b is not null or c is null', '((([a] = 1) and ([b] is not null)) or ([c] is null))'],
    ['a + 1 is null', '(([a] + 1) is null)'],
    ['not a is null', '(not ([a] is null))'],
    ['a != b', '([a] <> [b])'],
    ['[Ticket ]] price] >= 10.50', '([Ticket ]] price] >= 10.50)'],
    ["'it''s'", "'it''s'"],
    ["''", "''"],
    ['[Größe]+größe', '([Größe] + [größe])'],
    ['CASE WHEN a THEN 1 WHEN b THEN NULL ELSE 2 END', 'case when [a] then 1 when [b] then null else 2 end'],
    ['case when a then 1 end', 'case when [a] then 1 end'],
    ['IF(a, 1, 2)', 'case when [a] then 1 else 2 end'],
    ['Round([x], 2)', 'round([x], 2)'],
    ['concat( )', 'concat()'],
    ['TRUE AND FALSE', '(true and false)'],
    ['nulls', '[nulls]'],
    [' \n\t1 ', '1'],
  ])('%s is read as %s', (source, tree) => {
    expect(printed(source)).toBe(tree);
  });

  it('knows where its parts stand', () => {
    expect(parseExpression(' a + b')).toMatchObject({ at: 3, left: { at: 1 }, right: { at: 5 } });
  });

  it('tells the columns that it reads, each once', () => {
    expect(expressionColumns('if(a is null, [b c], upper(a) || d)')).toEqual(['a', 'b c', 'd']);
    expect(expressionColumns('a +')).toEqual([]);
  });

  it.each([
    ['', 'At character 1: Here the expression ends, where a value is needed.'],
    ['1 +', 'At character 4: Here the expression ends, where a value is needed.'],
    ['1 + + 2', 'At character 5: Here "+" stands, where a value is needed.'],
    ['1 2', 'At character 3: Here "2" stands, where an operator or the end is needed.'],
    ['(1', 'At character 3: Here the expression ends, where ")" is needed.'],
    ['1)', 'At character 2: Here ")" stands, where an operator or the end is needed.'],
    ['then', 'At character 1: Here "then" stands, where a value is needed.'],
    ['case 1 end', 'At character 6: Here "1" stands, where "when" is needed.'],
    ['case when a end', 'At character 13: Here "end" stands, where "then" is needed.'],
    ['a is 1', 'At character 6: Here "1" stands, where "null" is needed.'],
    ["'abc", "At character 1: The text that begins here has no end: close it with '."],
    ['[abc', 'At character 1: The column name that begins here has no end: close it with ].'],
    [
      'a = "b"',
      "At character 5: A text stands in single quotes, 'like this', and a column name in brackets, [like this].",
    ],
    ['a; b', 'At character 2: ";" has no meaning here.'],
    ['1e5', 'At character 2: Here "e5" stands, where an operator or the end is needed.'],
    ['if(a, 1)', 'At character 1: "if" takes 3 arguments, condition, then and else; 2 are given.'],
    ['round(1,)', 'At character 9: Here ")" stands, where a value is needed.'],
    ['1'.repeat(39), 'At character 1: A number has at most 38 digits.'],
  ])('%s is refused', (source, message) => {
    expect(expressionFault(source)).toEqual({ ok: false, code: 'expression.invalid', message });
  });

  it.each(['pg_sleep(1)', 'constructor(1)', 'toString()', 'set_config(a)'])(
    'has no function but its own: %s',
    (source) => {
      expect(expressionFault(source)?.message).toMatch(
        /^At character 1: There is no function ".*"\. There are: if, upper, /,
      );
    },
  );

  it('is neither too long, nor too large, nor too deep', () => {
    expect(expressionFault(' '.repeat(LONGEST_EXPRESSION) + '1')?.message).toContain('4000 characters');
    const sum = (count: number) => Array.from({ length: count }, () => '1').join('+');
    expect(expressionFault(sum((MOST_NODES + 1) / 2))).toBeNull();
    expect(expressionFault(sum(MOST_NODES / 2 + 1))?.message).toContain('500 parts');
    const nested = (depth: number) => '('.repeat(depth) + '1' + ')'.repeat(depth);
    expect(expressionFault(nested(DEEPEST_NESTING - 1))).toBeNull();
    expect(expressionFault(nested(DEEPEST_NESTING))?.message).toContain('40 levels');
    expect(expressionFault('not '.repeat(LONGEST_EXPRESSION / 5) + 'a')?.message).toContain('40 levels');
  });
});

type Tree = Expression<unknown>;

const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });
const trees = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, depthIdentifier: 'tree' },
    fc.record({ kind: fc.constant('number' as const), digits: fc.stringMatching(/^\d{1,9}(\.\d{1,9})?$/) }),
    fc.record({ kind: fc.constant('text' as const), text: fc.string({ unit: 'grapheme' }) }),
    fc.record({ kind: fc.constant('boolean' as const), value: fc.boolean() }),
    fc.constant({ kind: 'null' as const }),
    fc.record({ kind: fc.constant('column' as const), name: word }),
    fc.record({
      kind: fc.constant('prefix' as const),
      operator: fc.constantFrom('-' as const, 'not' as const),
      operand: tie('tree'),
    }),
    fc.record({
      kind: fc.constant('infix' as const),
      operator: fc.constantFrom(
        ...(['+', '-', '*', '/', '%', '||', '=', '<>', '<', '<=', '>', '>=', 'and', 'or'] as const),
      ),
      left: tie('tree'),
      right: tie('tree'),
    }),
    fc.record({ kind: fc.constant('null_test' as const), operand: tie('tree'), negated: fc.boolean() }),
    fc.record({
      kind: fc.constant('case' as const),
      branches: fc.array(fc.record({ when: tie('tree'), then: tie('tree') }), { minLength: 1, maxLength: 2 }),
      otherwise: fc.option(tie('tree')),
    }),
    fc.record({
      kind: fc.constant('call' as const),
      name: fc.constantFrom(...(Object.keys(FUNCTIONS) as FunctionName[])),
      arguments: fc.array(tie('tree'), { maxLength: 3 }),
    }),
  ),
})).tree;

/** The tree without the places of its nodes, which depend on how it is written. */
function withoutPlaces(tree: object): unknown {
  return JSON.parse(JSON.stringify(tree, (key, value: unknown) => (key === 'at' ? undefined : value)));
}

it('printed and read again is the same tree', () => {
  fc.assert(
    fc.property(trees, (tree) => {
      const source = printExpression(tree);
      fc.pre(!/ at most/.test(expressionFault(source)?.message ?? ''));
      expect(withoutPlaces(parseExpression(source))).toEqual(withoutPlaces(tree as object));
    }),
  );
});

it('whatever is written, it is read or refused with a place inside of it', () => {
  const pieces = fc.constantFrom(
    'a',
    '1',
    '(',
    ')',
    '+',
    '-',
    "'",
    '[',
    ']',
    'case',
    'when',
    'is',
    'not',
    'null',
    ',',
    'if(',
    ' ',
    '😀',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
      const source = parts.join('');
      const at = Number(/^At character (\d+): /.exec(expressionFault(source)?.message ?? 'At character 1: ')?.[1]);
      expect(at).toBeGreaterThanOrEqual(1);
      expect(at).toBeLessThanOrEqual(source.length + 1);
    }),
  );
});
