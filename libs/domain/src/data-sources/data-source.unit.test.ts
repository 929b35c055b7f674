import { ANNA, BEN, mysqlSource, NOON, postgresSource, SALES_ID } from '../testing/samples';
import { given } from '../testing/scenario';
import { dataSource, dataSourceIdOf } from './data-source';
import type { DataSourceCommand, DataSourceDefinition, DataSourceEvent } from './data-source-messages';

const SECRET = '7b1f2a44-6f5c-4c1e-9a57-0c6f5a3f0d21';
const OTHER_SECRET = '7b1f2a44-6f5c-4c1e-9a57-0c6f5a3f0d22';

const register: DataSourceCommand = {
  type: 'RegisterDataSource',
  dataSourceId: SALES_ID,
  name: 'sales',
  definition: postgresSource(),
  secretId: SECRET,
  by: ANNA,
  at: NOON,
};
const registered: DataSourceEvent = { ...register, type: 'DataSourceRegistered' };
const retire: DataSourceCommand = { type: 'RetireDataSource', dataSourceId: SALES_ID, by: BEN, at: NOON };
const retired: DataSourceEvent = { ...retire, type: 'DataSourceRetired' };
const files: DataSourceDefinition = {
  kind: 'file',
  description: null,
  blackouts: [],
  postgres: null,
  mysql: null,
  file: { folder: 'sales' },
};

function revise(more: Partial<Extract<DataSourceCommand, { type: 'ReviseDataSource' }>> = {}): DataSourceCommand {
  return {
    type: 'ReviseDataSource',
    dataSourceId: SALES_ID,
    definition: postgresSource({ database: 'sales_2027' }),
    secret: { type: 'keep' },
    by: BEN,
    at: NOON,
    ...more,
  };
}

function revised(secretId: string | null, definition = postgresSource({ database: 'sales_2027' })): DataSourceEvent {
  return { type: 'DataSourceRevised', dataSourceId: SALES_ID, definition, secretId, by: BEN, at: NOON };
}

it('has an id that follows from its name', () => {
  expect(dataSourceIdOf('sales')).toBe(SALES_ID);
  expect(dataSourceIdOf('sale')).not.toBe(SALES_ID);
});

describe('registering a data source', () => {
  it('opens it', () => given(dataSource).when(register).then(registered));
  it('changes nothing when it stands there already', () => given(dataSource, registered).when(register).thenNothing());
  it('is refused when the name is taken', () =>
    given(dataSource, registered)
      .when({ ...register, definition: postgresSource({ host: 'other' }) })
      .refused('data_source.exists'));
  it('is refused when only the secret is another one', () =>
    given(dataSource, registered)
      .when({ ...register, secretId: OTHER_SECRET })
      .refused('data_source.exists'));
  it('opens a retired one anew', () => {
    given(dataSource, registered, retired).when(register).then(registered);
    expect(given(dataSource, registered, retired, registered).state).toMatchObject({
      status: 'active',
      secretId: SECRET,
    });
  });
});

describe('revising a data source', () => {
  it('replaces its definition and keeps the secret', () =>
    given(dataSource, registered).when(revise()).then(revised(SECRET)));
  it('replaces the secret', () =>
    given(dataSource, registered)
      .when(revise({ secret: { type: 'replace', secretId: OTHER_SECRET } }))
      .then(revised(OTHER_SECRET)));
  it('removes the secret', () =>
    given(dataSource, registered)
      .when(revise({ secret: { type: 'remove' } }))
      .then(revised(null)));
  it('changes nothing when it is the same', () =>
    given(dataSource, registered, revised(SECRET)).when(revise()).thenNothing());
  it.each([
    { host: 'other' },
    { port: 5433 },
    { tls: { mode: 'disable', ca: null } as const },
    { readReplica: { host: 'replica', port: 5432 } },
  ])('is refused when a kept secret would go elsewhere: %j', (change) => {
    const elsewhere = postgresSource(change);
    given(dataSource, registered)
      .when(revise({ definition: elsewhere }))
      .refused('data_source.password_needed');
    given(dataSource, registered)
      .when(revise({ definition: elsewhere, secret: { type: 'replace', secretId: OTHER_SECRET } }))
      .then(revised(OTHER_SECRET, elsewhere));
  });
  it.each([{ host: 'other' }, { port: 3307 }, { tls: { mode: 'disable', ca: null } as const }])(
    'of MySQL likewise: %j',
    (change) => {
      const registeredShop = { ...registered, definition: mysqlSource() };
      given(dataSource, registeredShop)
        .when(revise({ definition: mysqlSource(change) }))
        .refused('data_source.password_needed');
      const smaller = mysqlSource({
        database: 'archive',
        user: 'other',
        maxConnections: 1,
        statementTimeoutSeconds: 9,
      });
      given(dataSource, registeredShop)
        .when(revise({ definition: smaller }))
        .then(revised(SECRET, smaller));
    },
  );
  it('needs no secret again where there is none', () => {
    const elsewhere = postgresSource({ host: 'other' });
    given(dataSource, { ...registered, secretId: null })
      .when(revise({ definition: elsewhere }))
      .then(revised(null, elsewhere));
  });
  it.each([files, mysqlSource()])('is refused for another kind: $kind', (definition) =>
    given(dataSource, registered).when(revise({ definition })).refused('data_source.kind_fixed'),
  );
  it('is refused for an unknown one', () => given(dataSource).when(revise()).refused('data_source.missing'));
  it('is refused for a retired one', () =>
    given(dataSource, registered, retired).when(revise()).refused('data_source.retired'));
});

describe('retiring a data source', () => {
  it('closes it and forgets where its secret was', () => {
    given(dataSource, registered).when(retire).then(retired);
    expect(given(dataSource, registered, retired).state).toEqual({
      status: 'retired',
      dataSourceId: SALES_ID,
      name: 'sales',
      definition: postgresSource(),
      secretId: null,
    });
  });
  it('changes nothing the second time', () => given(dataSource, registered, retired).when(retire).thenNothing());
  it('is refused for an unknown one', () => given(dataSource).when(retire).refused('data_source.missing'));
});

it('ignores a history without a beginning', () => {
  expect(given(dataSource, revised(SECRET), retired).state).toEqual({ status: 'absent' });
});
