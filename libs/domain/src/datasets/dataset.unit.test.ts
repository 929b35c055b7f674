import { ANNA, datasetColumn, DATASET_ID, FLIGHTS, NOON } from '../testing/samples';
import { given } from '../testing/scenario';
import { dataset } from './dataset';
import { NO_RELATION, type DatasetCommand, type DatasetEvent } from './dataset-messages';

const register: DatasetCommand = {
  type: 'RegisterDataset',
  datasetId: DATASET_ID,
  definition: FLIGHTS,
  by: ANNA,
  at: NOON,
};
const registered: DatasetEvent = { ...register, type: 'DatasetRegistered' };
const renamed = { ...FLIGHTS, name: 'All flights' };
const revise: DatasetCommand = { type: 'ReviseDataset', datasetId: DATASET_ID, definition: renamed, at: NOON };
const retire: DatasetCommand = { type: 'RetireDataset', datasetId: DATASET_ID, at: NOON };
const refresh: DatasetCommand = { type: 'RefreshDataset', datasetId: DATASET_ID, by: ANNA, at: NOON };
const refreshed: DatasetEvent = { ...refresh, type: 'DatasetRefreshed' };
const retired: DatasetEvent = { ...retire, type: 'DatasetRetired' };
const overQuery = { ...FLIGHTS, relation: NO_RELATION, query: 'SELECT 1 AS delay' };
const twice = { ...FLIGHTS, columns: [datasetColumn('a', 'string'), datasetColumn('a', 'integer')] };

describe('registering a dataset', () => {
  it('opens it', () => given(dataset).when(register).then(registered));
  it('changes nothing when it stands there already', () => given(dataset, registered).when(register).thenNothing());
  it('is refused under an id that is taken', () =>
    given(dataset, registered)
      .when({ ...register, definition: renamed })
      .refused('dataset.exists'));
  it('is refused when it was retired', () =>
    given(dataset, registered, retired).when(register).refused('dataset.exists'));
  it('is refused without columns', () =>
    given(dataset)
      .when({ ...register, definition: { ...FLIGHTS, columns: [] } })
      .refused('dataset.columns_empty'));
  it('is refused with a column twice', () =>
    given(dataset)
      .when({ ...register, definition: twice })
      .refused('dataset.duplicate_column'));
});

describe('what a dataset reads', () => {
  it('may be a query', () => {
    const command = { ...register, definition: overQuery };
    given(dataset)
      .when(command)
      .then({ ...command, type: 'DatasetRegistered' });
  });
  it.each([
    ['a table and a query', { ...FLIGHTS, query: overQuery.query }],
    ['neither', { ...FLIGHTS, relation: NO_RELATION }],
  ])('is never %s', (_, definition) => {
    given(dataset)
      .when({ ...register, definition })
      .refused('dataset.relation_or_query');
    given(dataset, registered)
      .when({ ...revise, definition })
      .refused('dataset.relation_or_query');
  });
});

describe('revising a dataset', () => {
  const revised: DatasetEvent = { ...revise, type: 'DatasetRevised' };
  it('replaces its definition', () => given(dataset, registered).when(revise).then(revised));
  it('changes nothing when it is the same', () => given(dataset, registered, revised).when(revise).thenNothing());
  it('is refused for an unknown one', () => given(dataset).when(revise).refused('dataset.missing'));
  it('is refused for a retired one', () => given(dataset, registered, retired).when(revise).refused('dataset.retired'));
  it('is refused without columns', () =>
    given(dataset, registered)
      .when({ ...revise, definition: { ...FLIGHTS, columns: [] } })
      .refused('dataset.columns_empty'));
  it('is refused with a column twice', () =>
    given(dataset, registered)
      .when({ ...revise, definition: twice })
      .refused('dataset.duplicate_column'));
});

describe('retiring a dataset', () => {
  it('closes it', () => given(dataset, registered).when(retire).then(retired));
  it('changes nothing the second time', () => given(dataset, registered, retired).when(retire).thenNothing());
});

describe('telling that the data of a dataset are new', () => {
  it('is recorded each time', () => given(dataset, registered, refreshed).when(refresh).then(refreshed));
  it('leaves the dataset as it is', () =>
    expect(given(dataset, registered, refreshed).state).toEqual(given(dataset, registered).state));
  it('is refused for one that is missing', () => given(dataset).when(refresh).refused('dataset.missing'));
  it('is refused for a retired one', () =>
    given(dataset, registered, retired).when(refresh).refused('dataset.retired'));
  it('is refused for an unknown one', () => given(dataset).when(retire).refused('dataset.missing'));
  it('keeps the definition, so that old reports can still be explained', () => {
    expect(given(dataset, registered, retired).state).toEqual({
      status: 'retired',
      datasetId: DATASET_ID,
      definition: FLIGHTS,
    });
  });
});

it('ignores a history without a beginning', () => {
  const revised: DatasetEvent = { ...revise, type: 'DatasetRevised' };
  expect(given(dataset, revised, retired).state).toEqual({ status: 'absent' });
});
