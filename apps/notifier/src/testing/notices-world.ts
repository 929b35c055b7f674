import { randomBytes, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserStore } from '#access';
import { mailServerOf, sealedText, type DestinationSecret } from '#delivery-channels';
import {
  DEFAULT_PREFERENCES,
  streamOf,
  type AggregateType,
  type DestinationDefinition,
  type JobEvent,
  type NotificationPreferences,
} from '#domain';
import { ANNA, DATASET_ID, FLIGHTS, jobRequest } from '#domain/testing';
import { STORE_SOURCE, toNewEvents, type RecordedEvent } from '#event-sourcing';
import { loadFromHead } from '#event-feed';
import { mailTo, noticeChannel, UnsubscribeLinks } from '#notifications';
import { createLogger, readSettings } from '#platform';
import { closeParts, openParts, type Parts } from '#runtime';
import { createTestDatabase, type TestDatabase } from '../../../../test/postgres/database';
import { startSmtpSink, type SmtpSink } from '../../../../libs/delivery-channels/src/testing/smtp-sink';
import { MessageSender } from '../notifications/message-sender';
import { NoticeProjection, NOTICES_GROUP } from '../notifications/notice-projection';
import { runNoticeRound } from '../notifications/notice-rounds';
import { Recipients } from '../notifications/recipients';
import { TOLD_EVENTS } from '../notifications/told-events';

const PUBLIC_URL = 'https://reports.example.org';
const SECRET = 'x'.repeat(32);

export interface NoticeRow {
  readonly kind: string;
  readonly way: string;
  readonly state: string;
  readonly notification_id: string | null;
}

/** A real store, outbox and mail server; time passes when it is told to. Anna has an address. */
export class NoticesWorld {
  /** Mails as they came, headers and all. */
  readonly mails: string[] = [];
  /** What the server answers to the next mails instead of taking them, first to last. */
  readonly refusals: { readonly responseCode: number; readonly message: string }[] = [];
  readonly links = new UnsubscribeLinks(SECRET);
  readonly users: UserStore;
  readonly #arrivals: (() => void)[] = [];

  private constructor(
    readonly parts: Parts,
    private readonly database: TestDatabase,
    private readonly sink: SmtpSink,
    private readonly time: { offsetMs: number },
  ) {
    this.users = new UserStore(parts.pool);
  }

