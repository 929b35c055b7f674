import { isDeepStrictEqual } from 'node:util';

type Fields = Readonly<Record<string, unknown>>;

export interface ChangedFields {
  /** Null when there was nothing before. */
  readonly before: Fields | null;
  readonly after: Fields | null;
}

/** The top-level fields in which two states differ, as they were and as they are. */
export function changedFields(before: object, after: object): ChangedFields {
  const was = before as Fields;
  const is = after as Fields;
  const changed = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter(
    (field) => was[field] !== is[field] && !isDeepStrictEqual(was[field], is[field]),
  );
  return { before: pick(was, changed), after: pick(is, changed) };
}

function pick(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(names.filter((name) => name in fields).map((name) => [name, fields[name]]));
}
