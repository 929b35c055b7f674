import { z } from 'zod';
import { DATA_TYPES, MOST_QUERY_CHARACTERS, MOST_ROWS } from '#domain';
import { actor, changed, id, instant, page, paging, uuid, words } from '../http/fields';
import { operation } from '../http/operation';

const tag = 'Datasets';
const datasetId = z.strictObject({ datasetId: id });
const relation = z.strictObject({ schema: z.string().min(1).max(64), name: z.string().min(1).max(255) });
const dataType = z.enum(DATA_TYPES);

const column = z
  .object({
    name: z.string(),
    label: z.string(),
    type: dataType,
    nullable: z.boolean(),
    description: z.string().nullable(),
  })
  .meta({ id: 'DatasetColumn' });

const columnInput = z
  .strictObject({
    name: z.string().min(1).max(64).describe('As the table has it.'),
    label: words(200).optional().describe('What people are shown. Left out: the name.'),
    type: dataType,
    nullable: z.boolean().default(true),
    description: z.string().trim().max(1000).nullable().default(null),
  })
  .meta({ id: 'DatasetColumnInput' });

const ROW_LIMIT_TEXT = 'Most rows of a report over it; null: no limit of its own.';

const datasetInput = z
  .strictObject({
    name: words(200),
    description: z.string().trim().max(2000).nullable().default(null),
    dataSource: z.string().min(1).max(63).describe('One of GET /v1/data-sources.'),
    relation: relation.nullable().default(null).describe('A table or view. Null or left out with a query.'),
    query: z
      .string()
      .min(1)
      .max(MOST_QUERY_CHARACTERS)
      .nullable()
      .default(null)
      .describe('A SELECT over a PostgreSQL data source whose rows are the dataset. Null or left out with a relation.'),
    columns: z.array(columnInput).max(1600).optional().describe('Left out: those of the table or query as it is now.'),
    rowLimit: z.int().min(1).max(MOST_ROWS).nullable().default(null).describe(ROW_LIMIT_TEXT),
  })
  .refine(({ relation, query }) => (relation === null) !== (query === null), {
    path: ['query'],
    message: 'must be there if relation is not, and only then',
  })
  .meta({ id: 'DatasetInput', description: 'A table, view or query of a data source, opened for reports.' });

const dataset = z
  .object({
    datasetId: uuid,
    name: z.string(),
    description: z.string().nullable(),
    dataSource: z.string(),
    relation: z.object({ schema: z.string(), name: z.string() }).nullable().describe('Null with a query.'),
    query: z.string().nullable().describe('Null with a relation.'),
    columns: z.array(column),
    rowLimit: z.int().nullable().describe(ROW_LIMIT_TEXT),
    status: z.enum(['active', 'retired']),
    revision: z.int(),
    registeredBy: actor,
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Dataset' });

const refusals = [
  'data_source.missing',
  'data_source.relation_missing',
  'data_source.column_missing',
  'data_source.query_refused',
  'data_source.query_unsupported',
  'data_source.permission_denied',
  'data_source.unreachable',
  'dataset.columns_empty',
  'dataset.duplicate_column',
] as const;

export const datasetOperations = {
  register: operation({
    id: 'registerDataset',
    method: 'post',
    path: '/v1/datasets',
    tag,
    summary: 'Open a table, view or query for reports',
    access: 'admin',
    body: datasetInput,
    status: 201,
    response: changed,
    command: true,
    problems: refusals,
  }),
  list: operation({
    id: 'listDatasets',
    method: 'get',
    path: '/v1/datasets',
    tag,
    summary: 'List the datasets, by name',
    query: z.strictObject({
      ...paging,
      search: z.string().max(200).optional().describe('Part of the name.'),
      status: z.enum(['active', 'retired']).optional(),
    }),
    response: page(dataset),
    waits: 'read-models',
    problems: ['cursor.invalid'],
  }),
  get: operation({
    id: 'getDataset',
    method: 'get',
    path: '/v1/datasets/:datasetId',
    tag,
    summary: 'Read a dataset, with its columns',
    params: datasetId,
    response: dataset,
    waits: 'read-models',
    problems: ['dataset.missing'],
  }),
  drift: operation({
    id: 'getDatasetDrift',
    method: 'get',
    path: '/v1/datasets/:datasetId/drift',
    tag,
    summary: 'Compare a dataset with its data source as it is now',
    params: datasetId,
    response: z
      .object({
        drifted: z.boolean().describe('Whether reports over it fail, or some of them.'),
        items: z.array(
          z.object({
            code: z.enum([
              'dataset.relation_missing',
              'dataset.query_invalid',
              'dataset.column_missing',
              'dataset.column_type_changed',
              'dataset.column_undeclared',
            ]),
            column: z.string().nullable(),
            breaking: z.boolean().describe('False for a column that is there and not declared.'),
            message: z.string(),
          }),
        ),
      })
      .meta({ id: 'DatasetDrift' }),
    problems: ['dataset.missing', 'dataset.retired', 'data_source.missing', 'data_source.unreachable'],
  }),
  revise: operation({
    id: 'reviseDataset',
    method: 'put',
    path: '/v1/datasets/:datasetId',
    tag,
    summary: 'Revise a dataset',
    access: 'admin',
    params: datasetId,
    body: datasetInput,
    response: changed,
    command: true,
    ifMatch: 'required',
    problems: ['dataset.missing', 'dataset.retired', ...refusals],
  }),
  refreshed: operation({
    id: 'refreshedDataset',
    method: 'post',
    path: '/v1/datasets/:datasetId/refreshed',
    tag,
    summary: 'Tell that the data of a dataset are new: schedules that wait for that run',
    access: 'admin',
    params: datasetId,
    response: changed,
    command: true,
    ifMatch: 'honoured',
    problems: ['dataset.missing', 'dataset.retired'],
  }),
  retire: operation({
    id: 'retireDataset',
    method: 'post',
    path: '/v1/datasets/:datasetId/retire',
    tag,
    summary: 'Close a dataset for good: its templates cannot run any more',
    access: 'admin',
    params: datasetId,
    response: changed,
    command: true,
    ifMatch: 'honoured',
    problems: ['dataset.missing'],
  }),
};