  static async open(): Promise<NoticesWorld> {
    const database = await createTestDatabase({ migrated: true });
    const opened: { world?: NoticesWorld } = {};
    const sink = await startSmtpSink({
      onData(stream, _session, done) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => opened.world?.take(Buffer.concat(chunks).toString(), done));
      },
    });
    const settings = {
      ...readSettings({
        SMTP_URL: `smtp://127.0.0.1:${sink.port}`,
        SMTP_FROM: 'Reports <reports@example.org>',
        SMTP_TLS: 'off',
        PUBLIC_URL,
      }),
      DATABASE_URL: database.url,
      DATA_DIR: join(tmpdir(), `notifier-${randomUUID()}`),
      AUTH_SECRET: SECRET,
      ENCRYPTION_KEY: [randomBytes(32).toString('base64')],
    };
    const time = { offsetMs: 0 };
    const clock = { now: () => new Date(Date.now() + time.offsetMs) };
    const world = new NoticesWorld(
      await openParts(settings, createLogger({ level: 'silent', format: 'json' }), clock),
      database,
      sink,
      time,
    );
    opened.world = world;
    await world.addUser(ANNA, 'anna@example.net');
    await world.append('dataset', DATASET_ID, {
      ...{ type: 'DatasetRegistered', datasetId: DATASET_ID, definition: FLIGHTS, by: ANNA, at: world.now() },
    });
    return world;
  }

  async close(): Promise<void> {
    await closeParts(this.parts);
    await this.sink.close();
    await this.database.drop();
  }

  now(): string {
    return this.parts.clock.now().toISOString();
  }

  pass(minutes: number): void {
    this.time.offsetMs += minutes * 60_000;
  }

  async addUser(userId: string, email: string | null): Promise<void> {
    const username = userId.slice(0, 8);
    const user = { userId, username, displayName: username, passwordHash: 'none', role: 'user' as const, email };
    await this.users.add({ ...user, createdAt: new Date() });
  }

  /** Appends to the end of a stream, whatever the aggregate would have said. */
  async append(aggregate: AggregateType, id: string, ...events: readonly { readonly type: string }[]): Promise<void> {
    const commandId = randomUUID();
    const context = { commandId, correlationId: commandId, causationId: null, actor: ANNA, traceparent: null };
    const streamId = streamOf(aggregate, id);
    await this.parts.eventStore.append({ streamId, expected: 'any', events: toNewEvents(events, context) });
  }

  /** A job of Anna's that has ended this way. */
  async job(end: (at: { jobId: string; at: string }) => JobEvent, owner: string = ANNA): Promise<string> {
    const jobId = randomUUID();
    const at = this.now();
    await this.append(
      'job',
      jobId,
      { type: 'JobRequested', request: jobRequest({ jobId, owner }), at } as JobEvent,
      end({ jobId, at }),
    );
    return jobId;
  }

  async prefer(more: Partial<NotificationPreferences>, userId: string = ANNA): Promise<void> {
    const preferences = { ...DEFAULT_PREFERENCES, ...more };
    await this.append('preferences', userId, {
      ...{ type: 'NotificationPreferencesSet', userId, preferences, by: userId, at: this.now() },
    });
  }

  /** Registers one, or revises it where the id is given. */
  async destination(
    definition: DestinationDefinition,
    secret: DestinationSecret,
    destinationId: string = randomUUID(),
  ): Promise<string> {
    const secretId = randomUUID();
    await this.parts.secrets.put({ secretId, ownerId: destinationId, secret: sealedText(secret), inUse: null });
    await this.append('destination', destinationId, {
      ...{ type: 'DestinationRegistered', destinationId, name: 'mine', definition, secretId, by: ANNA, at: this.now() },
    });
    return destinationId;
  }

  projection(): NoticeProjection {
    return new NoticeProjection(this.parts);
  }

  /** Lets the projection take what it has not taken yet. */
  async project(): Promise<void> {
    const { pool, eventStore } = this.parts;
    const previous = await loadFromHead({ pool, store: eventStore }, NOTICES_GROUP, STORE_SOURCE);
    if (previous === null) throw new Error('the group has no beginning');
    const { events, readUpTo } = await eventStore.readAll({
      ...{ after: previous.position, limit: 10_000, types: TOLD_EVENTS },
    });
    const checkpoint = { position: readUpTo, offset: null };
    await this.projection().handle({ source: STORE_SOURCE, events, previous, checkpoint });
  }

  recipients(leaseMs = 60_000): Recipients {
    return new Recipients(this.parts.pool, randomUUID(), leaseMs);
  }

  sender(): MessageSender {
    const server = mailServerOf(this.parts.settings);
    if (server === null) throw new Error('there is no mail server');
    return new MessageSender({
      ...{ ...this.parts, users: this.users, links: this.links, publicUrl: PUBLIC_URL },
      channelToAddress: (address, unsubscribeUrl) => mailTo(server, address, unsubscribeUrl),
      channelToDestination: (destinationId, role) =>
        noticeChannel(destinationId, role, { ...this.parts, privateHosts: ['127.0.0.1'] }),
    });
  }

  /** One process plans and sends what is due. Gives the milliseconds until it looks again. */
  round(perHour = 20, canMail = true): Promise<number> {
    return runNoticeRound({
      ...{ ...this.parts, users: this.users, recipients: this.recipients(), sender: this.sender() },
      ...{ limits: { perHour, gatherMinutes: 15 }, canMail },
      signal: new AbortController().signal,
    });
  }

  async notices(userId: string = ANNA): Promise<readonly NoticeRow[]> {
    const { rows } = await this.parts.pool.query<NoticeRow>(
      `SELECT n.kind, w.way, w.state, w.notification_id FROM notifier.notice n JOIN notifier.notice_way w USING (notice_id)
       WHERE n.user_id = $1 ORDER BY n.occurs_at, n.notice_id, w.way DESC`,
      [userId],
    );
    return rows;
  }

  history(notificationId: string): Promise<readonly RecordedEvent[]> {
    return this.parts.eventStore.readStream(streamOf('notification', notificationId));
  }

  /** Resolves when a mail has come. */
  arrival(): Promise<void> {
    return new Promise((resolve) => this.#arrivals.push(resolve));
  }

  private take(mail: string, done: (error?: Error | null) => void): void {
    const refusal = this.refusals.shift();
    if (refusal) {
      done(Object.assign(new Error(refusal.message), refusal));
      return;
    }
    this.mails.push(mail);
    done();
    for (const arrived of this.#arrivals.splice(0)) arrived();
  }
}

export const failing =
  (code = 'data_source.unreachable') =>
  ({ jobId, at }: { jobId: string; at: string }): JobEvent => ({
    ...{ type: 'JobFailed', jobId, attempt: 1, worker: 'worker', durationMs: 1200, at },
    failure: { code, message: 'The database does not answer.', transient: true, class: 'transient' },
  });
