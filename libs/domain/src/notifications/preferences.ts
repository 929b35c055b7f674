import { accept, refuse, type Decider } from '#event-sourcing';
import { sameJson } from '../json-equality';
import {
  DEFAULT_CHOICES,
  NOTICE_KINDS,
  WAYS_OF_CHANNEL,
  type NoticeChoice,
  type NoticeKind,
  type NoticeWay,
} from './notice-kinds';
import {
  DEFAULT_PREFERENCES,
  type KindChoice,
  type NotificationPreferences,
  type PreferencesCommand,
  type PreferencesEvent,
  type PreferencesProblem,
  type PreferencesRefusal,
  type PreferencesState,
} from './preferences-messages';

/** How one person wants to be told of things. */
export const preferences: Decider<PreferencesCommand, PreferencesState, PreferencesEvent, PreferencesRefusal> = {
  initial: { set: false, preferences: DEFAULT_PREFERENCES },
  decide(command, state) {
    switch (command.type) {
      case 'SetNotificationPreferences': {
        const problems = problemsOf(command.preferences);
        if (problems.length > 0) return refuse({ code: 'preferences.invalid', problems });
        return ifChanged(state, { ...command, preferences: inOrder(command.preferences) });
      }
      case 'Unsubscribe': {
        const { kinds, ...change } = command;
        const mailed = [...new Set(kinds)].filter((kind) => waysOf(state.preferences, kind).includes('email'));
        if (mailed.length === 0) return accept();
        const choices = [
          ...state.preferences.choices.filter(({ kind }) => !mailed.includes(kind)),
          ...mailed.map((kind) => withoutMail(kind, choiceOf(state.preferences, kind))),
        ];
        return ifChanged(state, { ...change, preferences: inOrder({ ...state.preferences, choices }) });
      }
    }
  },
  evolve(_state, event) {
    return { set: true, preferences: event.preferences };
  },
};

/** How a kind is told under these preferences. */
export function choiceOf({ choices, destinationId }: NotificationPreferences, kind: NoticeKind): NoticeChoice {
  const chosen = choices.find((choice) => choice.kind === kind);
  const { channel, timing } = chosen ?? DEFAULT_CHOICES[kind];
  return { channel: chosen === undefined && destinationId !== null && channel === 'email' ? 'both' : channel, timing };
}

/** The ways by which a kind is told under these preferences; none: it is of no interest. */
export function waysOf(preferences: NotificationPreferences, kind: NoticeKind): readonly NoticeWay[] {
  return WAYS_OF_CHANNEL[choiceOf(preferences, kind).channel];
}

/** One choice for every kind there is, those that nobody made by default. */
export function allChoices(preferences: NotificationPreferences): readonly KindChoice[] {
  return NOTICE_KINDS.map((kind) => ({ kind, ...choiceOf(preferences, kind) }));
}

function ifChanged(
  state: PreferencesState,
  change: Omit<PreferencesEvent, 'type'>,
): ReturnType<typeof preferences.decide> {
  if (state.set && sameJson(change.preferences, state.preferences)) return accept();
  const { userId, preferences: changed, by, at } = change;
  return accept({ type: 'NotificationPreferencesSet', userId, preferences: changed, by, at });
}

function withoutMail(kind: NoticeKind, { channel, timing }: NoticeChoice): KindChoice {
  return { kind, channel: channel === 'both' ? 'destination' : 'none', timing };
}

function problemsOf({ choices, quietHours, destinationId }: NotificationPreferences): PreferencesProblem[] {
  const repeated = choices.flatMap(({ kind }, place): PreferencesProblem[] => {
    if (choices.findIndex((choice) => choice.kind === kind) === place) return [];
    const message = `Of the kind ${kind} there is one choice already: leave one of them out.`;
    return [{ code: 'kind.repeated', pointer: `/choices/${place}/kind`, message }];
  });
  const nowhere = choices.flatMap(({ kind, channel }, place): PreferencesProblem[] => {
    if (destinationId !== null || !WAYS_OF_CHANNEL[channel].includes('destination')) return [];
    const message = `The kind ${kind} goes to a destination, and there is none: name one in destinationId.`;
    return [{ code: 'channel.without_destination', pointer: `/choices/${place}/channel`, message }];
  });
  const problems = [...repeated, ...nowhere];
  if (quietHours === null || quietHours.from !== quietHours.to) return problems;
  const message = 'Quiet hours end at another time than they begin; null for none.';
  return [...problems, { code: 'quiet_hours.empty', pointer: '/quietHours/to', message }];
}

/** So that the order in which somebody lists kinds makes no difference. */
function inOrder({ choices, ...rest }: NotificationPreferences): NotificationPreferences {
  const placeOf = ({ kind }: KindChoice) => NOTICE_KINDS.indexOf(kind);
  return { ...rest, choices: choices.toSorted((one, other) => placeOf(one) - placeOf(other)) };
}
