import { z } from 'zod';
import { FIRST_YEAR, LAST_YEAR } from '#domain';
import { actor, changed, id, instant, page, paging, uuid, words } from '../http/fields';
import { operation } from '../http/operation';
import { weekday } from '../schedules/recurrence.schema';

const tag = 'Calendars';
const calendarId = z.strictObject({ calendarId: id });
const status = z.enum(['active', 'removed']);
const year = z.int().min(FIRST_YEAR).max(LAST_YEAR);
const years = { fromYear: year, toYear: year.describe('It belongs to them.') };
const inOrder = ({ fromYear, toYear }: { readonly fromYear: number; readonly toYear: number }) => fromYear <= toYear;
const notInOrder = { path: ['toYear'], message: 'must not be before fromYear' };

const holiday = z
  .strictObject({ date: z.string().max(20).describe('`YYYY-MM-DD`'), name: words(200) })
  .meta({ id: 'Holiday' });

const fields = {
  name: words(200),
  description: z.string().trim().max(2000).nullable().default(null),
  weekend: z.array(weekday).max(7).default([6, 7]).describe('Weekdays that are no business days.'),
};
const days = z.array(holiday).describe('At most 5,000, in the years 1970 to 2100, one a date.');

const place = {
  country: z.string().min(1).max(16).describe('One of GET /v1/calendars/countries, such as `DE`.'),
  region: z
    .string()
    .regex(/^[A-Za-z0-9]{1,16}(-[A-Za-z0-9]{1,16})?$/, 'must be a region of the country such as BY or BY-A')
    .nullable()
    .default(null)
    .describe('One of its regions; null: the holidays of the whole country.'),
};

const calendarInput = z.strictObject({ ...fields, holidays: days }).meta({ id: 'CalendarInput' });

const newCalendarInput = z
  .strictObject({
    ...fields,
    holidays: days.default([]),
    import: z
      .strictObject({ ...place, ...years })
      .refine(inOrder, notInOrder)
      .nullable()
      .default(null),
  })
  .meta({
    id: 'NewCalendarInput',
    description:
      'Which days are no business days. Holidays given and imported ones add up; of one date the given one counts.',
    examples: [{ name: 'Bavaria', import: { country: 'DE', region: 'BY', fromYear: 2026, toYear: 2035 } }],
  });

const source = z
  .object({ country: z.string(), region: z.string().nullable(), fromYear: z.int(), toYear: z.int() })
  .nullable()
  .describe('What was imported; days of these years may have been edited since.');

const summary = {
  calendarId: uuid,
  name: z.string(),
  description: z.string().nullable(),
  weekend: z.array(weekday),
  holidayCount: z.int(),
  source,
  status,
  revision: z.int(),
  definedBy: actor,
  createdAt: instant,
  updatedAt: instant,
};

export const calendarOperations = {
  define: operation({
    id: 'defineCalendar',
    method: 'post',
    path: '/v1/calendars',
    tag,
    summary: 'Make a calendar, from holidays given or imported',
    access: 'admin',
    body: newCalendarInput,
    status: 201,
    response: changed,
    command: true,
    problems: ['calendar.invalid', 'calendar.place_unknown'],
  }),
  list: operation({
    id: 'listCalendars',
    method: 'get',
    path: '/v1/calendars',
    tag,
    summary: 'List the calendars, by name',
    query: z.strictObject({
      ...paging,
      search: z.string().max(200).optional().describe('Part of the name.'),
      status: status.optional(),
    }),
    response: page(z.object(summary).meta({ id: 'CalendarSummary' })),
    waits: 'read-models',
    problems: ['cursor.invalid'],
  }),
  countries: operation({
    id: 'listHolidayCountries',
    method: 'get',
    path: '/v1/calendars/countries',
    tag,
    summary: 'List the countries and regions whose public holidays can be imported, by name',
    response: page(
      z
        .object({
          country: z.string().describe('ISO 3166-1.'),
          name: z.string(),
          regions: z.array(z.object({ region: z.string(), name: z.string() })),
        })
        .meta({ id: 'HolidayCountry' }),
    ),
  }),
  get: operation({
    id: 'getCalendar',
    method: 'get',
    path: '/v1/calendars/:calendarId',
    tag,
    summary: 'Read a calendar, with its holidays',
    params: calendarId,
    response: z.object({ ...summary, holidays: z.array(holiday) }).meta({ id: 'Calendar' }),
    waits: 'read-models',
    problems: ['calendar.missing'],
  }),
  revise: operation({
    id: 'reviseCalendar',
    method: 'put',
    path: '/v1/calendars/:calendarId',
    tag,
    summary: 'Revise a calendar; the next times of its schedules follow at once',
    access: 'admin',
    params: calendarId,
    body: calendarInput,
    response: changed,
    command: true,
    ifMatch: 'required',
    problems: ['calendar.missing', 'calendar.removed', 'calendar.invalid'],
  }),
  importYears: operation({
    id: 'importHolidays',
    method: 'post',
    path: '/v1/calendars/:calendarId/import',
    tag,
    summary: 'Import more years of the country and region that a calendar came from',
    access: 'admin',
    params: calendarId,
    body: z.strictObject(years).refine(inOrder, notInOrder).meta({
      id: 'HolidayYears',
      description: 'Years imported before are left as they are; those between come along.',
    }),
    response: changed,
    command: true,
    ifMatch: 'honoured',
    problems: [
      'calendar.missing',
      'calendar.removed',
      'calendar.invalid',
      'calendar.not_imported',
      'calendar.place_unknown',
    ],
  }),
  remove: operation({
    id: 'removeCalendar',
    method: 'post',
    path: '/v1/calendars/:calendarId/remove',
    tag,
    summary: 'Remove a calendar that no schedule uses, for good',
    access: 'admin',
    params: calendarId,
    response: changed,
    command: true,
    ifMatch: 'honoured',
    problems: ['calendar.missing', 'calendar.in_use'],
  }),
};
