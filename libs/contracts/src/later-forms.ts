import { DEFAULT_CSV, isSimple, type OutputOptions, type Recurrence, type SimpleRecurrence } from '#domain';

/**
 * Values of a form that came after version 1. A consumer that knows version 1 cannot read a branch that a union has got since
 * (Avro specification, "Schema Resolution"), so the newer forms stand in a field of their own, beside an old one that
 * version 1 can read. In the product both are one field.
 */
interface LaterForms {
  /** The record that has both fields, as the path to it in an event's data. */
  readonly place: readonly string[];
  /** The field that version 1 has. */
  readonly field: string;
  /** The field of the newer forms: null where the value is of an old one. */
  readonly other: string;
  readonly isOld: (value: unknown) => boolean;
  /** What stands in the old field beside a newer form. */
  readonly standIn: unknown;
}

const output = (...place: string[]): LaterForms => ({
  place,
  field: 'output',
  other: 'otherOutput',
  isOld: (value) => ['csv', 'xlsx'].includes((value as OutputOptions).format),
  standIn: DEFAULT_CSV,
});

const recurrence: LaterForms = {
  place: ['definition'],
  field: 'recurrence',
  other: 'otherRecurrence',
  isOld: (value) => isSimple(value as Recurrence),
  standIn: { type: 'minutes', every: 1440 } satisfies SimpleRecurrence,
};

/** By event type; all of them are so from their second version on. */
const LATER_FORMS: Readonly<Record<string, LaterForms>> = {
  TemplateCreated: output('definition'),
  TemplateRevised: output('definition'),
  JobRequested: output('request', 'input', 'additionalConfig'),
  ScheduleDefined: recurrence,
  ScheduleRevised: recurrence,
};

type Fields = Readonly<Record<string, unknown>>;

/** An event's data as its schema has it. */
export function withFieldsOfLaterForms(type: string, version: number, data: unknown): unknown {
  return changed(type, version, data, ({ field, other, isOld, standIn }, { [field]: value, ...rest }) =>
    isOld(value) ? { ...rest, [field]: value, [other]: null } : { ...rest, [field]: standIn, [other]: value },
  );
}

/** An event's data as the product has it: the opposite of `withFieldsOfLaterForms`. */
export function withOneField(type: string, version: number, data: unknown): unknown {
  return changed(type, version, data, ({ field, other }, { [other]: value, ...rest }) =>
    value === null ? rest : { ...rest, [field]: value },
  );
}

function changed(
  type: string,
  version: number,
  data: unknown,
  change: (forms: LaterForms, record: Fields) => Fields,
): unknown {
  const forms = version > 1 && Object.hasOwn(LATER_FORMS, type) ? LATER_FORMS[type] : undefined;
  return forms ? changedAt(forms.place, data as Fields, (record) => change(forms, record)) : data;
}

function changedAt([name, ...rest]: readonly string[], data: Fields, change: (record: Fields) => Fields): Fields {
  if (name === undefined) return change(data);
  return { ...data, [name]: changedAt(rest, data[name] as Fields, change) };
}
