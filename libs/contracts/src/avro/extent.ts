import { fullNameOf, namespaceOf, resolveName, type AvroSchema, type ComplexSchema } from './avro-schema';

/**
 * Finds where a value ends, and throws a `RangeError` when it does not end within the bytes. avsc reads past the end and only
 * then notices; with a damaged length it would first fill the memory, so lengths are checked before it sees the bytes.
 * Encodings as in the Avro specification, "Binary Encoding".
 */
export type Extent = (bytes: Buffer, from: number) => number;

export function extentOf(schema: AvroSchema): Extent {
  return new Extents().of(schema, '');
}

class Extents {
  readonly #named = new Map<string, Extent>();

  of(schema: AvroSchema, enclosing: string): Extent {
    if (typeof schema === 'string') return PRIMITIVES[schema] ?? resolveName(this.#named, schema, enclosing);
    if (isUnion(schema)) return union(schema.map((branch) => this.of(branch, enclosing)));
    return this.#complex(schema, enclosing);
  }

  #complex(schema: ComplexSchema, enclosing: string): Extent {
    if ('fields' in schema) {
      const fullName = fullNameOf(schema, enclosing);
      const fields: Extent[] = [];
      const extent: Extent = (bytes, from) => {
        let end = from;
        for (const field of fields) end = field(bytes, end);
        return end;
      };
      // Known by name before its fields are looked at: it may contain itself.
      this.#named.set(fullName, extent);
      for (const { type } of schema.fields) fields.push(this.of(type, namespaceOf(fullName)));
      return extent;
    }
    if ('items' in schema) return blocks(this.of(schema.items, enclosing));
    if ('values' in schema) {
      const value = this.of(schema.values, enclosing);
      return blocks((bytes, from) => value(bytes, lengthPrefixed(bytes, from)));
    }
    if ('symbols' in schema) return this.#remember(fullNameOf(schema, enclosing), choice(schema.symbols.length));
    if ('size' in schema) return this.#remember(fullNameOf(schema, enclosing), fixed(schema.size));
    return this.of(schema.type, enclosing);
  }

  #remember(fullName: string, extent: Extent): Extent {
    this.#named.set(fullName, extent);
    return extent;
  }
}

/** The end of a zigzag number. Ten bytes hold 64 bits. */
function number(bytes: Buffer, from: number): number {
  for (let end = from; end < from + 10; end++) {
    const byte = bytes[end];
    if (byte === undefined) throw truncated();
    if (byte < 0x80) return end + 1;
  }
  throw new RangeError('a number is longer than 64 bits');
}

/** The number itself; exact as far as a count or a length can reach. */
function valueOf(bytes: Buffer, from: number, end: number): number {
  let raw = 0;
  for (let index = end - 1; index >= from; index--) raw = raw * 128 + ((bytes[index] ?? 0) & 0x7f);
  return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
}

function lengthPrefixed(bytes: Buffer, from: number): number {
  const start = number(bytes, from);
  const length = valueOf(bytes, from, start);
  if (length < 0 || start + length > bytes.length) throw truncated();
  return start + length;
}

function fixed(size: number): Extent {
  return (bytes, from) => {
    if (from + size > bytes.length) throw truncated();
    return from + size;
  };
}

/** An enum's symbol. */
function choice(count: number): Extent {
  return (bytes, from) => {
    const end = number(bytes, from);
    const index = valueOf(bytes, from, end);
    if (index < 0 || index >= count) throw new RangeError(`${index} names none of ${count} symbols`);
    return end;
  };
}

function union(branches: readonly Extent[]): Extent {
  return (bytes, from) => {
    const end = number(bytes, from);
    const index = valueOf(bytes, from, end);
    const branch = branches[index];
    if (!branch) throw new RangeError(`${index} names none of ${branches.length} branches`);
    return branch(bytes, end);
  };
}

function blocks(item: Extent): Extent {
  return (bytes, from) => {
    let end = from;
    for (;;) {
      const start = end;
      end = number(bytes, start);
      let count = valueOf(bytes, start, end);
      if (count === 0) return end;
      if (count < 0) {
        count = -count;
        end = number(bytes, end); // the block's size in bytes, for whoever wants to skip it
      }
      // Each item takes a byte at least, save `null`, of which nobody makes lists.
      if (count > bytes.length - end) throw truncated();
      for (; count > 0; count--) end = item(bytes, end);
    }
  };
}

function truncated(): RangeError {
  return new RangeError('the body ends too early');
}

const PRIMITIVES: Readonly<Record<string, Extent>> = {
  null: (_bytes, from) => from,
  boolean: fixed(1),
  int: number,
  long: number,
  float: fixed(4),
  double: fixed(8),
  bytes: lengthPrefixed,
  string: lengthPrefixed,
};

function isUnion(schema: AvroSchema): schema is readonly AvroSchema[] {
  return Array.isArray(schema);
}
