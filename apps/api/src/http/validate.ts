import type { z } from 'zod';
import type { ProblemItem } from './problem';
import { escapePointer } from './stored-text';

type Part = NonNullable<ProblemItem['in']>;

/** Parses one part of a request; mistakes go to the list, each with a pointer and a stable code. */
export function parsePart(schema: z.ZodType, value: unknown, part: Part, mistakes: ProblemItem[]): unknown {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  mistakes.push(...result.error.issues.flatMap((issue) => itemsOf(issue, part)));
  return undefined;
}

function itemsOf(issue: z.core.$ZodIssue, part: Part): ProblemItem[] {
  const pointer = pointerOf(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      code: 'field.unknown',
      in: part,
      pointer: `${pointer}/${escapePointer(key)}`,
      message: `There is no field "${key.slice(0, 100)}" here.`,
    }));
  }
  return [{ code: codeOf(issue), in: part, pointer, message: issue.message }];
}

function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${escapePointer(String(key))}`).join('');
}

/** Stable codes, whatever the validator calls them in its next version. */
function codeOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'field.missing' : 'value.wrong_type';
    case 'invalid_value':
    case 'invalid_union':
      return issue.input === undefined ? 'field.missing' : 'value.not_allowed';
    case 'too_small':
    case 'too_big':
    case 'not_multiple_of':
      return 'value.out_of_range';
    case 'invalid_format':
      return 'value.malformed';
    case 'unrecognized_keys':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return 'value.invalid';
  }
}
