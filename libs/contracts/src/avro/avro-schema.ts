/** The part of the Avro specification (1.11, "Schema Declaration") that a schema file may use, as JSON. */
export type AvroSchema = string | readonly AvroSchema[] | ComplexSchema;

export type ComplexSchema =
  RecordSchema | EnumSchema | ArraySchema | MapSchema | FixedSchema | { readonly type: string };

export interface RecordSchema {
  readonly type: 'record';
  readonly name: string;
  readonly namespace?: string;
  readonly doc?: string;
  readonly fields: readonly RecordField[];
}

export interface RecordField {
  readonly name: string;
  readonly doc?: string;
  readonly type: AvroSchema;
  readonly default?: unknown;
}

export interface EnumSchema {
  readonly type: 'enum';
  readonly name: string;
  readonly namespace?: string;
  readonly symbols: readonly string[];
}

export interface ArraySchema {
  readonly type: 'array';
  readonly items: AvroSchema;
}

export interface MapSchema {
  readonly type: 'map';
  readonly values: AvroSchema;
}

export interface FixedSchema {
  readonly type: 'fixed';
  readonly name: string;
  readonly namespace?: string;
  readonly size: number;
}

/** The name with its namespace, which is the enclosing one's where none is given. */
export function fullNameOf(named: { readonly name: string; readonly namespace?: string }, enclosing: string): string {
  if (named.name.includes('.')) return named.name;
  const namespace = named.namespace ?? enclosing;
  return namespace === '' ? named.name : `${namespace}.${named.name}`;
}

export function namespaceOf(fullName: string): string {
  return fullName.slice(0, Math.max(0, fullName.lastIndexOf('.')));
}

/** What a name refers to: names without a dot are of the enclosing namespace. */
export function resolveName<Named>(known: ReadonlyMap<string, Named>, name: string, enclosing: string): Named {
  const found = known.get(name) ?? known.get(`${enclosing}.${name}`);
  if (found === undefined) throw new RangeError(`the schema has no type named ${name}`);
  return found;
}
