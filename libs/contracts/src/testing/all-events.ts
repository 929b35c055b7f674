import type { AccessEvent } from '#access';
import { sampleHistory } from '#read-models/testing';
import type { RecordedEvent } from '#event-sourcing';
import { CURRENT_VERSIONS } from '../published/published-events';
import { recordedEvent } from './records';

const USER = 'a0000000-0000-4000-8000-000000000001';
const OTHER = 'b0000000-0000-4000-8000-000000000002';
const STREAM = `access-${USER}-2026-11-23`;
const at = '2026-11-23T12:00:00.000Z';

/** One of each at least: leaving one out does not compile. */
const ACCESS: { readonly [Type in AccessEvent['type']]: Omit<Extract<AccessEvent, { type: Type }>, 'type'> } = {
  SignedIn: { userId: USER, at },
  SignInRefused: { userId: null, reason: 'credentials', count: 3, at },
  AccessRefused: { userId: USER, method: 'GET', route: '/v1/templates/:id', reason: 'template.missing', count: 1, at },
  PreviewRead: { userId: USER, templateId: null, datasetId: OTHER, rows: 50, at },
  FileDownloaded: { userId: USER, jobId: OTHER, fileKey: 'jobs/1/1/Übersicht.csv', bytes: 5_000_000_000, at },
  UserAdded: { userId: USER, role: 'viewer', by: OTHER, at },
  UserDisabled: { userId: USER, by: OTHER, at },
  UserEnabled: { userId: USER, by: OTHER, at },
  UserLimited: { userId: USER, maxRows: 50_000, by: OTHER, at },
  PasswordChanged: { userId: USER, by: USER, at },
  EmailChanged: { userId: USER, by: OTHER, at },
  RecipientErased: { recipientId: OTHER, by: USER, at },
};

/** A history in which every kind of event occurs, positions 1, 2, 3, … */
export function everyKindOfEvent(): readonly RecordedEvent[] {
  const domain = sampleHistory().events.map((event) => ({
    ...event,
    metadata: { ...event.metadata, schemaVersion: CURRENT_VERSIONS.get(event.type) ?? 1 },
  }));
  const access = Object.entries(ACCESS).map(([type, data], revision) => ({
    ...recordedEvent(STREAM, type, data),
    revision,
    position: BigInt(domain.length + revision + 1),
  }));
  return [...domain, ...access];
}
