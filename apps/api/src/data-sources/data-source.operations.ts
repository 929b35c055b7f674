import { z } from 'zod';
import { DATA_TYPES } from '#domain';
import { changed, page, paging } from '../http/fields';
import { operation } from '../http/operation';
import {
  connectionTest,
  connectionTestInput,
  dataSource,
  dataSourceInput,
  dataSourceRevision,
} from './data-source.schema';

const tag = 'Data sources';
const source = z.strictObject({ source: z.string().min(1).max(63).describe('Its id or its name.') });
const readable = [
  'data_source.missing',
  'data_source.unreachable',
  'data_source.secret_missing',
  'data_source.secret_unreadable',
] as const;
const storable = [
  'data_source.files_disabled',
  'data_source.of_settings',
  'data_source.own_database',
  'data_source.encryption_key_missing',
] as const;

export const dataSourceOperations = {
  list: operation({
    id: 'listDataSources',
    method: 'get',
    path: '/v1/data-sources',
    tag,
    summary: 'List the data sources, by name: those of the settings before the first page',
    access: 'admin',
    query: z.strictObject({
      ...paging,
      search: z.string().max(200).optional().describe('Part of the name.'),
      status: z.enum(['active', 'retired']).optional(),
    }),
    response: page(dataSource),
    waits: 'read-models',
    problems: ['cursor.invalid'],
  }),
  register: operation({
    id: 'registerDataSource',
    method: 'post',
    path: '/v1/data-sources',
    tag,
    summary: 'Register a data source',
    access: 'admin',
    body: dataSourceInput,
    status: 201,
    response: changed,
    command: true,
    problems: ['data_source.exists', ...storable],
  }),
  testInput: operation({
    id: 'testConnection',
    method: 'post',
    path: '/v1/data-sources/test',
    tag,
    summary: 'Try a connection without saving it; answers within 10 seconds',
    access: 'admin',
    body: connectionTestInput,
    response: connectionTest,
    problems: ['data_source.own_database', 'data_source.files_disabled'],
  }),
  get: operation({
    id: 'getDataSource',
    method: 'get',
    path: '/v1/data-sources/:source',
    tag,
    summary: 'Read a data source',
    access: 'admin',
    params: source,
    response: dataSource,
    waits: 'read-models',
    problems: ['data_source.missing'],
  }),
  revise: operation({
    id: 'reviseDataSource',
    method: 'put',
    path: '/v1/data-sources/:source',
    tag,
    summary: 'Revise a data source; the next query of every process goes by it',
    access: 'admin',
    params: source,
    body: dataSourceRevision,
    response: changed,
    command: true,
    ifMatch: 'required',
    problems: [
      'data_source.missing',
      'data_source.retired',
      'data_source.kind_fixed',
      'data_source.password_needed',
      ...storable,
    ],
  }),
  retire: operation({
    id: 'retireDataSource',
    method: 'post',
    path: '/v1/data-sources/:source/retire',
    tag,
    summary: 'Close a data source and forget its password: its datasets cannot be read any more',
    access: 'admin',
    params: source,
    response: changed,
    command: true,
    ifMatch: 'honoured',
    problems: ['data_source.missing', 'data_source.of_settings'],
  }),
  closeCircuit: operation({
    id: 'closeCircuit',
    method: 'post',
    path: '/v1/data-sources/:source/close-circuit',
    tag,
    summary: 'Let jobs read at once from a data source that was left alone since it did not answer',
    access: 'admin',
    params: source,
    response: changed,
    command: true,
    problems: ['data_source.missing', 'circuit.never_open'],
  }),
  test: operation({
    id: 'testDataSource',
    method: 'post',
    path: '/v1/data-sources/:source/test',
    tag,
    summary: 'Try the connection as it is saved; answers within 10 seconds',
    access: 'admin',
    params: source,
    response: connectionTest,
    problems: ['data_source.missing', 'data_source.secret_missing', 'data_source.secret_unreadable'],
  }),
  relations: operation({
    id: 'listRelations',
    method: 'get',
    path: '/v1/data-sources/:source/relations',
    tag,
    summary: 'List the tables and views of a data source',
    access: 'admin',
    params: source,
    response: z
      .object({
        items: z.array(z.object({ schema: z.string(), name: z.string(), kind: z.enum(['table', 'view']) })),
      })
      .meta({ id: 'Relations' }),
    waits: 'read-models',
    problems: readable,
  }),
  columns: operation({
    id: 'listColumns',
    method: 'get',
    path: '/v1/data-sources/:source/relations/:schema/:name',
    tag,
    summary: 'List the columns of a table or view as it is now',
    access: 'admin',
    params: z.strictObject({
      ...source.shape,
      schema: z.string().min(1).max(64),
      name: z.string().min(1).max(255),
    }),
    response: z
      .object({
        items: z.array(
          z.object({
            name: z.string(),
            databaseType: z.string().describe('As the data source writes it.'),
            type: z.enum(DATA_TYPES).describe('What reports take it for.'),
            nullable: z.boolean(),
          }),
        ),
      })
      .meta({ id: 'LiveColumns' }),
    waits: 'read-models',
    problems: [...readable, 'data_source.relation_missing'],
  }),
};
