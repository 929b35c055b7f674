import type { LiveColumn } from '#data-sources';
import { datasetColumn, FLIGHTS } from '#domain/testing';
import { datasetDrift } from './dataset-drift';

const dataset = {
  ...FLIGHTS,
  columns: [datasetColumn('origin', 'string'), datasetColumn('delay', 'integer'), datasetColumn('fare', 'decimal')],
};

function live(name: string, type: LiveColumn['type'], databaseType: string = type): LiveColumn {
  return { name, type, databaseType, nullable: true };
}

it('finds nothing where all is as declared, in whatever order', () => {
  expect(datasetDrift(dataset, [live('fare', 'integer'), live('delay', 'integer'), live('origin', 'uuid')])).toEqual(
    [],
  );
});

it('finds what is gone, what is another type now, and what is new', () => {
  const found = datasetDrift(dataset, [live('added', 'json', 'jsonb'), live('fare', 'date'), live('origin', 'string')]);
  expect(found).toEqual([
    {
      code: 'dataset.column_missing',
      column: 'delay',
      breaking: true,
      message: 'The column "delay" no longer exists in the data source.',
    },
    {
      code: 'dataset.column_type_changed',
      column: 'fare',
      breaking: true,
      message: 'The column "fare" is now of type date; the dataset declares decimal.',
    },
    {
      code: 'dataset.column_undeclared',
      column: 'added',
      breaking: false,
      message: 'The column "added" of type jsonb is not declared: reports cannot use it.',
    },
  ]);
});

it('finds that the table is gone', () => {
  expect(datasetDrift(dataset, null)).toEqual([
    {
      code: 'dataset.relation_missing',
      column: null,
      breaking: true,
      message: 'The table or view "public"."flights" of the dataset "Flights" no longer exists.',
    },
  ]);
});
