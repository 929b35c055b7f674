import { Controller, Inject } from '@nestjs/common';
import {
  withImported,
  yearsToImport,
  type CalendarDefinition,
  type CalendarState,
  type ExistingCalendar,
  type Years,
} from '#domain';
import { derivedId } from '#event-sourcing';
import { CalendarQueries } from '#read-models';
import { PARTS, type Parts } from '#runtime';
import { Dispatcher } from '../commands/dispatcher';
import { answered } from '../commands/outcomes';
import { Streams } from '../commands/streams';
import { Handles, type Call } from '../http/operation';
import { Problem } from '../http/problem';
import { readOne, viewerOf } from '../http/queries';
import { calendarOperations as operations } from './calendar.operations';
import { countries, publicHolidays, type Place } from './public-holidays';

type CallOf<Name extends keyof typeof operations> = Call<(typeof operations)[Name]>;

/** Schedules that the refusal to remove their calendar names. */
const NAMED_USERS = 5;

@Controller()
export class CalendarsController {
  private readonly queries: CalendarQueries;

  constructor(
    @Inject(PARTS) parts: Parts,
    @Inject(Dispatcher) private readonly dispatcher: Dispatcher,
    @Inject(Streams) private readonly streams: Streams,
  ) {
    this.queries = new CalendarQueries(parts.pool);
  }

  @Handles(operations.define)
  async define(call: CallOf<'define'>) {
    const calendarId = derivedId(call.context.commandId, 'calendar');
    const { import: wanted, ...given } = call.body;
    const plain: CalendarDefinition = { ...given, source: null };
    const definition = wanted === null ? plain : await imported(plain, wanted, wanted, '/import');
    const outcome = await this.dispatcher.calendar({ ...call, ifMatch: null }, calendarId, () => {
      return { type: 'DefineCalendar', calendarId, definition, by: call.caller.userId, at: call.now.toISOString() };
    });
    return answered(calendarId, outcome, { location: `/v1/calendars/${calendarId}` });
  }

  @Handles(operations.list)
  async list({ query }: CallOf<'list'>) {
    return { body: await this.queries.list(query) };
  }

  // Before the route with an id, which would take its name for one.
  @Handles(operations.countries)
  countries() {
    return Promise.resolve({ body: { items: countries(), nextCursor: null } });
  }

  @Handles(operations.get)
  async get(call: CallOf<'get'>) {
    const { calendarId } = call.params;
    const read = () => this.queries.get(calendarId);
    const known = await read();
    if (known) return readOne(call, known);
    const loaded = await this.streams.calendar(calendarId);
    existing(loaded.state);
    return readOne(call, await this.streams.whenProjected(loaded, read));
  }

  @Handles(operations.revise)
  revise(call: CallOf<'revise'>) {
    return this.change(call, ({ definition: { source } }) => Promise.resolve({ ...call.body, source }));
  }

  @Handles(operations.importYears)
  importYears(call: CallOf<'importYears'>) {
    return this.change(call, async ({ definition }) => {
      if (definition.source !== null) return await imported(definition, definition.source, call.body, '');
      throw new Problem('calendar.not_imported', 'Its holidays were given: add further ones by PUT.');
    });
  }

  @Handles(operations.remove)
  async remove(call: CallOf<'remove'>) {
    const { calendarId } = call.params;
    const outcome = await this.dispatcher.calendar(call, calendarId, async (state) => {
      existing(state);
      const users = await this.queries.usersOf(viewerOf(call.caller), calendarId, NAMED_USERS);
      return { type: 'RemoveCalendar', calendarId, users, by: call.caller.userId, at: call.now.toISOString() };
    });
    return answered(calendarId, outcome);
  }

  private async change(
    call: CallOf<'revise'> | CallOf<'importYears'>,
    revised: (calendar: ExistingCalendar) => Promise<CalendarDefinition>,
  ) {
    const { calendarId } = call.params;
    const outcome = await this.dispatcher.calendar(call, calendarId, async (state) => {
      const definition = await revised(existing(state));
      return { type: 'ReviseCalendar', calendarId, definition, by: call.caller.userId, at: call.now.toISOString() };
    });
    return answered(calendarId, outcome);
  }
}

function existing(state: CalendarState): ExistingCalendar {
  if (state.status === 'absent') throw new Problem('calendar.missing', 'There is no such calendar.');
  return state;
}

/** @param pointer where the request has the place */
async function imported(
  definition: CalendarDefinition,
  { country, region }: Place,
  wanted: Years,
  pointer: string,
): Promise<CalendarDefinition> {
  const years = yearsToImport(wanted, definition.source);
  const holidays = await publicHolidays({ country, region }, years);
  if (holidays !== null) return withImported(definition, { country, region }, years, holidays);
  const message = 'No holidays are known of this country or region: choose one of GET /v1/calendars/countries.';
  throw new Problem('calendar.place_unknown', message, {
    errors: [{ code: 'calendar.place_unknown', pointer, message }],
  });
}
