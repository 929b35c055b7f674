import { randomUUID } from 'node:crypto';
import { AllowedDomains } from '#delivery-channels';
import { burstJobId, type JobInput } from '#domain';
import { ANNA, BEN, listDefinition } from '#domain/testing';
import { FileStoreError } from '#file-store';
import { BurstWorld, replacing } from '../testing/burst-world';
import { BurstService } from './burst.service';
import { failingAt } from '../testing/failing-pool';

let bursts: BurstWorld;
let templateId: string;

beforeAll(async () => {
  bursts = await BurstWorld.open();
  templateId = await bursts.template();
});
afterAll(() => bursts.close());

const line = (mail: string | null, late: string | number | null = 30): string =>
  JSON.stringify({ Mail: mail, Late: late, Since: '2026-11-23 07:30:00', Day: '23.11.2026' });
const TWO = [line('jane@example.org', 30), line('Joe@Example.org', 45)];
const lateOf = (input: JobInput) => (input.dynamicMapping ? input.additionalConfig.parameters[0]?.value : undefined);
const failure = (code: string) => [{ type: 'BurstFailed', code, message: expect.stringMatching(/\.$/) as string }];

it('requests a report for each row, in the name of the schedule, and no event has an address', async () => {
  const scheduleId = await bursts.plan({ templateId });
  const nominalTime = '2026-11-23T06:30:00.000Z';
  const listJobId = await bursts.list(scheduleId, TWO, { request: { nominalTime } });
  await bursts.expand();
  const [jane, joe, ...others] = await bursts.rows(listJobId);
  expect(others).toEqual([]);
  expect(jane).toMatchObject({
    ...{ jobId: burstJobId(listJobId, 1), origin: 'burst', owner: ANNA, templateId, templateRevision: 0 },
    ...{ scheduleId: null, nominalTime, timeZone: 'Europe/Berlin', priority: 'high', maxAttempts: 3 },
    burst: { scheduleId, planRevision: 0, listJobId, row: 1, recipientId: expect.any(String) as string },
  });
  expect([jane, joe].map((request) => request && lateOf(request.input))).toEqual(['30', '45']);
  const recipients = [jane?.burst?.recipientId ?? '', joe?.burst?.recipientId ?? ''];
  expect([...(await bursts.addressesOf(recipients))].map(([, address]) => address).toSorted()).toEqual([
    'Joe@example.org',
    'jane@example.org',
  ]);
  const expanded = { type: 'BurstExpanded', jobId: listJobId, scheduleId, rows: 2, jobs: 2 };
  expect(await bursts.outcomes(listJobId)).toMatchObject([{ ...expanded, leftOut: [], leftOutCount: 0 }]);
  expect(JSON.stringify([await bursts.rows(listJobId), await bursts.outcomes(listJobId)])).not.toMatch(/jane|joe/i);
});

it('asks for nothing twice after a crash, nor where two instances are at it', async () => {
  const listJobId = await bursts.list(await bursts.plan({ templateId }), TWO);
  const crashing = failingAt(bursts.world.parts.pool, 'remove-burst-list');
  await expect(bursts.expand({ pool: crashing })).rejects.toThrow('crash');
  const before = await bursts.rows(listJobId);
  expect(before).toHaveLength(2);
  const other = bursts.world.otherPool();
  await Promise.all([bursts.expand(), bursts.expand({ pool: other })]);
  await other.end();
  expect(await bursts.rows(listJobId)).toEqual(before);
  expect(await bursts.outcomes(listJobId)).toHaveLength(1);
});

it('goes on where a process died between the rows and their outcome, by the template as it was then', async () => {
  const own = await bursts.template();
  const listJobId = await bursts.list(await bursts.plan({ templateId: own }), TWO);
  const { eventStore } = bursts.world.parts;
  const dying = replacing(eventStore, { append: () => Promise.reject(new Error('died')) });
  expect(await bursts.expand({ eventStore: dying })).toBeGreaterThan(0);
  const before = await bursts.rows(listJobId);
  expect([before.length, (await bursts.outcomes(listJobId)).length]).toEqual([2, 0]);
  await bursts.reviseTemplate(own);
  await bursts.lookAgain();
  expect(await bursts.rows(listJobId)).toEqual(before);
  expect(await bursts.outcomes(listJobId)).toMatchObject([{ type: 'BurstExpanded', jobs: 2 }]);
});

it('leaves out rows that make no sense, each with its number and code, and runs the others', async () => {
  const lines = [
    ...[line('jane@example.org'), line(null), line('jane@example.org', null), line('jane@example.org', 1.5)],
    ...[line('jane'), line('eve@example.com'), line('joe@mail.example.org', 9)],
  ];
  const listJobId = await bursts.list(await bursts.plan({ templateId }), lines);
  await bursts.expand({ allowedDomains: new AllowedDomains(['example.org', '*.example.org']) });
  expect(await bursts.outcomes(listJobId)).toMatchObject([
    {
      ...{ type: 'BurstExpanded', rows: 7, jobs: 2, leftOutCount: 5 },
      leftOut: [
        { row: 2, code: 'value.missing' },
        { row: 3, code: 'value.missing' },
        { row: 4, code: 'value.unparsable' },
        { row: 5, code: 'delivery.recipient_invalid' },
        { row: 6, code: 'delivery.recipient_forbidden' },
      ],
    },
  ]);
  expect((await bursts.rows(listJobId)).map(({ burst }) => burst?.row)).toEqual([1, 7]);
});

