import type { NotificationEvent, PreferencesEvent } from '#domain';

export const PREFERENCES_EVENTS: Readonly<Record<PreferencesEvent['type'], true>> = {
  NotificationPreferencesSet: true,
};

export const NOTIFICATION_EVENTS: Readonly<Record<NotificationEvent['type'], true>> = {
  NotificationSent: true,
  NotificationFailed: true,
};
