import { DEFAULT_CSV, type OutputOptions } from '#domain';

/**
 * File formats that came after version 1. A consumer that knows version 1 cannot read a branch that a union has got since
 * (Avro specification, "Schema Resolution"), so the newer formats stand in a field of their own, `otherOutput`, beside an
 * `output` with the defaults of CSV. In the product both are one `output`.
 */

/** Where events have options of a file, from their second version on. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  TemplateCreated: ['definition'],
  TemplateRevised: ['definition'],
  JobRequested: ['request', 'input', 'additionalConfig'],
};

type Fields = Readonly<Record<string, unknown>>;

/** An event's data as its schema has it. */
export function withOtherOutput(type: string, version: number, data: unknown): unknown {
  return changed(type, version, data, ({ output, ...rest }) => {
    const { format } = output as OutputOptions;
    return format === 'csv' || format === 'xlsx'
      ? { ...rest, output, otherOutput: null }
      : { ...rest, output: DEFAULT_CSV, otherOutput: output };
  });
}

/** An event's data as the product has it: the opposite of `withOtherOutput`. */
export function withOneOutput(type: string, version: number, data: unknown): unknown {
  return changed(type, version, data, ({ otherOutput, ...rest }) =>
    otherOutput === null ? rest : { ...rest, output: otherOutput },
  );
}

function changed(type: string, version: number, data: unknown, change: (config: Fields) => Fields): unknown {
  const place = version > 1 && Object.hasOwn(PLACES, type) ? PLACES[type] : undefined;
  return place ? changedAt(place, data as Fields, change) : data;
}

function changedAt([name, ...rest]: readonly string[], data: Fields, change: (config: Fields) => Fields): Fields {
  if (name === undefined) return change(data);
  return { ...data, [name]: changedAt(rest, data[name] as Fields, change) };
}
