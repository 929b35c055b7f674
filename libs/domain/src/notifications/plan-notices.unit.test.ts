import fc from 'fast-check';
import { NOTICE_KINDS, type NoticeKind, type NoticeWay } from './notice-kinds';
import { planNotices, type NoticeQuestion, type SentMessage, type WaitingNotice } from './plan-notices';
import { DEFAULT_PREFERENCES, type NotificationPreferences } from './preferences-messages';

const NOW = '2026-11-23T12:00:00.000Z';
const minutes = (count: number): string => new Date(Date.parse(NOW) + count * 60_000).toISOString();

const notice = (noticeId: string, more: Partial<WaitingNotice> = {}): WaitingNotice => ({
  ...{ noticeId, kind: 'failed', likeness: 'data_source.unreachable', at: NOW },
  ...more,
});
const sent = (at: string, likeness = 'data_source.unreachable'): SentMessage => ({
  at,
  alike: { kind: 'failed', likeness },
});
const digest = (at: string): SentMessage => ({ at, alike: null });

const plan = (waiting: readonly WaitingNotice[], more: Partial<NoticeQuestion> = {}) =>
  planNotices({
    way: 'email',
    waiting,
    recent: [],
    preferences: DEFAULT_PREFERENCES,
    limits: { perHour: 5, gatherMinutes: 15 },
    now: NOW,
    ...more,
  });
const choosing = (kind: NoticeKind, choice: object, more: Partial<NotificationPreferences> = {}) => ({
  preferences: {
    ...DEFAULT_PREFERENCES,
    choices: [{ kind, channel: 'email', timing: 'immediate', ...choice } as const],
    ...more,
  },
});

it('plans nothing where nothing waits', () => expect(plan([])).toEqual({ messages: [], dropped: [], nextAt: null }));

it('sends at once what is to be told at once', () =>
  expect(plan([notice('a')])).toEqual({
    messages: [{ alike: { kind: 'failed', likeness: 'data_source.unreachable' }, noticeIds: ['a'] }],
    dropped: [],
    nextAt: null,
  }));

it('tells by each way what goes that way, each time by a message of its own', () => {
  const waiting = [notice('a'), notice('b', { kind: 'stalled', likeness: '' }), notice('c', { kind: 'completed' })];
  const choices = [
    { kind: 'failed', channel: 'both', timing: 'immediate' },
    { kind: 'stalled', channel: 'destination', timing: 'immediate' },
    { kind: 'completed', channel: 'email', timing: 'immediate' },
  ] as const;
  const preferences = { ...DEFAULT_PREFERENCES, choices, destinationId: 'd' };
  const told = (way: NoticeWay) => {
    const { messages, dropped } = plan(waiting, { way, preferences });
    return { told: messages.map(({ noticeIds }) => noticeIds.join('')), dropped };
  };
  expect(told('email')).toEqual({ told: ['a', 'c'], dropped: ['b'] });
  expect(told('destination')).toEqual({ told: ['a', 'b'], dropped: ['c'] });
});

it('drops what is of no interest any more', () =>
  expect(plan([notice('a'), notice('b', { kind: 'completed' })], choosing('failed', { channel: 'none' }))).toEqual({
    messages: [],
    dropped: ['a', 'b'],
    nextAt: null,
  }));

it('makes one message of alike ones, oldest first: a broken source sends one mail', () => {
  const failures = Array.from({ length: 499 }, (_, index) =>
    notice(`n${String(index).padStart(3, '0')}`, { at: minutes(-index / 60) }),
  );
  const { messages } = plan([...failures, notice('other', { likeness: 'limit.rows' })]);
  expect(messages.map(({ alike, noticeIds }) => [alike?.likeness, noticeIds.length])).toEqual([
    ['data_source.unreachable', 499],
    ['limit.rows', 1],
  ]);
  expect(messages[0]?.noticeIds[0]).toBe('n498');
});

it('gathers further ones for a while after a message, then sends them together', () => {
  const waiting = [notice('a', { at: minutes(-1) }), notice('b')];
  expect(plan(waiting, { recent: [sent(minutes(-10))] })).toEqual({ messages: [], dropped: [], nextAt: minutes(5) });
  expect(plan(waiting, { recent: [sent(minutes(-15))] }).messages).toMatchObject([{ noticeIds: ['a', 'b'] }]);
  // The last one counts, and others do not.
  expect(plan(waiting, { recent: [sent(minutes(-2)), sent(minutes(-40))] }).nextAt).toBe(minutes(13));
  expect(plan(waiting, { recent: [sent(minutes(-2), 'limit.rows'), digest(minutes(-1))] }).messages).toHaveLength(1);
});

describe('a digest', () => {
  const daily = choosing('failed', { timing: 'daily' }, { dailyAt: '13:00' });

  it('waits for its time', () =>
    expect(plan([notice('a')], daily)).toEqual({ messages: [], dropped: [], nextAt: minutes(60) }));
  it('has everything that came till then, of whatever kind and likeness', () => {
    const both = choosing('failed', { timing: 'hourly' });
    const choices = [...both.preferences.choices, { kind: 'completed', channel: 'email', timing: 'hourly' } as const];
    const waiting = [
      notice('b', { at: minutes(-20), likeness: 'x' }),
      notice('a', { at: minutes(-30), kind: 'completed' }),
      notice('c'),
    ];
    expect(plan(waiting, { preferences: { ...both.preferences, choices } })).toEqual({
      messages: [{ alike: null, noticeIds: ['a', 'b'] }],
      dropped: [],
      nextAt: minutes(60),
    });
  });
  it('is not held up by messages alike that went out before', () =>
    expect(
      plan([notice('a', { at: minutes(-1500) })], { ...daily, recent: [sent(minutes(-1))] }).messages,
    ).toHaveLength(1));
});

