import { request as rawRequest } from 'node:http';
import { connect } from 'node:net';
import type { Response } from 'supertest';
import { as, lateFlights, made, registerFlights, startApiWorld, type ApiWorld, type Made } from '../testing/api-world';

let world: ApiWorld;
let dataset: Made;
let template: Made;

beforeAll(async () => {
  world = await startApiWorld();
  dataset = await registerFlights(world);
  template = made(await as(world, world.anna).post('/v1/templates', lateFlights(dataset.id)).expect(201));
});
afterAll(() => world.close());
beforeEach(() => (world.log.length = 0));

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const anna = () => as(world, world.anna);

/** A problem document of the code, and nothing stored. */
async function refusedBy(code: string, status: number, send: () => PromiseLike<Response>): Promise<Response> {
  const before = await world.parts.eventStore.readStream(`template-${template.id}`);
  const response = await send();
  expect({ status: response.status, body: response.body as unknown }).toMatchObject({
    status,
    body: { type: `/problems/${code}`, code, status, correlationId: response.headers['x-correlation-id'] },
  });
  expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(await world.parts.eventStore.readStream(`template-${template.id}`)).toHaveLength(before.length);
  expect(world.log.filter(({ level }) => level === 50)).toEqual([]);
  return response;
}

const pointers = ({ body }: Response) =>
  (body as { errors: { code: string; pointer: string }[] }).errors.map(({ code, pointer }) => `${code} ${pointer}`);

