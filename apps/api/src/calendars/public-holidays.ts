import { createRequire } from 'node:module';
import { setImmediate } from 'node:timers/promises';
import type Holidays from 'date-holidays';
import type { HolidaysTypes } from 'date-holidays';
import type { Holiday } from '#domain';

/** A part of a country whose holidays differ: a state, or a part of one (`BY-A`). */
interface Region {
  readonly region: string;
  readonly name: string;
}

export interface Country {
  /** ISO 3166-1: `DE`. */
  readonly country: string;
  readonly name: string;
  readonly regions: readonly Region[];
}

export interface Place {
  readonly country: string;
  readonly region: string | null;
}

const requireHere = createRequire(__filename);
const ENGLISH = 'en';
const HOUR_MS = 3_600_000;

/** The countries with public holidays that can be imported, with their regions, by name in English. */
export function countries(): readonly Country[] {
  const all = new (holidaysClass())();
  return byName(
    Object.entries(all.getCountries(ENGLISH)).map(([country, name]) => ({
      country,
      name,
      regions: byName(Object.entries(statesOf(all, country)).flatMap((state) => regionsOf(all, country, state))),
    })),
  );
}

/**
 * The public holidays of a place in some years, by date, named in English where there is an English name. A holiday of several
 * days gives each of its days; one that begins after midnight is half a day and gives none. Null for an unknown place.
 */
export async function publicHolidays(place: Place, years: readonly number[]): Promise<readonly Holiday[] | null> {
  const HolidaysClass = holidaysClass();
  const all = new HolidaysClass();
  const [state, region] = place.region?.split('-') ?? [];
  if (!isKnown(all, place.country, state, region)) return null;
  const where = { country: place.country, ...(state && { state }), ...(region && { region }) };
  const calendar = new HolidaysClass(where, { types: ['public'] });

  const names = new Map<string, Set<string>>();
  // Of the year before, the last holiday may reach into the first year.
  for (const year of new Set(years.flatMap((wanted) => [wanted - 1, wanted]))) {
    // Moons take up to 0.1 s a year to find: others have their turn between two years.
    await setImmediate();
    for (const holiday of calendar.getHolidays(year, ENGLISH)) {
      for (const date of datesOf(holiday)) {
        if (years.includes(Number(date.slice(0, 4)))) {
          names.set(date, (names.get(date) ?? new Set<string>()).add(holiday.name));
        }
      }
    }
  }
  return [...names]
    .map(([date, those]) => ({ date, name: [...those].join(', ') }))
    .sort((one, other) => (one.date < other.date ? -1 : 1));
}

/** Megabytes of rules: loaded when somebody imports, not at the start. */
function holidaysClass(): typeof Holidays {
  return requireHere('date-holidays') as typeof Holidays;
}

function isKnown(all: Holidays, country: string, state: string | undefined, region: string | undefined): boolean {
  if (!Object.hasOwn(all.getCountries(), country)) return false;
  if (state === undefined) return true;
  if (!Object.hasOwn(statesOf(all, country), state)) return false;
  return region === undefined || Object.hasOwn(partsOf(all, country, state), region);
}

function regionsOf(all: Holidays, country: string, [state, name]: readonly [string, string]): Region[] {
  const parts = Object.entries(partsOf(all, country, state));
  return [
    { region: state, name },
    ...parts.map(([part, partName]) => ({ region: `${state}-${part}`, name: `${name}, ${partName}` })),
  ];
}

type Names = Readonly<Record<string, string>>;

/** What its types leave out: there are places without parts. */
interface Parts {
  getStates(country: string, language: string): Names | undefined;
  getRegions(country: string, state: string, language: string): Names | undefined;
}

function statesOf(all: Parts, country: string): Names {
  return all.getStates(country, ENGLISH) ?? {};
}

function partsOf(all: Parts, country: string, state: string): Names {
  return all.getRegions(country, state, ENGLISH) ?? {};
}

/** Whole days of the wall in that place. An hour more or less is a clock change. */
function datesOf({ date, start, end }: HolidaysTypes.Holiday): string[] {
  if (date.slice(11, 19) !== '00:00:00') return [];
  const first = Date.parse(`${date.slice(0, 10)}T00:00:00Z`);
  const days = Math.max(1, Math.floor((end.getTime() - start.getTime() + HOUR_MS) / (24 * HOUR_MS)));
  return Array.from({ length: days }, (_, day) => new Date(first + day * 24 * HOUR_MS).toISOString().slice(0, 10));
}

function byName<Named extends { readonly name: string }>(list: readonly Named[]): readonly Named[] {
  return list.toSorted((one, other) => one.name.localeCompare(other.name, ENGLISH));
}
