import type { Response } from 'supertest';
import { as, lateFlights, made, registerFlights, startApiWorld, type ApiWorld, type Made } from '../testing/api-world';

let world: ApiWorld;
let template: Made;

beforeAll(async () => {
  world = await startApiWorld();
  const dataset = await registerFlights(world);
  template = made(await anna().post('/v1/templates', lateFlights(dataset.id)).expect(201));
});
afterAll(() => world.close());

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const anna = () => as(world, world.anna);
const root = () => as(world, world.root);

const newYear = { date: '2027-01-01', name: "New Year's Day" };
const labourDay = { date: '2027-05-01', name: 'Labour Day' };
const plain = { name: 'Own days', holidays: [labourDay, newYear] };
const bavaria = { country: 'DE', region: 'BY', fromYear: 2026, toYear: 2026 };

const defined = async (body: object = plain) => made(await root().post('/v1/calendars', body).expect(201));
const read = async ({ id, position }: Made) =>
  (await anna().get(`/v1/calendars/${id}`).set('X-Wait-For', position).expect(200)).body as Record<string, unknown>;
const mistakes = ({ body }: Response) =>
  (body as { errors: { code: string; pointer: string }[] }).errors.map(({ code, pointer }) => `${code} ${pointer}`);

const morning = {
  name: 'Each morning',
  recurrence: { type: 'daily', time: '07:30' },
  timeZone: 'Europe/Berlin',
};
const minding = (calendarId: string, more: object = {}) => ({
  ...morning,
  calendar: { calendarId, onHoliday: 'skip' },
  ...more,
});
const newSchedule = (calendarId: string, more: object = {}) => ({
  templateId: template.id,
  ...minding(calendarId, more),
});

