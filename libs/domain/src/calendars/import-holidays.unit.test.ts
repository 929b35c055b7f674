import { calendarDefinition } from '../testing/samples';
import { withImported, yearsToImport } from './import-holidays';

const years = (fromYear: number, toYear: number) => ({ fromYear, toYear });
const bavaria = { country: 'DE', region: 'BY' };

describe('the years to import', () => {
  it.each([
    [years(2026, 2028), null, [2026, 2027, 2028]],
    [years(2028, 2028), years(2026, 2027), [2028]],
    [years(2025, 2029), years(2026, 2028), [2025, 2029]],
    [years(2026, 2027), years(2025, 2028), []],
    // The years between come too, so that what was imported has no gap.
    [years(2029, 2029), years(2026, 2026), [2027, 2028, 2029]],
    [years(2020, 2020), years(2022, 2022), [2020, 2021]],
  ])('of %j, when %j are there, are %j', (wanted, imported, expected) => {
    expect(yearsToImport(wanted, imported)).toEqual(expected);
  });
});

describe('imported holidays', () => {
  const [christmas, stephen] = calendarDefinition().holidays;
  const newYear = { date: '2027-01-01', name: "New Year's Day" };

  it('tell where they came from', () => {
    expect(withImported(calendarDefinition({ holidays: [] }), bavaria, [2026, 2027], [christmas!])).toMatchObject({
      holidays: [christmas],
      source: { ...bavaria, fromYear: 2026, toYear: 2027 },
    });
  });
  it('join those that are there, whose names stay', () => {
    const definition = calendarDefinition({ source: { ...bavaria, ...years(2026, 2026) } });
    const renamed = { ...christmas!, name: 'Weihnachten' };
    expect(withImported(definition, bavaria, [2027], [renamed, newYear])).toMatchObject({
      holidays: [christmas, stephen, newYear],
      source: { ...bavaria, fromYear: 2026, toYear: 2027 },
    });
  });
  it('change nothing when there are no years to import', () => {
    const definition = calendarDefinition({ source: { ...bavaria, ...years(2026, 2026) } });
    expect(withImported(definition, bavaria, [], [])).toEqual(definition);
  });
});