it('expands an empty list to nothing, also one without a file', async () => {
  const scheduleId = await bursts.plan({ templateId });
  const empty = await bursts.list(scheduleId, []);
  const none = await bursts.list(scheduleId, [], { output: { files: [], withheld: 'no_rows' } });
  await bursts.expand();
  for (const listJobId of [empty, none]) {
    expect(await bursts.outcomes(listJobId)).toMatchObject([{ type: 'BurstExpanded', rows: 0, jobs: 0 }]);
  }
});

it('expands what the schedule makes while it has a burst, and nothing else', async () => {
  const scheduleId = randomUUID();
  const before = await bursts.list(scheduleId, TWO);
  await bursts.plan({ templateId }, scheduleId);
  const backfilled = await bursts.list(scheduleId, TWO, { request: { origin: 'backfill', backfillId: randomUUID() } });
  const byHand = await bursts.list(scheduleId, TWO, { request: { origin: 'rerun', scheduleId: null } });
  const other = await bursts.list(randomUUID(), TWO);
  await bursts.expand();
  await bursts.withdraw(scheduleId);
  const after = await bursts.list(scheduleId, TWO);
  await bursts.expand();
  for (const jobId of [before, backfilled, byHand, other, after]) expect(await bursts.outcomes(jobId)).toEqual([]);
});

describe('says why nobody gets a report', () => {
  const expandedTo = async (listJobId: string) => {
    await bursts.expand();
    expect(await bursts.rows(listJobId)).toEqual([]);
    return bursts.outcomes(listJobId);
  };

  it('when the list has more rows than the burst takes', async () => {
    const listJobId = await bursts.list(await bursts.plan({ templateId, mostRows: 1 }), TWO);
    expect(await expandedTo(listJobId)).toMatchObject(failure('burst.too_many_rows'));
  });

  it('when the template is archived, or not shared with the owner any more', async () => {
    const archived = await bursts.template();
    const listOfArchived = await bursts.list(await bursts.plan({ templateId: archived }), TWO);
    await bursts.archive(archived);
    const foreign = await bursts.list(await bursts.plan({ templateId: await bursts.template(BEN) }), TWO);
    expect(await expandedTo(listOfArchived)).toMatchObject(failure('template.archived'));
    expect(await expandedTo(foreign)).toMatchObject(failure('access.template_not_shared'));
  });

  it('when its owner is nobody who may sign in', async () => {
    const listJobId = await bursts.list(await bursts.plan({ templateId }), TWO, { request: { owner: BEN } });
    expect(await expandedTo(listJobId)).toMatchObject(failure('access.owner_disabled'));
  });

  it('when the burst was withdrawn meanwhile', async () => {
    const scheduleId = await bursts.plan({ templateId });
    const listJobId = await bursts.list(scheduleId, TWO);
    await bursts.withdraw(scheduleId);
    expect(await expandedTo(listJobId)).toMatchObject(failure('burst.withdrawn'));
  });

  it('when the list is another one than was planned', async () => {
    const scheduleId = await bursts.plan({ templateId });
    const columns = listDefinition().columns.filter(({ header }) => header !== 'Mail');
    const withoutMail = await bursts.list(scheduleId, TWO, { columns });
    const unchanged = await bursts.list(scheduleId, [], { output: { files: [], withheld: 'unchanged' } });
    expect(await expandedTo(withoutMail)).toMatchObject(failure('burst.column_unknown'));
    expect(await expandedTo(unchanged)).toMatchObject(failure('burst.list_withheld'));
  });

  it('when its file is gone', async () => {
    const listJobId = await bursts.list(await bursts.plan({ templateId }), TWO);
    await bursts.world.parts.fileStore.removeFolder(`jobs/${listJobId}`);
    expect(await expandedTo(listJobId)).toMatchObject(failure('burst.list_gone'));
  });
});

it('expands by itself once a job has completed', async () => {
  const { world } = bursts;
  const service = new BurstService(world.parts);
  await service.onApplicationBootstrap();
  const listJobId = await bursts.list(await bursts.plan({ templateId }), TWO);
  await world.until(async () => (await bursts.outcomes(listJobId)).length > 0);
  expect(await bursts.rows(listJobId)).toHaveLength(2);
  expect((await world.parts.health.report()).checks).toContainEqual({ name: 'bursts', problem: null });
  await service.beforeApplicationShutdown();
});

it('looks again at a list whose store does not answer, and at others meanwhile', async () => {
  const scheduleId = await bursts.plan({ templateId });
  const listJobId = await bursts.list(scheduleId, TWO);
  const { fileStore } = bursts.world.parts;
  const unavailable = () => Promise.reject(new FileStoreError('file_store.unavailable', 'It does not answer.'));
  const broken = replacing(fileStore, { read: unavailable });
  expect(await bursts.expand({ fileStore: broken })).toBeGreaterThan(0);
  expect(await bursts.outcomes(listJobId)).toEqual([]);
  const other = await bursts.list(scheduleId, TWO);
  await bursts.expand();
  expect(await bursts.outcomes(other)).toHaveLength(1);
  await bursts.lookAgain();
  expect(await bursts.outcomes(listJobId)).toMatchObject([{ type: 'BurstExpanded', jobs: 2 }]);
});
