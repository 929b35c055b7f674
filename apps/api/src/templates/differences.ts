import { escapePointer } from '../http/stored-text';

export interface Difference {
  /** JSON pointer (RFC 6901) into the newer text; into the older one where something was removed. */
  readonly pointer: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly before?: unknown;
  readonly after?: unknown;
}

/**
 * In what two JSON values differ, from the top down. In lists the items that stay at the beginning and at the end are
 * matched first, so that a column put in between shows as one that was added.
 */
export function differences(before: unknown, after: unknown, pointer = ''): Difference[] {
  if (same(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) return inLists(before, after, pointer);
  if (isObject(before) && isObject(after)) return inObjects(before, after, pointer);
  return [{ pointer, change: 'changed', before, after }];
}

type Fields = Readonly<Record<string, unknown>>;

function inObjects(before: Fields, after: Fields, pointer: string): Difference[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => {
    const at = `${pointer}/${escapePointer(key)}`;
    if (!Object.hasOwn(before, key)) return [{ pointer: at, change: 'added', after: after[key] }];
    if (!Object.hasOwn(after, key)) return [{ pointer: at, change: 'removed', before: before[key] }];
    return differences(before[key], after[key], at);
  });
}

function inLists(before: readonly unknown[], after: readonly unknown[], pointer: string): Difference[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && same(before[head], after[head])) head += 1;
  let tail = 0;
  while (tail < shorter - head && same(before.at(-1 - tail), after.at(-1 - tail))) tail += 1;
  const was = before.slice(head, before.length - tail);
  const is = after.slice(head, after.length - tail);
  const found: Difference[] = [];
  for (let place = 0; place < Math.max(was.length, is.length); place += 1) {
    const at = `${pointer}/${head + place}`;
    if (place >= was.length) found.push({ pointer: at, change: 'added', after: is[place] });
    else if (place >= is.length) found.push({ pointer: at, change: 'removed', before: was[place] });
    else found.push(...differences(was[place], is[place], at));
  }
  return found;
}

function same(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, place) => same(item, right[place]));
  }
  if (!isObject(left) || !isObject(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && same(left[key], right[key]))
  );
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
