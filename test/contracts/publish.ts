import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  DEFAULT_PREFIX,
  readPublishedSchemas,
  subjectOf,
  type SchemaIds,
} from '../../libs/contracts/src/published/published-schemas';
import type { AggregateName } from '../../libs/contracts/src/published/published-events';
import { asyncApiDocument } from './asyncapi';
import { contractProblems, readIds, schemaFiles } from './compatibility';
import { toYaml } from './yaml';

const ASYNCAPI = 'asyncapi.yaml';

/** Like `contractProblems`, and whether `asyncapi.yaml` is what the schemas and the code say. */
export function publicationProblems(folder: string): readonly string[] {
  const problems = contractProblems(folder);
  if (problems.length > 0) return problems;
  const path = join(folder, ASYNCAPI);
  const upToDate = existsSync(path) && readFileSync(path, 'utf8') === asyncApiText(folder);
  return upToDate ? [] : [`${ASYNCAPI} is not what the schemas say: publish it`];
}

/**
 * Gives new schemas their ids, copies what is new to the baseline and writes `asyncapi.yaml`. What was published before is
 * never touched; what is wrong with it is given back.
 */
export function publish(folder: string): readonly string[] {
  writeIds(folder, withNewIds(folder));
  const before = contractProblems(folder).filter((problem) => !problem.endsWith('publish it'));
  if (before.length > 0) return before;
  const baseline = join(folder, 'baseline');
  for (const file of schemaFiles(folder)) {
    const copy = join(baseline, file);
    mkdirSync(dirname(copy), { recursive: true });
    if (!existsSync(copy)) copyFileSync(join(folder, file), copy);
  }
  writeIds(baseline, readIds(folder));
  writeFileSync(join(folder, ASYNCAPI), asyncApiText(folder));
  return publicationProblems(folder);
}

function asyncApiText(folder: string): string {
  return toYaml(asyncApiDocument(readPublishedSchemas(folder)));
}

function withNewIds(folder: string): SchemaIds {
  const ids: Record<string, Record<string, number>> = structuredClone(readIds(folder));
  let last = Math.max(0, ...Object.values(ids).flatMap((versions) => Object.values(versions)));
  for (const file of schemaFiles(folder)) {
    const [, aggregate = '', type = '', version = ''] = /^(\w+)\/(\w+)\.v(\d+)\.avsc$/.exec(file) ?? [];
    const subject = subjectOf(`${DEFAULT_PREFIX}.${aggregate}.v1`, { aggregate: aggregate as AggregateName, type });
    const versions = (ids[subject] ??= {});
    versions[version] ??= ++last;
  }
  return ids;
}

function writeIds(folder: string, ids: SchemaIds): void {
  writeFileSync(join(folder, 'ids.json'), `${JSON.stringify(ids, null, 2)}\n`);
}
