import { randomUUID } from 'node:crypto';
import { streamOf, type CalendarDefinition, type CalendarUse, type ScheduleDefinition } from '#domain';
import { ANNA, CALENDAR_ID, calendarDefinition, scheduleDefinition } from '#domain/testing';
import type { FollowedFeed } from '#event-feed';
import { SCHEDULER_GROUP, type ScheduleProjection } from '../projection/schedule-projection';
import { SchedulerWorld } from '../testing/scheduler-world';
import type { DueLoop } from './due-loop';

// Monday noon in Berlin.
const NOW = '2026-11-23T11:00:00.000Z';
const tuesday = '2026-11-24T06:30:00.000Z';
const wednesday = '2026-11-25T06:30:00.000Z';
const BERLIN = { recurrence: { type: 'daily', time: '07:30' }, timeZone: 'Europe/Berlin' } as const;
const TUESDAYS = { ...BERLIN, recurrence: { type: 'weekly', weekdays: [2], time: '07:30' } } as const;

const without = calendarDefinition({ holidays: [] });
const withTuesday = calendarDefinition({ holidays: [{ date: '2026-11-24', name: 'Tuesday' }] });
const signed = { calendarId: CALENDAR_ID, by: ANNA, at: NOW };

describe('schedules with a calendar', () => {
  let world: SchedulerWorld;
  let projection: ScheduleProjection;
  let followed: FollowedFeed;
  let loop: DueLoop;

  beforeEach(async () => {
    world = await SchedulerWorld.open(NOW);
    projection = world.projection();
    followed = world.follow(projection);
    loop = world.loop(projection);
    await world.createTemplate();
    await followed.start();
  });

  afterEach(async () => {
    await followed.stop();
    await world.close();
  });

  async function define(calendar: CalendarDefinition): Promise<void> {
    await world.changeCalendar({ type: 'DefineCalendar', ...signed, definition: calendar });
  }

  async function revise(calendar: CalendarDefinition): Promise<void> {
    await world.changeCalendar({ type: 'ReviseCalendar', ...signed, definition: calendar });
    await world.caughtUp();
  }

  async function schedule(
    onHoliday: CalendarUse['onHoliday'],
    more: Partial<ScheduleDefinition> = BERLIN,
  ): Promise<void> {
    await world.defineSchedule({ ...more, calendar: { calendarId: CALENDAR_ID, onHoliday } });
    await world.caughtUp();
  }

  async function row(): Promise<{ next_run_at: Date | null; next_occurrence_at: Date | null } | undefined> {
    const { rows } = await world.parts.pool.query<{ next_run_at: Date | null; next_occurrence_at: Date | null }>(
      'SELECT next_run_at, next_occurrence_at FROM scheduler.due WHERE schedule_id = $1',
      [world.scheduleId],
    );
    return rows[0];
  }

  const nextRun = async () => (await row())?.next_run_at?.toISOString();
  const nextOccurrence = async () => (await row())?.next_occurrence_at?.toISOString();

  async function rebuild(): Promise<void> {
    await followed.stop();
    await world.parts.pool.query('TRUNCATE scheduler.due, scheduler.template, scheduler.calendar');
    await world.parts.pool.query('DELETE FROM event_feed.checkpoint WHERE group_name = $1', [SCHEDULER_GROUP]);
    await followed.start();
    await world.caughtUp();
  }

  async function settleAt(time: string): Promise<readonly string[]> {
    world.setTime(time);
    await loop.runRound();
    await world.caughtUp();
    return (await world.occurrences()).map(([nominalTime]) => nominalTime);
  }

  it('skip a holiday that was added for tomorrow, with that reason, and go on the day after', async () => {
    await define(without);
    await schedule('skip');
    expect(await nextRun()).toBe(tuesday);
    await revise(withTuesday);
    expect(await settleAt(tuesday)).toEqual([]);
    expect(await world.events(streamOf('schedule', world.scheduleId))).toMatchObject([
      { type: 'ScheduleDefined' },
      { type: 'OccurrencesSkipped', from: tuesday, count: 1, reason: 'holiday' },
    ]);
    expect(await settleAt(wednesday)).toEqual([wednesday]);
  });

  it('show the first run after the holidays, while the scheduler wakes for each of these', async () => {
    const friday = '2026-11-27T06:30:00.000Z';
    const saturday = '2026-11-28T06:30:00.000Z';
    const days = ['2026-11-24', '2026-11-25', '2026-11-26'];
    await define(calendarDefinition({ holidays: days.map((date) => ({ date, name: date })) }));
    await schedule('skip');
    expect([await nextRun(), await nextOccurrence()]).toEqual([tuesday, friday]);
    // As the loop leaves it, and then as the projection does.
    await followed.stop();
    world.setTime(tuesday);
    await loop.runRound();
    expect([await nextRun(), await nextOccurrence()]).toEqual([wednesday, friday]);
    await followed.start();
    await world.caughtUp();
    expect([await nextRun(), await nextOccurrence()]).toEqual([wednesday, friday]);
    expect(await settleAt(wednesday)).toEqual([]);
    expect(await settleAt('2026-11-26T06:30:00.000Z')).toEqual([]);
    expect([await nextRun(), await nextOccurrence()]).toEqual([friday, friday]);
    expect(await settleAt(friday)).toEqual([friday]);
    expect([await nextRun(), await nextOccurrence()]).toEqual([saturday, '2026-11-30T06:30:00.000Z']);
  });

  it('move to the next business day, at once when the holiday is added, and back when it is removed', async () => {
    await define(without);
    await schedule('next_business_day', TUESDAYS);
    expect(await nextRun()).toBe(tuesday);
    await revise(withTuesday);
    expect(await nextRun()).toBe(wednesday);
    await revise(without);
    expect(await nextRun()).toBe(tuesday);
    expect(await settleAt(tuesday)).toEqual([tuesday]);
  });

  it('run on the day that they were moved to', async () => {
    await define(withTuesday);
    await schedule('next_business_day', TUESDAYS);
    expect(await settleAt(tuesday)).toEqual([]);
    expect(await settleAt(wednesday)).toEqual([wednesday]);
  });

  it('mind what is a weekend', async () => {
    await define({ ...without, weekend: [2] });
    await schedule('next_business_day', TUESDAYS);
    expect(await nextRun()).toBe(wednesday);
  });

  it('never run again what has run, whatever becomes of the day', async () => {
    await define(without);
    await schedule('skip');
    expect(await settleAt(tuesday)).toEqual([tuesday]);
    await revise(withTuesday);
    await revise(without);
    expect(await nextRun()).toBe(wednesday);
    expect(await settleAt('2026-11-24T06:31:00.000Z')).toEqual([tuesday]);
  });

  it('do not run again on the day to which a holiday moves what has run, also after a rebuild', async () => {
    await define(without);
    await schedule('next_business_day', TUESDAYS);
    expect(await settleAt(tuesday)).toEqual([tuesday]);
    await revise(withTuesday);
    expect(await nextRun()).toBe('2026-12-01T06:30:00.000Z');
    await rebuild();
    expect(await nextRun()).toBe('2026-12-01T06:30:00.000Z');
    expect(await settleAt(wednesday)).toEqual([tuesday]);
  });

  it('obey a holiday that was answered and is not known here yet', async () => {
    await define(without);
    await schedule('skip');
    await followed.stop();
    await world.changeCalendar({ type: 'ReviseCalendar', ...signed, definition: withTuesday });
    world.setTime(tuesday);
    expect(await loop.runRound()).toBe(false);
    expect(await world.occurrences()).toEqual([]);
    await followed.start();
    expect(await settleAt(tuesday)).toEqual([]);
  });

  it('go on with the last version of a calendar that was removed at the moment when they named it', async () => {
    await define(withTuesday);
    await world.changeCalendar({ type: 'RemoveCalendar', ...signed, users: { schedules: [], more: 0 } });
    await schedule('next_business_day', TUESDAYS);
    expect(await nextRun()).toBe(wednesday);
    expect(await settleAt(wednesday)).toEqual([wednesday]);
  });

  it('all follow their calendar, however many they are, and none of another calendar does', async () => {
    await define(without);
    const other = randomUUID();
    await world.changeCalendar({ type: 'DefineCalendar', ...signed, calendarId: other, definition: without });
    await world.parts.pool.query(
      `INSERT INTO scheduler.due (schedule_id, template_id, owner, definition, status, effective_from, schedule_revision, next_run_at)
       SELECT gen_random_uuid(), $1, $2,
              jsonb_set($3::jsonb, '{calendar,calendarId}', to_jsonb(CASE WHEN n > 10 THEN $4::text ELSE $5::text END)),
              'active', $6, 0, $7
       FROM generate_series(1, 2510) n`,
      [world.templateId, ANNA, JSON.stringify(minding()), CALENDAR_ID, other, NOW, tuesday],
    );
    await revise(withTuesday);
    const { rows } = await world.parts.pool.query(
      'SELECT next_run_at, count(*)::integer FROM scheduler.due GROUP BY next_run_at ORDER BY next_run_at',
    );
    expect(rows).toEqual([
      { next_run_at: new Date(tuesday), count: 10 },
      { next_run_at: new Date(wednesday), count: 2500 },
    ]);
  });

  it('have the same times after a rebuild', async () => {
    await define(without);
    await schedule('next_business_day', TUESDAYS);
    await revise(withTuesday);
    await rebuild();
    expect(await nextRun()).toBe(wednesday);
  });
});

function minding(): ScheduleDefinition {
  return scheduleDefinition({ ...TUESDAYS, calendar: { calendarId: CALENDAR_ID, onHoliday: 'next_business_day' } });
}
