import { preferences, streamOf, type NotificationPreferences, type PreferencesEvent, type UserId } from '#domain';
import { fold, toDomainEvent, type EventStore } from '#event-sourcing';

/** As they are now, from their stream: there is no read model that could lag behind. */
export async function readPreferences(
  eventStore: Pick<EventStore, 'readStream'>,
  userId: UserId,
): Promise<NotificationPreferences> {
  const history = await eventStore.readStream(streamOf('preferences', userId));
  return fold(
    preferences,
    history.map((event) => toDomainEvent<PreferencesEvent>(event)),
  ).preferences;
}
