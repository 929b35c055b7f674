import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Client } from 'pg';
import { DataSources } from '#data-sources';
import {
  batchTypeOf,
  type BatchTypeId,
  selfServiceInput,
  type DatasetColumn,
  type DatasetDefinition,
  type JobInput,
  type JobOutput,
  type OutputOptions,
  type ReportColumn,
  type SelfServiceInput,
  type TemplateDefinition,
} from '#domain';
import { DATASET_ID, JOB_ID, NOON, TEMPLATE_ID, reportColumn, templateDefinition } from '#domain/testing';
import { DiskFileStore } from '#file-store';
import { createTestDatabase } from '../../../../test/postgres/database';
import type { ExportParts } from '../export-request';
import { previewRows, type Preview } from '../preview-rows';
import { processExportRequest } from '../process-export-request';

/** A report of a relation of the test's database. */
export interface ReportOf {
  /** In the schema `public`. */
  readonly relation: string;
  readonly dataset: readonly DatasetColumn[];
  /** Default: every column as it is. */
  readonly columns?: readonly ReportColumn[];
  readonly output: OutputOptions;
  readonly more?: Partial<TemplateDefinition>;
}

/** A real PostgreSQL, a file store in a folder, and exports from the one into the other. */
export interface ExportWorld {
  readonly admin: Client;
  /** Runs the export of a template. */
  run(report: ReportOf, parts?: Partial<ExportParts>): Promise<JobOutput>;
  /** Runs a job input of any kind over a dataset. */
  process(
    input: JobInput,
    dataset: DatasetDefinition,
    parts?: Partial<ExportParts>,
    batchTypeId?: BatchTypeId,
  ): Promise<JobOutput>;
  /** The first rows of a report, as people see them before it runs. */
  preview(report: ReportOf, limit: number): Promise<Preview>;
  datasetOf(report: Pick<ReportOf, 'relation' | 'dataset'>): DatasetDefinition;
  fileOf(output: JobOutput): Promise<Buffer>;
  /** Path of a finished file, for other programs; of the first one, unless a key says otherwise. */
  pathOf(output: JobOutput, key?: string): string;
  /** Every file below the store's folder, drafts included. */
  filesLeft(): Promise<string[]>;
  /** Statements of others that run in the database now. */
  runningQueries(): Promise<number>;
  /** Removes the files. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

export async function openExportWorld(): Promise<ExportWorld> {
  const database = await createTestDatabase();
  const admin = new Client({ connectionString: database.url });
  await admin.connect();
  const dataSources = new DataSources({ here: database.url }, { poolMax: 3, statementTimeoutMs: 30_000 });
  const root = await mkdtemp(join(tmpdir(), 'export-world-'));
  const fileStore = new DiskFileStore(root);
  const world: ExportWorld = {
    admin,
    run: (report, parts) => world.process(inputOf(report), world.datasetOf(report), parts),
    preview: (report, limit) =>
      previewRows(
        inputOf(report),
        {
          dataset: { status: 'active', datasetId: DATASET_ID, definition: world.datasetOf(report) },
          dataSources,
          signal: new AbortController().signal,
          timeoutMs: 60_000,
        },
        limit,
      ),
    process: (input, definition, parts, batchTypeId = batchTypeOf(input)) =>
      processExportRequest(
        { jobId: JOB_ID, attempt: 1, batchTypeId, input },
        {
          dataset: { status: 'active', datasetId: DATASET_ID, definition },
          dataSources,
          fileStore,
          signal: new AbortController().signal,
          limits: { maxRows: 100_000_000, timeoutMs: 60_000 },
          onProgress: () => undefined,
          ...parts,
        },
      ),
    datasetOf: ({ relation, dataset }) => ({
      name: 'All',
      description: null,
      dataSource: 'here',
      relation: { schema: 'public', name: relation },
      query: null,
      rowLimit: null,
      columns: dataset,
    }),
    fileOf: async (output) => buffer(await fileStore.read(keyOf(output))),
    pathOf: (output, key = keyOf(output)) => join(root, key),
    async filesLeft() {
      if (!existsSync(root)) return [];
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
    },
    async runningQueries() {
      const { rows } = await admin.query<{ n: number }>(
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'",
      );
      return rows[0]?.n ?? 0;
    },
    clear: () => rm(root, { recursive: true, force: true }),
    async close() {
      await dataSources.close();
      await admin.end();
      await database.drop();
      await world.clear();
    },
  };
  return world;
}

function inputOf(report: ReportOf): SelfServiceInput {
  const definition = templateDefinition({
    columns: report.columns ?? report.dataset.map(({ name, type }) => reportColumn(name, type)),
    sort: [],
    output: report.output,
    ...report.more,
  });
  return selfServiceInput({ templateId: TEMPLATE_ID, templateName: 'All', definition }, NOON, 'UTC');
}

function keyOf({ files }: JobOutput): string {
  const [file] = files;
  if (!file) throw new Error('The export left no file.');
  return file.key;
}
