import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '#platform';
import { fullNameOf, type RecordSchema } from '../avro/avro-schema';
import { AGGREGATE_NAMES, type AggregateName } from './published-events';

/** One file of `schemas/`: `<aggregate>/<type>.v<version>.avsc`. */
export interface PublishedSchema {
  readonly aggregate: AggregateName;
  /** The event's type, which is the record's name as well. */
  readonly type: string;
  readonly version: number;
  /** The id that stands in records when no registry gives one. */
  readonly id: number;
  readonly schema: RecordSchema;
  /** The schema as a registry is given it: the file's JSON on one line. */
  readonly text: string;
}

/** Ids by subject and version: `schemas/ids.json`. */
export type SchemaIds = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What topics begin with where nothing else is set; `schemas/ids.json` has its subjects with it. */
export const DEFAULT_PREFIX = 'report-scheduler';

/** The namespace of an aggregate's schemas. */
export function namespaceOfAggregate(aggregate: AggregateName): string {
  return `report_scheduler.${aggregate}`;
}

/** TopicRecordNameStrategy: the topic and the record's full name. All versions of an event share a subject. */
export function subjectOf(topic: string, { aggregate, type }: Pick<PublishedSchema, 'aggregate' | 'type'>): string {
  return `${topic}-${namespaceOfAggregate(aggregate)}.${type}`;
}

/** Reads all that `schemas/` publishes. Throws an `Error` that names the file when one does not hold what its name says. */
export function readPublishedSchemas(folder = join(packageRoot(), 'schemas')): readonly PublishedSchema[] {
  const ids = JSON.parse(readFileSync(join(folder, 'ids.json'), 'utf8')) as SchemaIds;
  return AGGREGATE_NAMES.flatMap((aggregate) =>
    readdirSync(join(folder, aggregate))
      .sort()
      .map((file) => readSchema(join(folder, aggregate, file), file, aggregate, ids)),
  );
}

function readSchema(path: string, file: string, aggregate: AggregateName, ids: SchemaIds): PublishedSchema {
  const [, type, digits] = /^([A-Za-z]+)\.v([1-9]\d*)\.avsc$/.exec(file) ?? [];
  if (type === undefined || digits === undefined) throw new Error(`${path} is not named <Event>.v<version>.avsc`);
  const schema = JSON.parse(readFileSync(path, 'utf8')) as RecordSchema;
  const fullName = `${namespaceOfAggregate(aggregate)}.${type}`;
  if (fullNameOf(schema, '') !== fullName) throw new Error(`${path} does not describe ${fullName}`);
  const subject = `${DEFAULT_PREFIX}.${aggregate}.v1-${fullName}`;
  const id = ids[subject]?.[digits];
  if (id === undefined) throw new Error(`${path} has no id in ids.json: none of ${subject}, version ${digits}`);
  return { aggregate, type, version: Number(digits), id, schema, text: JSON.stringify(schema) };
}