describe('a body', () => {
  it.each(['{"name":', '{', 'nonsense', '"open'])('that is no JSON is malformed: %s', async (body) => {
    await refusedBy('request.malformed', 400, () =>
      anna().post('/v1/templates').set('Content-Type', 'application/json').send(body),
    );
  });

  it.each(['null', '[]', '"text"', '1', 'true'])('that is no object has a mistake: %s', async (body) => {
    await refusedBy('request.invalid', 400, () =>
      anna().post('/v1/templates').set('Content-Type', 'application/json').send(body),
    );
  });

  it('of another type is refused', async () => {
    await refusedBy('request.unsupported_media_type', 415, () =>
      anna().post('/v1/templates').set('Content-Type', 'text/plain').send('name: x'),
    );
    await refusedBy('request.unsupported_media_type', 415, () =>
      anna().post('/v1/templates').set('Content-Type', 'application/json; charset=latin1').send('{}'),
    );
  });

  it('of 10 MB is refused, also when it is announced too late', async () => {
    const body = JSON.stringify({ name: 'x'.repeat(10 * 1024 * 1024) });
    await refusedBy('request.too_large', 413, () =>
      anna().post('/v1/templates').set('Content-Type', 'application/json').send(body),
    );
    const chunked = await new Promise<number | undefined>((resolve, reject) => {
      const sending = rawRequest(`${world.url}/v1/templates`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${world.anna.token}`,
          'content-type': 'application/json',
          'transfer-encoding': 'chunked',
        },
      });
      sending.on('response', (response) => resolve(response.resume().statusCode));
      sending.on('error', reject);
      sending.end(body);
    });
    expect(chunked).toBe(413);
  });

  it('nested deeper than anybody needs is refused', async () => {
    const deep = `{"name":"x","definition":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`;
    const response = await refusedBy('request.text_invalid', 400, () =>
      anna().post('/v1/templates').set('Content-Type', 'application/json').send(deep),
    );
    expect((response.body as { errors: unknown[] }).errors).toMatchObject([{ code: 'body.too_deep' }]);
  });

  it('with unknown, missing and wrong fields is told all of them', async () => {
    const body = {
      nam: 'x',
      tags: 'ops',
      definition: { datasetId: 'abc', columns: [{ column: 'origin', color: 'red' }] },
    };
    const response = await refusedBy('request.invalid', 400, () => anna().post('/v1/templates', body));
    expect(pointers(response).sort()).toEqual([
      'field.missing /name',
      'field.unknown /definition/columns/0/color',
      'field.unknown /nam',
      'value.malformed /definition/datasetId',
      'value.wrong_type /tags',
    ]);
  });

  it('that reaches for the prototype is just an unknown field', async () => {
    const body = `{"__proto__":{"admin":true},"name":"x","definition":{"datasetId":"${dataset.id}","columns":[]}}`;
    const response = await refusedBy('request.invalid', 400, () =>
      anna().post('/v1/templates').set('Content-Type', 'application/json').send(body),
    );
    expect(pointers(response)).toEqual(['field.unknown /__proto__']);
  });
});

describe('a text', () => {
  it('with a NUL is refused wherever it stands', async () => {
    const inBody = await refusedBy('request.text_invalid', 400, () =>
      anna().post('/v1/templates', lateFlights(dataset.id, { name: 'a\0b' })),
    );
    expect(pointers(inBody)).toEqual(['text.nul /name']);
    await refusedBy('request.text_invalid', 400, () => anna().get('/v1/templates?search=a%00b'));
    await refusedBy('request.text_invalid', 400, () => anna().get('/v1/templates/a%00b'));
    await refusedBy('request.text_invalid', 400, () => anna().get(`/v1/job-requests/${UNKNOWN}/files/a%00b`));
    await refusedBy('request.text_invalid', 400, () =>
      world.http.post('/v1/sessions').send({ username: 'anna\0', password: 'x' }),
    );
  });

  it('with half of a surrogate pair is refused', async () => {
    const body = `{"name":"\\ud800","definition":{"datasetId":"${dataset.id}","columns":[]}}`;
    await refusedBy('request.text_invalid', 400, () =>
      anna().post('/v1/templates').set('Content-Type', 'application/json').send(body),
    );
  });

  it('that is SQL is a text like any other', async () => {
    const sql = `'; DROP TABLE flights; --`;
    const body = lateFlights(dataset.id, {
      name: sql,
      tags: [sql],
      definition: {
        datasetId: dataset.id,
        columns: [{ column: 'origin', header: sql }],
        filter: { type: 'condition', column: 'origin', operator: 'eq', value: sql },
        sort: [{ header: sql }],
      },
    });
    const stored = made(await anna().post('/v1/templates', body).expect(201));
    const preview = await anna().post(`/v1/templates/${stored.id}/preview`, {}).expect(200);
    expect(preview.body).toMatchObject({ columns: [{ header: sql }], rows: [] });
    const found = await anna()
      .get(`/v1/templates?search=${encodeURIComponent(sql)}&tag=${encodeURIComponent(sql)}`)
      .set('X-Wait-For', stored.position);
    expect((found.body as { items: unknown[] }).items).toMatchObject([{ templateId: stored.id, name: sql }]);
    const unknown = lateFlights(dataset.id, { definition: { datasetId: dataset.id, columns: [{ column: sql }] } });
    await refusedBy('template.invalid', 422, () => anna().post('/v1/templates', unknown));
    await anna().post(`/v1/templates/${template.id}/preview`, {}).expect(200);
  });
});

describe('an address', () => {
  it('that leads nowhere is 404', async () => {
    await refusedBy('route.unknown', 404, () => anna().get('/v1/reports'));
    const wrongMethod = await refusedBy('route.method_not_allowed', 405, () => anna().put('/v1/templates', {}));
    expect(wrongMethod.headers.allow).toBe('GET, HEAD, POST');
    await refusedBy('route.unknown', 404, () => world.http.get('/docs/../package.json'));
  });

  it('that cannot be decoded is malformed', async () => {
    await refusedBy('request.malformed', 400, () => anna().get('/v1/templates/%E0%A4%A'));
  });

  it('with an id that is none has a mistake, with an unknown one there is nothing', async () => {
    await refusedBy('request.invalid', 400, () => anna().get('/v1/templates/1'));
    for (const [path, code] of [
      [`/v1/templates/${UNKNOWN}`, 'template.missing'],
      [`/v1/templates/${UNKNOWN}/revisions`, 'template.missing'],
      [`/v1/templates/${template.id}/revisions/99`, 'template.revision_missing'],
      [`/v1/schedules/${UNKNOWN}`, 'schedule.missing'],
      [`/v1/job-requests/${UNKNOWN}`, 'job.missing'],
      [`/v1/job-requests/${UNKNOWN}/events`, 'job.missing'],
      [`/v1/job-requests/${UNKNOWN}/output`, 'job.missing'],
      [`/v1/job-requests/${UNKNOWN}/files/a.csv`, 'job.missing'],
      [`/v1/datasets/${UNKNOWN}`, 'dataset.missing'],
    ] as const) {
      await refusedBy(code, 404, () => anna().get(path));
    }
    await refusedBy('job.missing', 404, () => anna().post(`/v1/job-requests/${UNKNOWN}/cancel`, {}));
    await refusedBy('template.missing', 404, () => anna().post(`/v1/templates/${UNKNOWN}/run`, {}));
  });

  it.each(['limit=0', 'limit=201', 'limit=1e2', 'limit=', 'limit=1&limit=2', 'page=2', 'status=gone', 'datasetId=1'])(
    'with a query that is not foreseen has a mistake: %s',
    async (query) => {
      await refusedBy('request.invalid', 400, () => anna().get(`/v1/templates?${query}`));
    },
  );

  it('with a cursor that no list gave is refused', async () => {
    for (const path of [
      '/v1/templates',
      '/v1/schedules',
      '/v1/job-requests',
      '/v1/mappings',
      '/v1/audit',
      '/v1/datasets',
    ]) {
      await refusedBy('cursor.invalid', 400, () => anna().get(`${path}?cursor=eyJhIjoxfQ`));
    }
    await refusedBy('cursor.invalid', 400, () => as(world, world.root).get('/v1/users?cursor=eyJhIjoxfQ'));
  });
});

describe('a header', () => {
  it.each([
    ['Idempotency-Key', 'two words'],
    ['Idempotency-Key', 'k'.repeat(256)],
    ['X-Wait-For', 'template-1'],
    ['X-Wait-For', `template-${UNKNOWN}@-1`],
    ['If-Match', '3'],
  ])('that cannot be understood is refused: %s: %s', async (name, value) => {
    await refusedBy('request.header_invalid', 400, () =>
      name === 'X-Wait-For'
        ? anna().get('/v1/templates').set(name, value)
        : anna().post(`/v1/templates/${template.id}/archive`).set(name, value),
    );
  });

  it('that breaks HTTP is answered with a problem as well', async () => {
    const { port } = new URL(world.url);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write('GET / HTTP/1.1\r\nHost: x\r\nX-Bad: a\0b\r\n\r\n');
      });
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/);
    expect(answer).toContain('"code":"request.malformed"');
  });
});

describe('a definition', () => {
  it('is told everything that is wrong with it', async () => {
    const definition = {
      datasetId: dataset.id,
      columns: [
        { column: 'gate' },
        { column: 'delay', header: 'Same', dataType: 'uuid' },
        { column: 'fare', header: 'Same', aggregate: 'sum' },
      ],
      filter: {
        type: 'or',
        nodes: [
          { type: 'condition', column: 'delay', operator: 'contains', value: 1 },
          { type: 'condition', column: 'departed_at', operator: 'gte', value: '2026-02-30T00:00:00Z' },
        ],
      },
    };
    const response = await refusedBy('template.invalid', 422, () =>
      anna().post('/v1/templates', lateFlights(dataset.id, { definition })),
    );
    expect(pointers(response)).toEqual(
      expect.arrayContaining([
        'column.unknown /definition/columns/0/column',
        'column.inconvertible /definition/columns/1/dataType',
        'header.duplicate /definition/columns/2/header',
        'aggregate.without_grouping /definition/columns/2/aggregate',
        'operator.unsupported /definition/filter/nodes/0/operator',
        'value.unparsable /definition/filter/nodes/1/operands/0/value',
      ]),
    );
    const checked = await anna().post('/v1/templates/validate', { definition }).expect(200);
    const { valid, problems } = checked.body as { valid: boolean; problems: unknown[] };
    expect({ valid, count: problems.length }).toEqual({ valid: false, count: pointers(response).length });
  });

  it('without columns, or over a dataset that is not there, is refused', async () => {
    const none = lateFlights(dataset.id, { definition: { datasetId: dataset.id, columns: [] } });
    expect(pointers(await refusedBy('template.invalid', 422, () => anna().post('/v1/templates', none)))).toEqual([
      'columns.empty /definition/columns',
    ]);
    const nowhere = lateFlights(UNKNOWN);
    const response = await refusedBy('template.invalid', 422, () => anna().post('/v1/templates', nowhere));
    expect(pointers(response)).toContain('dataset.missing /definition/datasetId');
  });

  it('over a table that was dropped is refused, wherever it is used', async () => {
    await world.sample('CREATE TABLE doomed (origin text, delay integer)');
    const doomed = await registerFlights(world, 'doomed');
    const stored = made(await anna().post('/v1/templates', lateFlights(doomed.id)).expect(201));
    await world.sample('DROP TABLE doomed');

    const missing = ['dataset.relation_missing /definition/datasetId'];
    const { definition } = lateFlights(doomed.id) as { definition: object };
    const refused = [
      () => anna().post('/v1/templates', lateFlights(doomed.id)),
      () => anna().post(`/v1/templates/${stored.id}/preview`, {}),
      () => anna().post('/v1/templates/preview', { definition }),
      () => anna().post(`/v1/templates/${stored.id}/run`, {}),
      () => anna().post('/v1/job-requests', { batchTypeId: 1, datasetId: doomed.id }),
      () =>
        anna().post('/v1/schedules', {
          templateId: stored.id,
          name: 'x',
          recurrence: { type: 'daily', time: '07:30' },
          timeZone: 'UTC',
        }),
    ];
    for (const send of refused) expect(pointers(await refusedBy('template.invalid', 422, send))).toEqual(missing);
    const checked = await anna().post('/v1/templates/validate', { definition }).expect(200);
    expect(checked.body).toMatchObject({ valid: false, problems: [{ code: 'dataset.relation_missing' }] });
  });
});

describe('a schedule', () => {
  const send = (more: object) =>
    anna().post('/v1/schedules', {
      templateId: template.id,
      name: 'x',
      recurrence: { type: 'daily', time: '07:30' },
      timeZone: 'UTC',
      ...more,
    });

  it.each([
    [{ recurrence: { type: 'cron', expression: '0 0 31 2 *' } }, 'recurrence.never_fires /recurrence/expression'],
    [{ recurrence: { type: 'cron', expression: 'every day' } }, 'recurrence.invalid /recurrence/expression'],
    [
      { recurrence: { type: 'cron', expression: '0 * * * * *' } },
      'recurrence.seconds_not_allowed /recurrence/expression',
    ],
    [{ timeZone: 'Mars/Olympus' }, 'time_zone.unknown /timeZone'],
    [{ endsAt: '2001-01-01T00:00:00Z' }, 'window.ended /endsAt'],
    [{ catchUpMinutes: 1.5 }, 'catch_up.out_of_range /catchUpMinutes'],
  ])('that cannot be is refused: %j', async (more, problem) => {
    expect(pointers(await refusedBy('schedule.invalid', 422, () => send(more)))).toContain(problem);
  });

  it.each([
    { startsAt: '2026-02-30T00:00:00Z' },
    { startsAt: 'tomorrow' },
    { recurrence: { type: 'daily', time: '24:00' } },
  ])('with an impossible time has a mistake: %j', async (more) => {
    await refusedBy('request.invalid', 400, () => send(more));
  });

  it('over an unknown template is refused', async () => {
    await refusedBy('template.missing', 404, () => send({ templateId: UNKNOWN }));
  });

  it('that was not saved shows when it would run', async () => {
    const response = await anna()
      .post('/v1/schedules/preview', {
        recurrence: { type: 'cron', expression: '0 6 * * 1-5' },
        timeZone: 'Europe/Berlin',
      })
      .expect(200);
    expect((response.body as { nextRuns: string[] }).nextRuns).toHaveLength(10);
    expect(response.body).toMatchObject({ sentence: 'Every Monday to Friday at 06:00, Europe/Berlin' });
    const inTheGap = {
      recurrence: { type: 'dates', dates: ['2045-03-26T02:30', '2045-03-27T02:30', '2045-10-29T02:30'] },
      timeZone: 'Europe/Berlin',
      clockChanges: { skippedTime: 'skip', repeatedTime: 'both' },
    };
    const shown = await anna().post('/v1/schedules/preview', inTheGap).expect(200);
    expect(shown.body).toMatchObject({
      nextRuns: ['2045-03-27T00:30:00.000Z', '2045-10-29T00:30:00.000Z', '2045-10-29T01:30:00.000Z'],
    });
    const calendar = { calendarId: UNKNOWN, onHoliday: 'skip' };
    await refusedBy('schedule.invalid', 422, () => anna().post('/v1/schedules/preview', { ...inTheGap, calendar }));
    const never = { recurrence: { type: 'cron', expression: '0 0 31 2 *' }, timeZone: 'UTC' };
    await refusedBy('schedule.invalid', 422, () => anna().post('/v1/schedules/preview', never));
  });
});

it('keeps what went wrong inside to itself', async () => {
  const read = jest.spyOn(world.parts.eventStore, 'readStream').mockRejectedValueOnce(new Error('secret detail'));
  const response = await anna().post(`/v1/templates/${template.id}/archive`).set('X-Correlation-Id', 'mine-1');
  read.mockRestore();
  expect(response.status).toBe(500);
  expect(response.body).toMatchObject({ code: 'internal', correlationId: 'mine-1' });
  expect(JSON.stringify(response.body)).not.toContain('secret');
  expect(world.log).toContainEqual(
    expect.objectContaining({
      msg: 'request failed',
      correlationId: 'mine-1',
      err: expect.objectContaining({ stack: expect.stringContaining('secret detail') }),
    }),
  );
});
