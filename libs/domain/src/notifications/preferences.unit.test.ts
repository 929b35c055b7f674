import { ANNA, BEN, NOON } from '../testing/samples';
import { given } from '../testing/scenario';
import { DEFAULT_CHOICES, NOTICE_KINDS } from './notice-kinds';
import { allChoices, choiceOf, preferences, waysOf } from './preferences';
import {
  DEFAULT_PREFERENCES,
  type KindChoice,
  type NotificationPreferences,
  type PreferencesCommand,
  type PreferencesEvent,
} from './preferences-messages';

const failedDaily: KindChoice = { kind: 'failed', channel: 'email', timing: 'daily' };
const completed: KindChoice = { kind: 'completed', channel: 'email', timing: 'hourly' };
const wanted: NotificationPreferences = {
  choices: [failedDaily, completed],
  timeZone: 'Europe/Berlin',
  dailyAt: '07:00',
  quietHours: { from: '22:00', to: '06:00' },
  failuresPassQuietHours: true,
  destinationId: null,
};
const LATER = '2026-11-23T13:00:00.000Z';
const set: PreferencesCommand = {
  ...{ type: 'SetNotificationPreferences', userId: ANNA, preferences: wanted, by: ANNA, at: NOON },
};
const done: PreferencesEvent = { ...set, type: 'NotificationPreferencesSet' };
const leave: PreferencesCommand = { type: 'Unsubscribe', userId: ANNA, kinds: ['failed'], by: ANNA, at: LATER };

describe('preferences', () => {
  it('are the defaults before anybody said anything', () =>
    expect(given(preferences).state).toEqual({ set: false, preferences: DEFAULT_PREFERENCES }));
  it('are what was said last', () => {
    given(preferences).when(set).then(done);
    expect(given(preferences, done).state).toEqual({ set: true, preferences: wanted });
  });
  it('stand on record even where they are the defaults, when somebody chose them', () =>
    given(preferences)
      .when({ ...set, preferences: DEFAULT_PREFERENCES })
      .then({ ...done, preferences: DEFAULT_PREFERENCES }));
  it('do not change by a repeat, in whatever order the kinds stand', () =>
    given(preferences, done)
      .when({ ...set, preferences: { ...wanted, choices: [completed, failedDaily] }, by: BEN, at: LATER })
      .thenNothing());
  it('are refused with two choices for a kind, or quiet hours that end as they begin', () => {
    const wrong = { ...wanted, choices: [failedDaily, failedDaily], quietHours: { from: '06:00', to: '06:00' } };
    expect(given(preferences).when({ ...set, preferences: wrong }).decision).toMatchObject({
      accepted: false,
      refusal: {
        code: 'preferences.invalid',
        problems: [
          { code: 'kind.repeated', pointer: '/choices/1/kind' },
          { code: 'quiet_hours.empty', pointer: '/quietHours/to' },
        ],
      },
    });
  });
});

describe('a destination', () => {
  const destinationId = '7b1f2a44-6f5c-4c1e-9a57-0c6f5a3f0d08';
  const byBoth = (timing: KindChoice['timing']): KindChoice => ({ kind: 'failed', channel: 'both', timing });

  it('gets, beside mail, the kinds that nobody said anything of', () => {
    const named = { ...DEFAULT_PREFERENCES, destinationId };
    expect(waysOf(named, 'failed')).toEqual(['email', 'destination']);
    expect(waysOf(named, 'completed')).toEqual([]);
    expect(waysOf({ ...named, choices: [failedDaily] }, 'failed')).toEqual(['email']);
    expect(waysOf(DEFAULT_PREFERENCES, 'failed')).toEqual(['email']);
  });
  it('is needed where a kind goes to one', () => {
    for (const channel of ['destination', 'both'] as const) {
      const choices = [completed, { kind: 'failed', channel, timing: 'daily' } as const];
      const command = { ...set, preferences: { ...wanted, choices } };
      expect(given(preferences).when(command).decision).toMatchObject({
        accepted: false,
        refusal: { problems: [{ code: 'channel.without_destination', pointer: '/choices/1/channel' }] },
      });
      const named = { ...wanted, choices: command.preferences.choices, destinationId };
      expect(given(preferences).when({ ...set, preferences: named }).decision).toMatchObject({ accepted: true });
    }
  });
  it('goes on getting what somebody wants no more mails of', () => {
    const chosen = { ...done, preferences: { ...wanted, destinationId, choices: [byBoth('daily')] } };
    expect(given(preferences, chosen).when(leave).decision).toMatchObject({
      events: [{ preferences: { destinationId, choices: [{ ...byBoth('daily'), channel: 'destination' }] } }],
    });
    const left = {
      ...chosen,
      preferences: { ...chosen.preferences, choices: [{ ...byBoth('daily'), channel: 'destination' as const }] },
    };
    given(preferences, left).when(leave).thenNothing();
  });
});

describe('unsubscribing', () => {
  it('switches one kind off and leaves the rest', () =>
    given(preferences, done)
      .when(leave)
      .then({
        ...done,
        preferences: { ...wanted, choices: [{ ...failedDaily, channel: 'none' }, completed] },
        at: LATER,
      }));
  it('works on the defaults', () => {
    const choices = [{ kind: 'failed', channel: 'none', timing: 'immediate' }] as const;
    given(preferences)
      .when(leave)
      .then({ ...done, preferences: { ...DEFAULT_PREFERENCES, choices }, at: LATER });
  });
  it('switches several kinds off at once, each once', () => {
    const kinds = ['schedule_paused', 'failed', 'failed', 'completed'] as const;
    const off = (['failed', 'schedule_paused'] as const).map((kind) => ({
      kind,
      channel: 'none',
      timing: 'immediate',
    }));
    expect(given(preferences).when({ ...leave, kinds }).decision).toMatchObject({
      accepted: true,
      events: [{ preferences: { choices: off } }],
    });
  });
  it('changes nothing the second time, nor where the kind is off by default', () => {
    const off = { ...done, preferences: { ...wanted, choices: [{ ...failedDaily, channel: 'none' } as const] } };
    given(preferences, off).when(leave).thenNothing();
    given(preferences)
      .when({ ...leave, kinds: ['completed'] })
      .thenNothing();
  });
});

it('has a choice for every kind: the one made, else the default', () => {
  expect(allChoices(DEFAULT_PREFERENCES)).toEqual(NOTICE_KINDS.map((kind) => ({ kind, ...DEFAULT_CHOICES[kind] })));
  expect(choiceOf(wanted, 'failed')).toEqual({ channel: 'email', timing: 'daily' });
  expect(choiceOf(wanted, 'schedule_paused')).toEqual(DEFAULT_CHOICES.schedule_paused);
});

it('tells at once by default of what needs somebody, and not of what went well', () => {
  const atOnce = NOTICE_KINDS.filter((kind) => {
    const { channel, timing } = DEFAULT_CHOICES[kind];
    return channel === 'email' && timing === 'immediate';
  });
  expect(atOnce).toEqual([
    ...['failed', 'template_invalid', 'delivery_failed', 'schedule_paused'],
    ...['circuit_opened', 'stalled', 'running_long'],
  ]);
  expect(DEFAULT_CHOICES.completed.channel).toBe('none');
});
