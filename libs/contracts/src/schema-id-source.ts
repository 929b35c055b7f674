import { UndecodableRecord } from '#event-sourcing';
import type { EventSchemas, OwnSchema, WriterSchema } from './event-schemas';
import { subjectOf } from './published/published-schemas';
import { SchemaRegistry, type SchemaRegistryOptions } from './registry/schema-registry';
import { topicNameOf } from './topics';

/** Which id stands for which schema. */
export interface SchemaIdSource {
  prepare(): Promise<void>;
  idOf(schema: OwnSchema): number;
  /** The schema of an id; undefined when there is none that we could read by. */
  schemaOf(id: number): WriterSchema | undefined | Promise<WriterSchema | undefined>;
}

/** The ids of `schemas/ids.json`. */
export function ownIds({ all }: EventSchemas): SchemaIdSource {
  const byId = new Map(all.map((schema) => [schema.published.id, schema]));
  return {
    prepare: () => Promise.resolve(),
    idOf: ({ published }) => published.id,
    schemaOf: (id) => byId.get(id),
  };
}

/** The ids of a registry, where every schema of ours is registered first; others are looked up when they are met. */
export function registeredIds(schemas: EventSchemas, prefix: string, options: SchemaRegistryOptions): SchemaIdSource {
  const registry = new SchemaRegistry(options);
  const ids = new Map<OwnSchema, number>();
  const byId = new Map<number, WriterSchema | Promise<WriterSchema | undefined>>();
  const lookUp = async (id: number) => {
    const text = await registry.schemaOf(id);
    try {
      return text === null ? undefined : schemas.readerOf(text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new UndecodableRecord('record.unknown-schema', `schema ${id} does not go together with ours: ${reason}`);
    }
  };
  return {
    async prepare() {
      // In the order of versions, which the registry numbers as they come.
      for (const schema of [...schemas.all].sort((one, other) => one.version - other.version)) {
        const subject = subjectOf(topicNameOf(prefix, schema.aggregate), schema);
        const id = await registry.register(subject, schema.published.text);
        ids.set(schema, id);
        byId.set(id, schema);
      }
    },
    idOf(schema) {
      const id = ids.get(schema);
      if (id === undefined) throw new Error('the schemas are not registered yet: call prepare() first');
      return id;
    },
    schemaOf(id) {
      const known = byId.get(id);
      if (known) return known;
      const asked = lookUp(id).then(
        (schema) => {
          // What the registry lacks today it may have tomorrow.
          if (schema) byId.set(id, schema);
          else byId.delete(id);
          return schema;
        },
        (error: unknown) => {
          byId.delete(id);
          throw error;
        },
      );
      byId.set(id, asked);
      return asked;
    },
  };
}
