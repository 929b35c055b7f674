import { fullNameOf, namespaceOf, resolveName, type AvroSchema, type RecordSchema } from './avro-schema';

/**
 * Our events are plain JSON, in which a union's branch is known by a field such as `type`. avsc wants the branch named from
 * outside (`{ "report_scheduler.job.CsvOptions": {…} }`) where a union has several records, and reads records as instances
 * of its own classes. A shape goes from the one form to the other, and refuses what the schema would silently drop.
 */
export interface JsonShape {
  /** Throws a `TypeError` for a record with fields too many or too few and for a union of which no branch fits. */
  toAvro(json: unknown): unknown;
  toJson(avro: unknown): unknown;
}

type Fields = Readonly<Record<string, unknown>>;

interface RecordShape extends JsonShape {
  readonly fullName: string;
  /** Fields that can hold but one text, by which a union knows the branch. */
  readonly tags: ReadonlyMap<string, string>;
  readonly fieldNames: readonly string[];
}

const asItIs = (value: unknown): unknown => value;
const AS_IS: JsonShape = { toAvro: asItIs, toJson: asItIs };

/** avsc writes greater numbers as others, without a word. */
const GREATEST_LONG = 2 ** 52 - 1;
const LONG: JsonShape = {
  toAvro(json) {
    if (typeof json !== 'number' || Math.abs(json) <= GREATEST_LONG) return json;
    throw new TypeError(`${json} is beyond ${GREATEST_LONG}, the greatest number that can be written`);
  },
  toJson: asItIs,
};

export function jsonShapeOf(schema: AvroSchema): JsonShape {
  return new Shapes().of(schema, '');
}

class Shapes {
  readonly #named = new Map<string, JsonShape>();
  readonly #symbols = new Map<string, readonly string[]>();

  of(schema: AvroSchema, enclosing: string): JsonShape {
    if (typeof schema === 'string') return PRIMITIVES.get(schema) ?? resolveName(this.#named, schema, enclosing);
    if (isUnion(schema)) return this.#union(schema, enclosing);
    if ('fields' in schema) return this.#record(schema, enclosing);
    if ('items' in schema) return arrayShape(this.of(schema.items, enclosing));
    if ('symbols' in schema) {
      const fullName = fullNameOf(schema, enclosing);
      this.#symbols.set(fullName, schema.symbols);
      this.#named.set(fullName, AS_IS);
      return AS_IS;
    }
    const primitive = PRIMITIVES.get(schema.type);
    if (primitive) return primitive;
    throw new RangeError(`events have no values of the type ${schema.type}`);
  }

  #record(schema: RecordSchema, enclosing: string): RecordShape {
    const fullName = fullNameOf(schema, enclosing);
    const namespace = namespaceOf(fullName);
    const fieldNames = schema.fields.map(({ name }) => name);
    const tags = new Map<string, string>();
    const shapes: JsonShape[] = [];
    /** Fields whose JSON is another value than that of avsc. */
    const changing: [name: string, field: JsonShape][] = [];
    const shape: RecordShape = {
      fullName,
      tags,
      fieldNames,
      toAvro(json) {
        const record = requireRecord(json, fullName, fieldNames);
        const avro: Record<string, unknown> = {};
        for (let index = 0; index < fieldNames.length; index++) {
          const name = fieldNames[index] as string;
          avro[name] = (shapes[index] as JsonShape).toAvro(record[name]);
        }
        return avro;
      },
      toJson(avro) {
        // A copy of the whole and then what differs: field by field takes twice as long.
        const json: Record<string, unknown> = { ...(avro as Fields) };
        for (const [name, field] of changing) json[name] = field.toJson(json[name]);
        return json;
      },
    };
    // Known by name before its fields are looked at: it may contain itself.
    this.#named.set(fullName, shape);
    for (const { name, type } of schema.fields) {
      const field = this.of(type, namespace);
      shapes.push(field);
      if (field.toJson !== asItIs) changing.push([name, field]);
      const symbols = this.#symbolsOf(type, namespace);
      if (symbols?.length === 1 && symbols[0] !== undefined) tags.set(name, symbols[0]);
    }
    return shape;
  }

  #symbolsOf(type: AvroSchema, namespace: string): readonly string[] | undefined {
    if (typeof type === 'string') return this.#symbols.get(type) ?? this.#symbols.get(`${namespace}.${type}`);
    return 'symbols' in type ? type.symbols : undefined;
  }

  #union(schema: readonly AvroSchema[], enclosing: string): JsonShape {
    const branches = schema.map((branch) => this.of(branch, enclosing));
    const records = branches.filter((branch): branch is RecordShape => 'fieldNames' in branch);
    if (records.length > 1) return unionOfRecords(records);
    const [only, ...others] = branches.filter((branch) => branch !== AS_IS);
    if (only === undefined) return AS_IS;
    const values = schema.filter((branch) => branch !== 'null');
    if (others.length > 0 || (only !== LONG && values.length > 1)) {
      throw new RangeError('events have no unions of a record or a list with anything but null');
    }
    return {
      toAvro: (json) => (json === null ? null : only.toAvro(json)),
      toJson: only.toJson === asItIs ? asItIs : (avro) => (avro === null ? null : only.toJson(avro)),
    };
  }
}

function unionOfRecords(branches: readonly RecordShape[]): JsonShape {
  const byName = new Map(branches.map((branch) => [branch.fullName, branch]));
  return {
    toAvro(json) {
      if (json === null) return null;
      const branch = branches.find((candidate) => fits(candidate, json));
      if (!branch) throw new TypeError(`no branch of ${[...byName.keys()].join(', ')} fits`);
      return { [branch.fullName]: branch.toAvro(json) };
    },
    toJson(avro) {
      if (avro === null) return null;
      for (const name in avro as Fields) return byName.get(name)?.toJson((avro as Fields)[name]);
      throw new TypeError(`a value of none of ${[...byName.keys()].join(', ')}`);
    },
  };
}

/** By its tags when it has some, else by the fields that are there. */
function fits({ tags, fieldNames }: RecordShape, json: unknown): boolean {
  if (typeof json !== 'object' || json === null) return false;
  if (tags.size === 0) return fieldNames.every((name) => name in json);
  for (const [name, symbol] of tags) if ((json as Fields)[name] !== symbol) return false;
  return true;
}

function requireRecord(json: unknown, fullName: string, fieldNames: readonly string[]): Fields {
  if (typeof json !== 'object' || json === null) throw new TypeError(`${fullName} is no object`);
  let count = 0;
  for (const name in json) {
    if (!fieldNames.includes(name)) throw new TypeError(`${fullName} has no field ${name}`);
    count += 1;
  }
  if (count === fieldNames.length) return json as Fields;
  throw new TypeError(`${fullName} lacks ${fieldNames.filter((name) => !(name in json)).join(', ')}`);
}

function arrayShape(items: JsonShape): JsonShape {
  if (items === AS_IS) return AS_IS;
  return {
    toAvro(json) {
      if (!Array.isArray(json)) throw new TypeError('a list is wanted');
      return json.map((item) => items.toAvro(item));
    },
    toJson: (avro) => (avro as readonly unknown[]).map((item) => items.toJson(item)),
  };
}

const PRIMITIVES: ReadonlyMap<string, JsonShape> = new Map([
  ['null', AS_IS],
  ['boolean', AS_IS],
  ['int', AS_IS],
  ['long', LONG],
  ['float', AS_IS],
  ['double', AS_IS],
  ['bytes', AS_IS],
  ['string', AS_IS],
]);

function isUnion(schema: AvroSchema): schema is readonly AvroSchema[] {
  return Array.isArray(schema);
}
