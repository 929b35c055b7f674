import { Type, type Schema } from 'avsc';
import type { RecordSchema } from './avro-schema';
import { extentOf } from './extent';
import { jsonShapeOf } from './json-shape';

/** Plain JSON objects to Avro's binary form and back, by one schema. Exact: `decode(encode(json))` equals the JSON. */
export interface AvroCodec {
  /** Throws an error when the JSON is not what the schema describes; a field too many is an error as well. */
  encode(json: unknown): Buffer;
  /** Throws an error when the bytes are no value of the schema, or more than one. */
  decode(body: Buffer): unknown;
}

export function avroCodec(schema: RecordSchema): AvroCodec {
  const type = avroType(schema);
  const shape = jsonShapeOf(schema);
  const requireWhole = wholeOf(schema);
  return {
    encode: (json) => type.toBuffer(shape.toAvro(json)),
    decode(body) {
      requireWhole(body);
      return shape.toJson(type.fromBuffer(body));
    },
  };
}

/**
 * Reads what another version's schema wrote as a value of ours (Avro specification, "Schema Resolution"). Throws an error
 * when the two do not go together.
 */
export function avroReader(writer: RecordSchema, reader: RecordSchema): (body: Buffer) => unknown {
  const writerType = avroType(writer);
  const readerType = avroType(reader);
  const resolver = readerType.createResolver(writerType);
  const shape = jsonShapeOf(reader);
  const requireWhole = wholeOf(writer);
  return (body) => {
    requireWhole(body);
    return shape.toJson(readerType.fromBuffer(body, resolver));
  };
}

function avroType(schema: RecordSchema): Type {
  // avsc's type of a schema is mutable, ours is not. `auto` names the branch of unions with several records only.
  return Type.forSchema(schema as unknown as Schema, { wrapUnions: 'auto' });
}

function wholeOf(schema: RecordSchema): (body: Buffer) => void {
  const extent = extentOf(schema);
  return (body) => {
    const end = extent(body, 0);
    if (end !== body.length) throw new RangeError(`${body.length - end} bytes follow the value`);
  };
}
