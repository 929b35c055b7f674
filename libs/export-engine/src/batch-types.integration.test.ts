import { DEFAULT_CSV, PLAIN_REPORT, standardExportRequest, type DatasetDefinition } from '#domain';
import { ANNA, DATASET_ID, JOB_ID, NOON, datasetColumn } from '#domain/testing';
import { BatchTypes, DEFAULT_BATCH_TYPES, type BatchType } from './batch-types';
import { openExportWorld, type ExportWorld } from './testing/export-world';

/** The example of docs/guides/batch-types.md: how full a dataset's columns are, in one row. */
const datasetProfile: BatchType = {
  id: 7,
  name: 'Dataset profile',
  ofDataset: true,
  report: (input, dataset) => ({
    title: `Profile of ${dataset.name}`,
    definition: {
      ...PLAIN_REPORT,
      datasetId: input.additionalConfig.datasetId,
      columns: [null, ...dataset.columns].map((column) => ({
        column: column?.name ?? null,
        expression: null,
        header: column ? `${column.name}, values` : 'Rows',
        dataType: 'integer',
        format: null,
        aggregate: 'count',
      })),
      filter: null,
      groupBy: [],
      sort: [],
      rowLimit: null,
      output: input.additionalConfig.output,
    },
  }),
};

const GUESTS: DatasetDefinition = {
  name: 'Guests',
  description: null,
  dataSource: 'here',
  relation: { schema: 'public', name: 'guests' },
  query: null,
  rowLimit: null,
  columns: [datasetColumn('id', 'integer'), datasetColumn('name', 'string')],
};

let world: ExportWorld;
beforeAll(async () => {
  world = await openExportWorld();
  await world.admin.query(
    `CREATE TABLE public.guests AS SELECT n AS id, nullif('guest ' || n, 'guest 2') AS name FROM generate_series(1, 3) n`,
  );
});
afterAll(() => world.close());

const terms = {
  jobId: JOB_ID,
  owner: ANNA,
  nominalTime: NOON,
  timeZone: 'UTC',
  priority: 'normal',
  maxAttempts: 1,
} as const;
const request = standardExportRequest({
  ...terms,
  ...{ batchTypeId: datasetProfile.id, datasetId: DATASET_ID, output: DEFAULT_CSV, startBefore: null, rerunOf: null },
});

it('runs another kind of job as soon as it is registered', async () => {
  const batchTypes = new BatchTypes([...DEFAULT_BATCH_TYPES.all, datasetProfile]);
  const output = await world.process(request.input, GUESTS, { batchTypes }, request.batchTypeId);
  const [file] = output.files;
  expect(file?.name).toBe('Profile of Guests_2026-11-23T1200.csv');
  expect((await world.fileOf(output)).toString()).toBe('Rows,"id, values","name, values"\r\n3,3,2\r\n');
});

it('does not run a kind that it does not know, nor takes two for one', async () => {
  await expect(world.process(request.input, GUESTS, {}, 7)).rejects.toMatchObject({
    code: 'export.failed',
  });
  expect(() => new BatchTypes([datasetProfile, datasetProfile])).toThrow('Two batch types have the same id.');
});
