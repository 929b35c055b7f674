import { DATA_TYPES, type DataType } from '#domain';
import { datasetColumn, FLIGHTS, reportColumn, templateDefinition } from '#domain/testing';
import { liveProblems } from './live-problems';

function fits(declared: DataType, live: DataType): boolean {
  const definition = templateDefinition({ columns: [reportColumn('value', declared)] });
  const dataset = { ...FLIGHTS, columns: [datasetColumn('value', declared)] };
  const problems = liveProblems(definition, dataset, [
    { name: 'value', databaseType: live, type: live, nullable: true },
  ]);
  expect(problems.every(({ code }) => code === 'dataset.column_type_changed')).toBe(true);
  return problems.length === 0;
}

it.each<[DataType, DataType[]]>([
  ['string', ['string']],
  ['integer', ['string', 'integer', 'decimal', 'currency', 'percent']],
  ['decimal', ['string', 'decimal', 'currency', 'percent']],
  ['currency', ['string', 'currency']],
  ['duration', ['string', 'duration']],
  ['array', ['string', 'array']],
  ['timestamp', ['string', 'timestamp']],
])('a column that is %s now may be declared as %j', (live, declared) => {
  expect(DATA_TYPES.filter((type) => fits(type, live))).toEqual(declared);
});
