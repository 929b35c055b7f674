/** A JSON text nested deeper than this is nobody's report. */
const MAX_DEPTH = 100;

export interface TextProblem {
  readonly code: 'text.nul' | 'text.ill_formed' | 'body.too_deep';
  readonly pointer: string;
  readonly message: string;
}

/**
 * Finds what PostgreSQL cannot store: NUL characters and lone surrogates, in values and in keys. It walks without
 * recursion, for a small body can be nested deeper than the stack is.
 */
export function findUnstorableText(value: unknown): TextProblem | null {
  const rest: { value: unknown; pointer: string; depth: number }[] = [{ value, pointer: '', depth: 0 }];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const { pointer, depth } = next;
    if (typeof next.value === 'string') {
      const problem = problemOfText(next.value, pointer);
      if (problem) return problem;
    } else if (typeof next.value === 'object' && next.value !== null) {
      if (depth >= MAX_DEPTH) {
        return { code: 'body.too_deep', pointer, message: `The body may be nested ${MAX_DEPTH} levels deep.` };
      }
      for (const [key, part] of Object.entries(next.value)) {
        const problem = problemOfText(key, pointer);
        if (problem) return problem;
        rest.push({ value: part, pointer: `${pointer}/${escapePointer(key)}`, depth: depth + 1 });
      }
    }
  }
  return null;
}

/** A key as a token of a JSON pointer (RFC 6901, 3). */
export function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function problemOfText(text: string, pointer: string): TextProblem | null {
  if (text.includes('\0')) return { code: 'text.nul', pointer, message: 'A text may not hold a NUL character.' };
  if (!text.isWellFormed()) {
    return { code: 'text.ill_formed', pointer, message: 'A text may not hold half of a surrogate pair.' };
  }
  return null;
}
