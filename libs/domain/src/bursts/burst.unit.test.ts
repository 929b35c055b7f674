import { ANNA, JOB_ID, NOON, SCHEDULE_ID, templateDefinition } from '../testing/samples';
import { burstDefinition, listDefinition } from '../testing/burst-samples';
import { given } from '../testing/scenario';
import { burst, burstEntryId, burstJobId } from './burst';
import type {
  BurstCommand,
  BurstDefinition,
  BurstEvent,
  BurstPlanCommand,
  BurstPlanEvent,
  LeftOutRow,
} from './burst-messages';
import { burstPlan } from './burst-plan';
import { burstTarget } from './burst-target';

const report = templateDefinition({
  parameters: [
    { name: 'late', label: 'Minutes late', dataType: 'integer', defaultValue: '15' },
    { name: 'since', label: 'Since', dataType: 'timestamp', defaultValue: '2026-11-01T00:00:00Z' },
    { name: 'airline', label: 'Airline', dataType: 'string', defaultValue: '' },
  ],
});
const by = { scheduleId: SCHEDULE_ID, by: ANNA, at: NOON };
const plan = (definition: BurstDefinition, more: object = {}): BurstPlanCommand => ({
  ...{ type: 'PlanBurst', definition, list: listDefinition(), report, mostRows: 1000, ...by, ...more },
});
const planned = (definition = burstDefinition()): BurstPlanEvent => ({ type: 'BurstPlanned', definition, ...by });
const withdraw: BurstPlanCommand = { type: 'WithdrawBurst', ...by };
const withdrawn: BurstPlanEvent = { type: 'BurstWithdrawn', ...by };

describe('the burst of a schedule', () => {
  it('is planned, and again only if it has changed', () => {
    given(burstPlan).when(plan(burstDefinition())).then(planned());
    given(burstPlan, planned()).when(plan(burstDefinition())).thenNothing();
    const other = burstDefinition({ mostRows: 5 });
    given(burstPlan, planned()).when(plan(other)).then(planned(other));
  });

  it('is withdrawn once, and may be planned anew', () => {
    given(burstPlan).when(withdraw).refused('burst.missing');
    given(burstPlan, planned()).when(withdraw).then(withdrawn);
    given(burstPlan, planned(), withdrawn).when(withdraw).thenNothing();
    given(burstPlan, planned(), withdrawn).when(plan(burstDefinition())).then(planned());
  });

  const fills = (name: string, column: string) => burstDefinition({ parameters: [{ name, column }] });
  const files = (pattern: string | null) =>
    burstDefinition({
      delivery: {
        ...{ channel: 'destination', subject: null, text: null, email: null },
        destination: { destinationId: 'd', pattern },
      },
    });

  it.each([
    ['a column of the type', fills('late', 'Late')],
    ['a text, which each row tells the worth of', fills('late', 'Mail')],
    ['a time', fills('since', 'Since')],
    ['what is written in a format, as a text', fills('airline', 'Day')],
    ['names with the job in them', files('{reportDate}/{jobId}/{file}')],
    ['names with the delivery in them', files('{deliveryId}-{file}')],
    ['no parameter at all', burstDefinition({ parameters: [] })],
  ])('takes %s', (_what, definition) => {
    given(burstPlan).when(plan(definition)).then(planned(definition));
  });

  const repeated = [
    { name: 'late', column: 'Late' },
    { name: 'late', column: 'Mail' },
  ];
  const csv = templateDefinition().output;
  const toNobody = burstDefinition().delivery;
  it.each<[string, BurstDefinition, object, string, string]>([
    ['an unknown parameter', fills('lat', 'Late'), {}, 'parameter.unknown', '/parameters/0/name'],
    ['an unknown column', fills('late', 'Lat'), {}, 'burst.column_unknown', '/parameters/0/column'],
    ['a column of another type', fills('late', 'Since'), {}, 'burst.column_unfit', '/parameters/0/column'],
    ['a column in a format', fills('since', 'Day'), {}, 'burst.column_unfit', '/parameters/0/column'],
    [
      'a parameter that is filled twice',
      burstDefinition({ parameters: repeated }),
      {},
      'burst.parameter_repeated',
      '/parameters/1/name',
    ],
    [
      'an unknown column of addresses',
      burstDefinition({ delivery: { ...toNobody, email: { addressColumn: 'mail', attach: true } } as typeof toNobody }),
      {},
      'burst.column_unknown',
      '/delivery/addressColumn',
    ],
    ['names that are the same for all', files('{template}/{file}'), {}, 'burst.names_collide', '/delivery/pattern'],
    ['no names', files(null), {}, 'burst.names_collide', '/delivery/pattern'],
    ['more rows than the settings allow', burstDefinition(), { mostRows: 99 }, 'burst.limit_exceeded', '/mostRows'],
    ['a list in CSV', burstDefinition(), { list: listDefinition({ output: csv }) }, 'burst.list_format', ''],
    [
      'a list that is left out when nothing has changed',
      burstDefinition(),
      { list: listDefinition({ deliver: 'if_changed' }) },
      'burst.list_withheld',
      '',
    ],
  ])('refuses %s', (_what, definition, more, code, pointer) => {
    const { decision } = given(burstPlan, planned()).when(plan(definition, more));
    expect(decision).toMatchObject({ refusal: { code: 'burst.invalid', problems: [{ code, pointer }] } });
  });
});

