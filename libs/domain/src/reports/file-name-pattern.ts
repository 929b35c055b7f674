import { textFault } from './values';

/** What a pattern may have in braces. */
export const FILE_NAME_PLACEHOLDERS = ['template', 'date', 'time', 'part', 'parts', 'value'] as const;
export type FileNamePlaceholder = (typeof FILE_NAME_PLACEHOLDERS)[number];

/** A pattern of file names, cut up. */
export type FileNamePiece =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'placeholder'; readonly name: FileNamePlaceholder };

export type FileNameReading =
  | { readonly ok: true; readonly pieces: readonly FileNamePiece[] }
  /** What is wrong, as the rest of a sentence that begins with the pattern. */
  | { readonly ok: false; readonly problem: string };

/** In UTF-16 code units, placeholders included. */
export const LONGEST_FILE_NAME_PATTERN = 150;

/**
 * Reads a pattern such as `{template}_{date}_{part}-of-{parts}`. It names a file, never a folder, and has no ending: that
 * follows from the format.
 */
export function readFileNamePattern(pattern: string): FileNameReading {
  const fault = textFault(pattern);
  if (fault !== null) return wrong(fault);
  if (pattern.trim() === '') return wrong('is empty; null stands for the usual name');
  if (pattern.length > LONGEST_FILE_NAME_PATTERN) {
    return wrong(`has more than ${LONGEST_FILE_NAME_PATTERN} characters`);
  }
  if (/[/\\:*?"<>|\p{Cc}]/u.test(pattern)) {
    return wrong('must contain none of / \\ : * ? " < > | and no control character');
  }
  const pieces: FileNamePiece[] = [];
  for (const piece of pattern.split(/(\{[^{}]*\})/)) {
    if (piece.startsWith('{') && piece.endsWith('}')) {
      const name = FILE_NAME_PLACEHOLDERS.find((known) => piece === `{${known}}`);
      if (name === undefined) return wrong(`has the unknown placeholder ${piece}. There are: ${PLACEHOLDER_LIST}`);
      pieces.push({ type: 'placeholder', name });
    } else if (/[{}]/.test(piece)) {
      return wrong(`has a brace that belongs to no placeholder. There are: ${PLACEHOLDER_LIST}`);
    } else if (piece !== '') {
      pieces.push({ type: 'text', text: piece });
    }
  }
  return { ok: true, pieces };
}

const PLACEHOLDER_LIST = FILE_NAME_PLACEHOLDERS.map((name) => `{${name}}`).join(', ');

function wrong(problem: string): FileNameReading {
  return { ok: false, problem };
}
