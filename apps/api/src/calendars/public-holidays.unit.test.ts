import { countries, publicHolidays } from './public-holidays';

const dates = async (country: string, region: string | null, ...years: number[]) =>
  (await publicHolidays({ country, region }, years))?.map(({ date }) => date);

it('gives the public holidays of a region by date, in English', async () => {
  const holidays = await publicHolidays({ country: 'DE', region: 'BY' }, [2026]);
  expect(holidays).toHaveLength(12);
  expect(holidays?.slice(0, 3)).toEqual([
    { date: '2026-01-01', name: "New Year's Day" },
    { date: '2026-01-06', name: 'Epiphany' },
    { date: '2026-04-03', name: 'Good Friday' },
  ]);
});

it('minds the part of a region', async () => {
  expect(await dates('DE', 'BY', 2026)).not.toContain('2026-08-08');
  expect(await dates('DE', 'BY-A', 2026)).toContain('2026-08-08');
});

it('leaves out what is no public holiday', async () => {
  expect(await dates('DE', null, 2026)).not.toContain('2026-12-24');
});

it('counts substitutes', async () => {
  expect((await dates('GB', 'ENG', 2027))?.slice(-4)).toEqual(['2027-12-25', '2027-12-26', '2027-12-27', '2027-12-28']);
});

it('gives each day of a holiday of several days, and not the half day at its end', async () => {
  const holidays = await publicHolidays({ country: 'TR', region: null }, [2026]);
  const eid = holidays?.filter(({ name }) => /Eid al-Fitr/.test(name));
  expect(eid?.map(({ date }) => date)).toEqual(['2026-03-20', '2026-03-21', '2026-03-22']);
});

it('gives a day that the clock makes an hour shorter', async () => {
  expect(await dates('AL', null, 2027)).toContain('2027-03-28');
});

it('leaves out half days', async () => {
  expect(await dates('IS', null, 2026)).not.toContain('2026-12-24');
});

it('gives the days of a holiday that began in the year before, and none beyond the years wanted', async () => {
  expect((await dates('SZ', null, 2027))?.slice(0, 2)).toEqual(['2027-01-01', '2027-01-02']);
  expect((await dates('SZ', null, 2027))?.at(-1)).toBe('2027-12-31');
});

it('names a day with two holidays by both', async () => {
  const holidays = await publicHolidays({ country: 'DE', region: 'TH' }, [2008]);
  expect(holidays?.find(({ date }) => date === '2008-05-01')?.name).toBe('Labour Day, Ascension Day');
});

it.each([
  ['ZZ', null],
  ['toString', null],
  ['de', null],
  ['DE', 'XX'],
  ['DE', 'BY-X'],
  ['DE', ''],
])('knows no %s %s', async (country, region) => {
  expect(await publicHolidays({ country, region }, [2026])).toBeNull();
});

it('tells what can be imported', () => {
  const all = countries();
  expect(all.length).toBeGreaterThan(200);
  expect(all.find(({ country }) => country === 'MC')).toEqual({ country: 'MC', name: 'Monaco', regions: [] });
  expect(all.find(({ country }) => country === 'DE')?.regions.slice(0, 4)).toEqual([
    { region: 'BW', name: 'Baden-Württemberg' },
    { region: 'BY', name: 'Bayern' },
    { region: 'BY-KATH', name: 'Bayern, Predominantly catholic communities' },
    { region: 'BY-EVANG', name: 'Bayern, Predominantly protestant communities' },
  ]);
});