describe('the burst of a list', () => {
  const list = { jobId: JOB_ID, scheduleId: SCHEDULE_ID, at: NOON };
  const rows = (count: number): LeftOutRow[] =>
    Array.from({ length: count }, (_, index) => ({ row: index + 1, code: 'value.missing', message: 'It is empty.' }));
  const expand: BurstCommand = { type: 'ExpandBurst', ...list, rows: 3, jobs: 2, leftOut: rows(1) };
  const expanded: BurstEvent = { ...expand, type: 'BurstExpanded', leftOutCount: 1 };
  const fail: BurstCommand = { type: 'FailBurst', ...list, code: 'burst.list_gone', message: 'It is gone.' };
  const failed: BurstEvent = { ...fail, type: 'BurstFailed' };

  it('is expanded or fails, once', () => {
    given(burst).when(expand).then(expanded);
    given(burst).when(fail).then(failed);
    for (const event of [expanded, failed]) {
      given(burst, event).when(expand).thenNothing();
      given(burst, event).when(fail).thenNothing();
    }
  });

  it('names a hundred rows that were left out, and counts all', () => {
    const most = { ...expand, jobs: 0, rows: 101, leftOut: rows(101) } as const;
    given(burst)
      .when(most)
      .then({ ...most, type: 'BurstExpanded', leftOut: rows(100), leftOutCount: 101 });
  });

  it('tells what became of it', () => {
    expect(given(burst, expanded).state).toMatchObject({ status: 'expanded', rows: 3, jobs: 2, leftOutCount: 1 });
    expect(given(burst, failed).state).toMatchObject({ status: 'failed', code: 'burst.list_gone' });
  });

  it('has one job for each row, and one delivery for each job, for good', () => {
    expect(burstJobId(JOB_ID, 1)).toBe('85482fba-707b-59ce-99ac-a7deb7f85e7f');
    expect(burstJobId(JOB_ID, 2)).not.toBe(burstJobId(JOB_ID, 1));
    expect(burstEntryId(SCHEDULE_ID)).toBe('26d20d86-ed6a-57d0-832e-abbe5b793d27');
  });
});

describe('the report of a row', () => {
  it('is mailed to the one who stands in the row', () => {
    const { delivery } = burstDefinition();
    const target = { channel: 'email', subject: null, text: null, destination: null };
    const email = { to: ['r'], cc: [], bcc: [], attach: true };
    expect(burstTarget({ ...delivery, subject: 'Yours' }, 'r')).toEqual({ ...target, subject: 'Yours', email });
    expect(burstTarget(delivery, null)).toBeNull();
  });

  it('goes where all of them go', () => {
    const destination = { destinationId: 'd', pattern: '{jobId}/{file}' };
    const delivery = { channel: 'destination', subject: null, text: null, email: null, destination } as const;
    expect(burstTarget(delivery, null)).toEqual(delivery);
  });
});
