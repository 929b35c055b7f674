import { PRIORITIES, type JobState, type ScheduleState, type TemplateState } from '#domain';
import {
  ANNA,
  BEN,
  CARA,
  jobRequest,
  NOON,
  scheduleDefinition,
  SCHEDULE_ID,
  templateDefinition,
  TEMPLATE_ID,
} from '#domain/testing';
import {
  canEditTemplate,
  canManageJob,
  canManageSchedule,
  canManageTemplate,
  canRunTemplate,
  canViewTemplate,
  mayUseDestination,
  mayUsePriority,
} from './permissions';

const DORA = 'd0000000-0000-4000-8000-000000000004';
const user = (userId: string) => ({ userId, role: 'user' }) as const;
const admin = { userId: DORA, role: 'admin' } as const;

const template: TemplateState = {
  status: 'active',
  templateId: TEMPLATE_ID,
  owner: ANNA,
  details: { name: 'x', description: null, tags: [] },
  definition: templateDefinition(),
  shares: { [BEN]: 'run', [CARA]: 'view' },
  retryPolicy: null,
};

const rights = (state: TemplateState, person: { userId: string; role: 'admin' | 'user' }) =>
  [canViewTemplate, canRunTemplate, canEditTemplate, canManageTemplate].map((can) => can(state, person));

describe('a template', () => {
  it.each([
    ['its owner', user(ANNA), [true, true, true, true]],
    ['who may run it', user(BEN), [true, true, false, false]],
    ['who may look at it', user(CARA), [true, false, false, false]],
    ['a stranger', user(DORA), [false, false, false, false]],
    ['an administrator', admin, [true, true, true, true]],
    ['a user called like a method', user('constructor'), [false, false, false, false]],
  ])('gives %s just those rights', (_who, person, expected) => {
    expect(rights(template, person)).toEqual(expected);
    expect(rights({ ...template, status: 'archived' }, person)).toEqual(expected);
  });

  it('lets editors edit, and not manage', () => {
    expect(rights({ ...template, shares: { [BEN]: 'edit' } }, user(BEN))).toEqual([true, true, true, false]);
  });

  it('that is absent gives nobody anything', () => {
    expect(rights({ status: 'absent' }, admin)).toEqual([false, false, false, false]);
  });
});

it('the priority urgent is for administrators, unless it is for everybody', () => {
  const allowed = (person: ReturnType<typeof user> | typeof admin, urgentFor: 'admins' | 'everybody') =>
    PRIORITIES.filter((priority) => mayUsePriority(priority, person, urgentFor));
  expect(allowed(user(ANNA), 'admins')).toEqual(['low', 'normal', 'high']);
  expect(allowed(user(ANNA), 'everybody')).toEqual(PRIORITIES);
  expect(allowed(admin, 'admins')).toEqual(PRIORITIES);
});

it('schedules and jobs belong to their owners and to administrators', () => {
  const schedule: ScheduleState = {
    status: 'active',
    scheduleId: SCHEDULE_ID,
    templateId: TEMPLATE_ID,
    owner: ANNA,
    definition: scheduleDefinition(),
    effectiveFrom: NOON,
    pause: null,
    skippedTo: null,
  };
  const people = [user(ANNA), user(BEN), admin];
  expect(people.map((person) => canManageSchedule(schedule, person))).toEqual([true, false, true]);
  expect(canManageSchedule({ status: 'absent' }, admin)).toBe(false);
  const job: JobState = {
    status: 'requested',
    request: jobRequest(),
    attempt: 0,
    worker: null,
    startedAt: null,
    firstStartedAt: null,
    handedBack: 0,
    attemptOutcome: null,
    retryAt: null,
    retryBefore: null,
    stalledAfter: null,
    ranLong: null,
    output: null,
    outputExpired: false,
    deadLetter: null,
  };
  expect(people.map((person) => canManageJob(job, person))).toEqual([true, false, true]);
  expect(canManageJob({ status: 'skipped' }, admin)).toBe(false);
});

it('lets administrators alone use a destination that is for them', () => {
  const allowed = (usableBy: 'everybody' | 'admins') =>
    [user(ANNA), admin].map((one) => mayUseDestination({ usableBy }, one));
  expect(allowed('everybody')).toEqual([true, true]);
  expect(allowed('admins')).toEqual([false, true]);
});
