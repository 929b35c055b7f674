/** Confluent's wire format: a zero byte, the schema's id in four bytes (big-endian), the Avro body. */
const MAGIC = 0;
const PREFIX_BYTES = 5;

/** @param schemaId 0 to 2^31 − 1 */
export function frame(schemaId: number, body: Buffer): Buffer {
  const value = Buffer.allocUnsafe(PREFIX_BYTES + body.length);
  value[0] = MAGIC;
  value.writeInt32BE(schemaId, 1);
  body.copy(value, PREFIX_BYTES);
  return value;
}

/** Throws a `RangeError` when the value is too short or begins with another byte. */
export function unframe(value: Buffer): { readonly schemaId: number; readonly body: Buffer } {
  if (value.length < PREFIX_BYTES) throw new RangeError(`a value of ${value.length} bytes has no schema id`);
  if (value[0] !== MAGIC) throw new RangeError(`the value begins with ${value[0]} where the wire format has 0`);
  return { schemaId: value.readInt32BE(1), body: value.subarray(PREFIX_BYTES) };
}
