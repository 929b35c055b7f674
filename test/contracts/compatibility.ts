import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { avroReader } from '../../libs/contracts/src/avro/avro-codec';
import { AGGREGATE_NAMES, CURRENT_VERSIONS } from '../../libs/contracts/src/published/published-events';
import {
  readPublishedSchemas,
  type PublishedSchema,
  type SchemaIds,
} from '../../libs/contracts/src/published/published-schemas';

/**
 * What is wrong with the contracts in a folder, a sentence each. `baseline/` is the copy of what was published: files there
 * never change, ids neither, and every version goes together with every published one in both directions, so that old
 * consumers read new events (FORWARD) and new consumers old ones (BACKWARD).
 */
export function contractProblems(folder: string): readonly string[] {
  const changed = [...changedFiles(folder), ...changedIds(folder)];
  try {
    const current = readPublishedSchemas(folder);
    return [...changed, ...missingEvents(current), ...current.flatMap((schema) => incompatibilities(schema, folder))];
  } catch (error) {
    return [...changed, reasonOf(error)];
  }
}

/** Files of the folder that are contracts, as `<aggregate>/<Event>.v<version>.avsc`. */
export function schemaFiles(folder: string): readonly string[] {
  return AGGREGATE_NAMES.flatMap((aggregate) => {
    const path = join(folder, aggregate);
    return existsSync(path) ? readdirSync(path).map((file) => `${aggregate}/${file}`) : [];
  });
}

function changedFiles(folder: string): string[] {
  const baseline = join(folder, 'baseline');
  const edited = schemaFiles(baseline).flatMap((file) => {
    if (!existsSync(join(folder, file))) return [`${file} was published and is gone`];
    const same = readFileSync(join(folder, file)).equals(readFileSync(join(baseline, file)));
    return same ? [] : [`${file} was published and has changed: a change makes a new version`];
  });
  const unpublished = schemaFiles(folder)
    .filter((file) => !existsSync(join(baseline, file)))
    .map((file) => `${file} is not in the baseline yet: publish it`);
  return [...edited, ...unpublished];
}

function changedIds(folder: string): string[] {
  const ids = readIds(folder);
  const published = readIds(join(folder, 'baseline'));
  const changed = entriesOf(published).flatMap(({ subject, version, id }) => {
    const now = ids[subject]?.[version];
    return now === id ? [] : [`${subject} version ${version} was published with id ${id}, not ${now ?? 'without one'}`];
  });
  const unpublished = entriesOf(ids)
    .filter(({ subject, version }) => published[subject]?.[version] === undefined)
    .map(
      ({ subject, version, id }) => `id ${id} of ${subject} version ${version} is not in the baseline yet: publish it`,
    );
  const seen = new Map<number, string>();
  const shared = entriesOf(ids).flatMap(({ subject, version, id }) => {
    const other = seen.get(id);
    seen.set(id, `${subject} version ${version}`);
    return other === undefined ? [] : [`id ${id} stands for ${other} and for ${subject} version ${version}`];
  });
  return [...changed, ...unpublished, ...shared];
}

export function readIds(folder: string): SchemaIds {
  return JSON.parse(readFileSync(join(folder, 'ids.json'), 'utf8')) as SchemaIds;
}

function entriesOf(ids: SchemaIds) {
  return Object.entries(ids).flatMap(([subject, versions]) =>
    Object.entries(versions).map(([version, id]) => ({ subject, version, id })),
  );
}

function missingEvents(schemas: readonly PublishedSchema[]): string[] {
  const described = new Map<string, number[]>();
  for (const { type, version } of schemas) described.set(type, [...(described.get(type) ?? []), version]);
  const missing = [...CURRENT_VERSIONS].flatMap(([type, current]) =>
    Array.from({ length: current }, (_, index) => index + 1)
      .filter((version) => !described.get(type)?.includes(version))
      .map((version) => `${type} has no schema of version ${version}`),
  );
  const superfluous = [...described].flatMap(([type, versions]) =>
    versions
      .filter((version) => version > (CURRENT_VERSIONS.get(type) ?? 0))
      .map((version) => `nothing writes ${type} in version ${version}`),
  );
  return [...missing, ...superfluous];
}

function incompatibilities({ aggregate, type, version, schema }: PublishedSchema, folder: string): string[] {
  const ours = `${type}.v${version}`;
  return schemaFiles(join(folder, 'baseline'))
    .filter((file) => file.startsWith(`${aggregate}/${type}.v`))
    .flatMap((file) => {
      const published = JSON.parse(readFileSync(join(folder, 'baseline', file), 'utf8')) as PublishedSchema['schema'];
      const backward = problemOf(() => avroReader(published, schema));
      const forward = problemOf(() => avroReader(schema, published));
      return [
        ...(backward === null ? [] : [`BACKWARD: ${ours} cannot read what ${file} wrote: ${backward}`]),
        ...(forward === null ? [] : [`FORWARD: ${file} cannot read what ${ours} writes: ${forward}`]),
      ];
    });
}

function problemOf(action: () => unknown): string | null {
  try {
    action();
    return null;
  } catch (error) {
    return reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
