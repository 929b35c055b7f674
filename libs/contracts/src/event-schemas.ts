import { fullNameOf, type RecordSchema } from './avro/avro-schema';
import { avroCodec, avroReader, type AvroCodec } from './avro/avro-codec';
import { withOneField, withFieldsOfLaterForms } from './later-forms';
import { namespaceOfAggregate, type PublishedSchema } from './published/published-schemas';
import type { AggregateName } from './published/published-events';

/** A schema that events were written by, and how to read them. */
export interface WriterSchema {
  readonly aggregate: AggregateName;
  readonly type: string;
  /** The version that the data has once it is read; null when the writer's own is unknown to this release. */
  readonly version: number | null;
  /** Throws an error when the body is no value of the schema. */
  read(body: Buffer): { readonly data: unknown; readonly version: number };
}

export interface OwnSchema extends WriterSchema {
  readonly published: PublishedSchema;
  readonly version: number;
  readonly codec: AvroCodec;
}

/** The schemas of this release, each compiled when it is first needed. */
export class EventSchemas {
  readonly all: readonly OwnSchema[];
  readonly #byVersion = new Map<string, OwnSchema>();
  readonly #newest = new Map<string, OwnSchema>();

  constructor(published: readonly PublishedSchema[]) {
    this.all = published.map(ownSchema);
    for (const own of this.all) {
      this.#byVersion.set(`${own.type} ${own.version}`, own);
      const newest = this.#newest.get(own.type);
      if (!newest || newest.version < own.version) this.#newest.set(own.type, own);
    }
  }

  find(type: string, version: number): OwnSchema | undefined {
    return this.#byVersion.get(`${type} ${version}`);
  }

  newest(type: string): OwnSchema | undefined {
    return this.#newest.get(type);
  }

  /**
   * How to read what a foreign schema wrote: as one of ours if it is the same, else by Avro's schema resolution as the
   * newest that we know of its event. Undefined for an event that we do not know. Throws an error when they do not agree.
   */
  readerOf(text: string): WriterSchema | undefined {
    const schema = JSON.parse(text) as RecordSchema;
    const canonical = JSON.stringify(schema);
    const same = this.all.find(({ published }) => published.text === canonical);
    if (same) return same;
    const newest = this.newest(schema.name.slice(schema.name.lastIndexOf('.') + 1));
    if (!newest || fullNameOf(schema, '') !== `${namespaceOfAggregate(newest.aggregate)}.${newest.type}`) {
      return undefined;
    }
    const read = avroReader(schema, newest.published.schema);
    const { aggregate, type } = newest;
    const { version } = newest;
    return {
      aggregate,
      type,
      version: null,
      read: (body) => ({ data: withOneField(type, version, read(body)), version }),
    };
  }
}

/** Between events as the product has them and their Avro form. */
function productCodec({ type, version, schema }: PublishedSchema): AvroCodec {
  const codec = avroCodec(schema);
  return {
    encode: (data) => codec.encode(withFieldsOfLaterForms(type, version, data)),
    decode: (body) => withOneField(type, version, codec.decode(body)),
  };
}

function ownSchema(published: PublishedSchema): OwnSchema {
  const { aggregate, type, version } = published;
  let codec: AvroCodec | undefined;
  const own = {
    aggregate,
    type,
    version,
    published,
    get codec() {
      return (codec ??= productCodec(published));
    },
    read: (body: Buffer) => ({ data: own.codec.decode(body), version }),
  };
  return own;
}
