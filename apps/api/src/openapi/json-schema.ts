import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;

/** Collects the JSON Schemas (draft 2020-12) of what has an id as components; everything else stays in place. */
export class Components {
  readonly schemas: Record<string, JsonSchema> = {};

  /** @param io whether the schema tells what is taken (`input`) or what is given (`output`) */
  schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const made = z.toJSONSchema(schema, {
      io,
      target: 'draft-2020-12',
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema }) => {
        replace(jsonSchema, z.globalRegistry.get(zodSchema)?.override);
        // Answers may gain fields; only what is strict by declaration stays so.
        const open = zodSchema instanceof z.ZodObject && zodSchema.def.catchall === undefined;
        if (open) delete (jsonSchema as JsonSchema).additionalProperties;
      },
    });
    const { $defs = {}, ...root } = made as JsonSchema & { $defs?: Record<string, JsonSchema> };
    delete root.$schema;
    for (const [id, definition] of Object.entries($defs)) this.add(id, definition);
    const { id, ...own } = root as JsonSchema & { id?: string };
    if (id === undefined) return referring(own);
    this.add(id, own);
    return { $ref: `#/components/schemas/${id}` };
  }

  private add(id: string, definition: JsonSchema): void {
    const schema = referring(definition);
    delete schema.id;
    const known = this.schemas[id];
    // The same name for what is taken and what is given is fine as long as they are the same.
    if (known !== undefined && !isDeepStrictEqual(known, schema)) throw new Error(`two schemas are called ${id}`);
    this.schemas[id] = schema;
  }
}

/** A schema may say itself how it looks. */
function replace(jsonSchema: JsonSchema, own: unknown): void {
  if (typeof own !== 'object') return;
  for (const key of Object.keys(jsonSchema)) if (key !== 'description') Reflect.deleteProperty(jsonSchema, key);
  Object.assign(jsonSchema, own);
}

function referring(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as JsonSchema;
}