describe('a calendar', () => {
  it('is made from holidays given, read by everybody, and listed without its days', async () => {
    const calendar = await defined();
    expect(await read(calendar)).toEqual({
      calendarId: calendar.id,
      name: 'Own days',
      description: null,
      weekend: [6, 7],
      holidayCount: 2,
      holidays: [newYear, labourDay],
      source: null,
      status: 'active',
      revision: 0,
      definedBy: world.root.userId,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
    const { body } = await anna().get('/v1/calendars?search=own&status=active').expect(200);
    const { items } = body as { items: object[] };
    expect(items).toContainEqual(expect.objectContaining({ calendarId: calendar.id, holidayCount: 2 }));
    expect(items[0]).not.toHaveProperty('holidays');
  });

  it('can be read at once, and not again when it is the same', async () => {
    const calendar = await defined();
    const response = await anna().get(`/v1/calendars/${calendar.id}`).expect(200);
    expect(response.headers.etag).toBe(calendar.etag);
    await anna().get(`/v1/calendars/${calendar.id}`).set('If-None-Match', calendar.etag).expect(304);
  });

  it('is made once for a repeated request', async () => {
    const send = () => root().post('/v1/calendars', plain).set('Idempotency-Key', 'a-calendar-once').expect(201);
    expect(made(await send())).toEqual(made(await send()));
  });

  it('is revised by whoever has seen it as it is, and stands in the audit trail', async () => {
    const calendar = await defined();
    const revision = { name: 'Less', description: 'Of 2027', weekend: [5, 6], holidays: [newYear] };
    await root().put(`/v1/calendars/${calendar.id}`, revision).expect(428);
    const put = () => root().put(`/v1/calendars/${calendar.id}`, revision).set('If-Match', calendar.etag);
    const revised = made(await put().expect(200));
    await put().expect(412);
    expect(await read(revised)).toMatchObject({ ...revision, revision: 1 });
    const trail = await root()
      .get(`/v1/audit?aggregateType=calendar&aggregateId=${calendar.id}&first=oldest`)
      .set('X-Wait-For', revised.position)
      .expect(200);
    expect(trail.body).toMatchObject({
      items: [
        { eventType: 'CalendarDefined', actor: world.root.userId },
        { eventType: 'CalendarRevised', after: { definition: revision } },
      ],
    });
  });

  it('is removed for good', async () => {
    const calendar = await defined();
    const removed = made(await root().post(`/v1/calendars/${calendar.id}/remove`).expect(200));
    expect(await read(removed)).toMatchObject({ status: 'removed', revision: 1 });
    const put = root().put(`/v1/calendars/${calendar.id}`, plain).set('If-Match', removed.etag);
    expect((await put.expect(409)).body).toMatchObject({ code: 'calendar.removed' });
  });

  it('is the business of administrators', async () => {
    const { id } = await defined();
    await anna().post('/v1/calendars', plain).expect(403);
    await anna().put(`/v1/calendars/${id}`, plain).set('If-Match', '*').expect(403);
    await anna().post(`/v1/calendars/${id}/import`, { fromYear: 2026, toYear: 2026 }).expect(403);
    await anna().post(`/v1/calendars/${id}/remove`).expect(403);
  });

  it('that is unknown is missing, whatever is asked of it', async () => {
    const path = `/v1/calendars/${UNKNOWN}`;
    const answers = [
      await anna().get(path),
      await root().put(path, plain).set('If-Match', '*'),
      await root().post(`${path}/import`, { fromYear: 2026, toYear: 2026 }),
      await root().post(`${path}/remove`),
    ];
    for (const { status, body } of answers)
      expect({ status, body }).toMatchObject({ status: 404, body: { code: 'calendar.missing' } });
  });

  it('is refused with each mistake, where it stands', async () => {
    const holidays = [newYear, newYear, { date: '2027-02-29', name: 'None' }, { date: '1969-01-01', name: 'Early' }];
    const refused = await root()
      .post('/v1/calendars', { ...plain, weekend: [6, 6], holidays })
      .expect(422);
    expect(refused.body).toMatchObject({ code: 'calendar.invalid' });
    expect(mistakes(refused)).toEqual([
      'weekend.invalid /weekend',
      'holiday.repeated /holidays/1/date',
      'holiday.no_such_date /holidays/2/date',
      'holiday.year_out_of_range /holidays/3/date',
    ]);
  });
});

describe('an import', () => {
  it('brings the public holidays of the years, beside the days given', async () => {
    const own = { date: '2026-12-24', name: 'Works holiday' };
    const calendar = await defined({ name: 'Bavaria', holidays: [own], import: bavaria });
    const { holidays, ...view } = await read(calendar);
    expect(view).toMatchObject({ holidayCount: 13, source: bavaria });
    expect(holidays).toContainEqual(own);
    expect(holidays).toContainEqual({ date: '2026-01-06', name: 'Epiphany' });
  });

  it('brings more years later, and leaves those that were edited alone', async () => {
    const { id, etag } = await defined({ name: 'Bavaria', import: bavaria });
    const edited = { name: 'Bavaria', holidays: [{ date: '2026-12-25', name: 'Christmas' }] };
    await root().put(`/v1/calendars/${id}`, edited).set('If-Match', etag).expect(200);
    const more = made(await root().post(`/v1/calendars/${id}/import`, { fromYear: 2026, toYear: 2027 }).expect(200));
    const { holidays, ...view } = await read(more);
    expect(view).toMatchObject({ revision: 2, source: { ...bavaria, toYear: 2027 } });
    expect((holidays as { date: string }[]).filter(({ date }) => date < '2027')).toEqual(edited.holidays);
    expect(holidays).toHaveLength(13);
    const again = await root().post(`/v1/calendars/${id}/import`, { fromYear: 2026, toYear: 2027 }).expect(200);
    expect(made(again).etag).toBe(more.etag);
  });

  it('needs a calendar that was imported', async () => {
    const { id } = await defined();
    const response = await root().post(`/v1/calendars/${id}/import`, { fromYear: 2026, toYear: 2026 }).expect(409);
    expect(response.body).toMatchObject({ code: 'calendar.not_imported' });
  });

  it.each([
    [{ country: 'XX' }, 422, 'calendar.place_unknown /import'],
    [{ region: 'XX' }, 422, 'calendar.place_unknown /import'],
    [{ region: 'BY-A-1' }, 400, 'value.malformed /import/region'],
    [{ fromYear: 1969 }, 400, 'value.out_of_range /import/fromYear'],
    [{ toYear: 2025 }, 400, 'value.invalid /import/toYear'],
  ])('of %j is refused', async (more, status, mistake) => {
    const response = await root().post('/v1/calendars', { name: 'X', import: { ...bavaria, ...more } });
    expect([response.status, ...mistakes(response)]).toEqual([status, mistake]);
  });

  it('can be had of many countries and their regions', async () => {
    const { body } = await anna().get('/v1/calendars/countries').expect(200);
    const { items } = body as { items: { country: string; regions: object[] }[] };
    expect(items.find(({ country }) => country === 'DE')?.regions).toContainEqual({ region: 'BY', name: 'Bayern' });
  });
});

describe('a schedule with a calendar', () => {
  it('needs one that is there, when it is defined, revised and resumed', async () => {
    const { id } = await defined();
    const own = made(await anna().post('/v1/schedules', newSchedule(id)).expect(201));
    const unknown = await anna().post('/v1/schedules', newSchedule(UNKNOWN)).expect(422);
    expect(unknown.body).toMatchObject({ code: 'schedule.invalid' });
    expect(mistakes(unknown)).toEqual(['calendar.missing /calendar/calendarId']);

    const gone = await defined();
    await root().post(`/v1/calendars/${gone.id}/remove`).expect(200);
    const revised = await anna().put(`/v1/schedules/${own.id}`, minding(gone.id)).set('If-Match', own.etag).expect(422);
    expect(mistakes(revised)).toEqual(['calendar.removed /calendar/calendarId']);
  });

  it('shows its next times by the calendar, as a preview does', async () => {
    const days = Array.from({ length: 30 }, (_, day) =>
      new Date(Date.now() + day * 86_400_000).toISOString().slice(0, 10),
    );
    const { id } = await defined({ name: 'A month off', holidays: days.map((date) => ({ date, name: 'Off' })) });
    const own = made(await anna().post('/v1/schedules', newSchedule(id)).expect(201));
    const { calendar, recurrence, timeZone } = minding(id);
    const answers = [
      await anna().get(`/v1/schedules/${own.id}`).set('X-Wait-For', own.position).expect(200),
      await anna().post('/v1/schedules/preview', { calendar, recurrence, timeZone }).expect(200),
    ];
    for (const { body } of answers) {
      const { sentence, nextRuns } = body as { sentence: string; nextRuns: string[] };
      expect(sentence).toContain('only on business days of A month off');
      const [first] = nextRuns;
      expect(first?.slice(0, 10).localeCompare(days.at(-1) ?? '')).toBe(1);
    }
    const unknown = { calendar: { ...calendar, calendarId: UNKNOWN }, recurrence, timeZone };
    expect(mistakes(await anna().post('/v1/schedules/preview', unknown).expect(422))).toEqual([
      'calendar.missing /calendar/calendarId',
    ]);
  });

  it('keeps its calendar from being removed, until it is removed itself', async () => {
    const { id } = await defined();
    const schedules: Made[] = [];
    for (const place of [1, 2, 3, 4, 5, 6, 7]) {
      const body = newSchedule(id, { name: `Schedule ${place}` });
      schedules.push(made(await anna().post('/v1/schedules', body).expect(201)));
    }
    await anna()
      .post(`/v1/schedules/${schedules[0]?.id ?? ''}/pause`, {})
      .expect(200);
    await anna()
      .get(`/v1/schedules`)
      .set('X-Wait-For', schedules[6]?.position ?? '')
      .expect(200);
    const { body } = await root().post(`/v1/calendars/${id}/remove`).expect(409);
    expect(body).toMatchObject({
      code: 'calendar.in_use',
      detail: expect.stringMatching(/^Schedules use the calendar: ("Schedule \d", ){5}2 more\. /) as string,
    });

    let last: Made | undefined;
    for (const each of schedules) last = made(await anna().post(`/v1/schedules/${each.id}/remove`).expect(200));
    await anna()
      .get(`/v1/schedules`)
      .set('X-Wait-For', last?.position ?? '')
      .expect(200);
    await root().post(`/v1/calendars/${id}/remove`).expect(200);
  });
});