it('tells of what lies ahead when its time has come', () => {
  const wanted = choosing('output_expiring', {});
  const ahead = notice('a', { kind: 'output_expiring', at: minutes(30) });
  expect(plan([ahead], wanted)).toEqual({ messages: [], dropped: [], nextAt: minutes(30) });
  expect(plan([ahead], { ...wanted, now: minutes(30) }).messages).toHaveLength(1);
});

describe('quiet hours', () => {
  const quiet = { preferences: { ...DEFAULT_PREFERENCES, quietHours: { from: '11:00', to: '14:00' } } };

  it('hold everything till their end', () =>
    expect(plan([notice('a')], quiet)).toEqual({ messages: [], dropped: [], nextAt: minutes(120) }));
  it('hold also what was late, such as after an outage', () =>
    expect(plan([notice('a', { at: minutes(-300) })], quiet).nextAt).toBe(minutes(120)));
  it('hold what was gathered until then', () => {
    const before = { ...quiet, now: minutes(-61), recent: [sent(minutes(-65))] };
    expect(plan([notice('a', { at: minutes(-62) })], before).nextAt).toBe(minutes(120));
  });
  it('let failures pass where the person says so', () =>
    expect(
      plan([notice('a')], { preferences: { ...quiet.preferences, failuresPassQuietHours: true } }).messages,
    ).toHaveLength(1));
});

describe('the limit of messages an hour', () => {
  const full = [1, 2, 3, 4, 5].map((age) => digest(minutes(-10 * age)));

  it('holds what is above it until the oldest message is an hour old', () =>
    expect(plan([notice('a')], { recent: full })).toEqual({ messages: [], dropped: [], nextAt: minutes(10) }));
  it('counts the last hour only', () => {
    expect(plan([notice('a')], { recent: [...full.slice(0, 4), digest(minutes(-60))] }).messages).toHaveLength(1);
    expect(plan([notice('a')], { recent: [...full.slice(0, 4), digest(minutes(-59.9))] }).messages).toHaveLength(0);
  });
  it('waits for room for one where it was lowered meanwhile', () =>
    expect(plan([notice('a')], { recent: full, limits: { perHour: 2, gatherMinutes: 15 } }).nextAt).toBe(minutes(40)));
  it('leaves nothing out: the last message takes what is left, the gravest go by themselves', () => {
    const waiting = ['a', 'b', 'c', 'd'].map((id, place) => notice(id, { likeness: id, at: minutes(-place) }));
    const paused = notice('p', { kind: 'schedule_paused', at: minutes(-9) });
    const { messages, nextAt } = plan([paused, ...waiting], { recent: full.slice(0, 3) });
    expect(messages).toEqual([
      { alike: { kind: 'failed', likeness: 'd' }, noticeIds: ['d'] },
      { alike: null, noticeIds: ['p', 'c', 'b', 'a'] },
    ]);
    expect(nextAt).toBeNull();
  });
});

it('neither loses nor repeats a notice, and keeps to the limit, whatever waits', () => {
  const offset = fc.integer({ min: -3000, max: 3000 });
  const anyNotice = fc.record({
    kind: fc.constantFrom(...NOTICE_KINDS),
    likeness: fc.constantFrom('x', 'y', 'z'),
    at: offset.map(minutes),
  });
  const anySent = fc.record({
    at: fc.integer({ min: -120, max: 0 }).map(minutes),
    likeness: fc.constantFrom('x', 'y'),
  });
  const anyChoice = fc.record({
    kind: fc.constantFrom(...NOTICE_KINDS),
    channel: fc.constantFrom('none' as const, 'email' as const),
    timing: fc.constantFrom('immediate' as const, 'hourly' as const, 'daily' as const),
  });
  const question = fc.record({
    notices: fc.array(anyNotice, { maxLength: 30 }),
    recent: fc.array(anySent, { maxLength: 8 }),
    choices: fc.uniqueArray(anyChoice, { selector: ({ kind }) => kind }),
    quietHours: fc.constantFrom(null, { from: '11:00', to: '13:00' }, { from: '22:00', to: '06:00' }),
    perHour: fc.integer({ min: 1, max: 6 }),
  });
  fc.assert(
    fc.property(question, ({ notices, recent, choices, quietHours, perHour }) => {
      const waiting = notices.map((more, place) => ({ noticeId: String(place), ...more }));
      const { messages, dropped, nextAt } = plan(waiting, {
        recent: recent.map(({ at, likeness }) => sent(at, likeness)),
        preferences: { ...DEFAULT_PREFERENCES, choices, quietHours },
        limits: { perHour, gatherMinutes: 15 },
      });
      const settled = [...messages.flatMap(({ noticeIds }) => noticeIds), ...dropped];
      expect(new Set(settled).size).toBe(settled.length);
      const lastHour = recent.filter(({ at }) => Date.parse(at) > Date.parse(NOW) - 3_600_000).length;
      expect(messages.length).toBeLessThanOrEqual(Math.max(0, perHour - lastHour));
      // What is left is planned again, at a time that lies ahead.
      expect(nextAt !== null && nextAt > NOW).toBe(settled.length < waiting.length);
    }),
  );
});
