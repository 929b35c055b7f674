import { Inject, Injectable } from '@nestjs/common';
import type { UserSecrets } from '#access';
import { transaction, type PoolClient } from '#database';
import { DeliveryError, mailServerOf, type DeliveryChannel, type MailServer } from '#delivery-channels';
import { notification, streamOf, type DestinationId, type NoticeWay, type NotificationCommand } from '#domain';
import { derivedId, execute, type CommandContext } from '#event-sourcing';
import {
  mailTo,
  messageParcel,
  noticeChannel,
  publicUrlOf,
  renderTest,
  UnusableDestination,
  webhookNotice,
} from '#notifications';
import { PARTS, type Parts } from '#runtime';
import { Problem } from '../http/problem';

/** What became of a test by one way: where it went and what was answered, or else why it did not arrive. */
export interface TestOutcome {
  readonly way: NoticeWay;
  readonly destination: string | null;
  readonly answer: string | null;
  readonly reference: string | null;
  readonly problem: { readonly code: string; readonly message: string } | null;
}

interface Way {
  readonly way: NoticeWay;
  readonly destinationId: DestinationId | null;
  readonly open: () => Promise<DeliveryChannel>;
}

interface Message extends Way {
  readonly notificationId: string;
}

/** Sends what a person asks for to see whether it comes. It counts for the limit of messages, and is on record like any other. */
@Injectable()
export class TestMessages {
  readonly #server: MailServer | null;

  constructor(@Inject(PARTS) private readonly parts: Parts) {
    this.#server = mailServerOf(parts.settings);
  }

  /** By each way that the person has. Throws a `Problem` where there is none, or where it arrived by none. */
  async send(
    user: UserSecrets,
    destinationId: DestinationId | null,
    context: CommandContext,
    now: Date,
  ): Promise<readonly TestOutcome[]> {
    const ways = this.#waysTo(user, destinationId);
    if (ways.length === 0) throw this.#noWay();
    const messages = ways.map((way) => ({
      ...way,
      notificationId: derivedId(context.commandId, `notification by ${way.way}`),
    }));
    await this.#count(messages, user.userId, now);
    const outcomes: TestOutcome[] = [];
    for (const message of messages) outcomes.push(await this.#sendBy(message, user.userId, context, now));
    if (outcomes.some(({ problem }) => problem === null)) return outcomes;
    throw new Problem('notification.not_sent', outcomes.map(({ problem }) => problem?.message).join(' '));
  }

  #waysTo({ email, role }: UserSecrets, destinationId: DestinationId | null): readonly Way[] {
    const { eventStore, secrets, settings } = this.parts;
    const server = this.#server;
    const parts = { eventStore, secrets, privateHosts: settings.DELIVERY_PRIVATE_HOSTS ?? [] };
    const mail: Way[] =
      server === null || email === null
        ? []
        : [{ way: 'email', destinationId: null, open: () => Promise.resolve(mailTo(server, email, null)) }];
    if (destinationId === null) return mail;
    return [...mail, { way: 'destination', destinationId, open: () => noticeChannel(destinationId, role, parts) }];
  }

  #noWay(): Problem {
    return this.#server === null
      ? new Problem(
          'notification.no_mail_server',
          'Name a destination, or whoever runs the system has to set SMTP_URL.',
        )
      : new Problem(
          'notification.no_address',
          'Set an address by POST /v1/users/:userId/email, or name a destination.',
        );
  }

  async #sendBy(
    { way, destinationId, open, notificationId }: Message,
    userId: string,
    context: CommandContext,
    now: Date,
  ): Promise<TestOutcome> {
    const publicUrl = publicUrlOf(this.parts.settings);
    const message = renderTest({ publicUrl, unsubscribeUrl: null });
    const at = now.toISOString();
    // Of its own, so that no two events have one id.
    const own = { ...context, commandId: notificationId };
    const contents = {
      ...({ notificationId, userId, channel: way, destinationId, kinds: [], notices: 0, eventIds: [] } as const),
      ...{ attempt: 1, at },
    };
    const notice = webhookNotice([], false, message, publicUrl);
    const parcel = messageParcel({ notificationId, attempt: 1, kinds: [], at, publicUrl, message, notice });
    try {
      const receipt = await (await open()).send(parcel, AbortSignal.timeout(TIMEOUT_MS));
      const { destination, answer, reference } = receipt;
      await this.#record({ type: 'RecordSent', ...contents, answer, reference }, own);
      return { way, destination, answer, reference, problem: null };
    } catch (error) {
      if (!(error instanceof DeliveryError) && !(error instanceof UnusableDestination)) throw error;
      const problem = { code: error.code, message: error.message };
      await this.#record({ type: 'RecordFailure', ...contents, ...problem, retryAt: null }, own);
      return { way, destination: null, answer: null, reference: null, problem };
    }
  }

  /** One more message to the person by each of these ways, unless there are too many by one of them. */
  async #count(messages: readonly Message[], userId: string, now: Date): Promise<void> {
    await transaction(this.parts.pool, async (client) => {
      // Of those who ask at once, none counts what was there a moment before.
      await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`test messages of ${userId}`]);
      for (const message of messages) await this.#countOne(client, message, userId, now);
    });
  }

  async #countOne(client: PoolClient, { notificationId, way }: Message, userId: string, now: Date): Promise<void> {
    const { rowCount } = await client.query(
      `INSERT INTO notifier.message (notification_id, user_id, way, planned_at, attempt, state)
       SELECT $1::uuid, $2::uuid, $3::text, $4::timestamptz, 1, 'sent'
       WHERE (SELECT count(*) FROM notifier.message
              WHERE user_id = $2 AND way = $3 AND planned_at > $4::timestamptz - interval '1 hour') < $5
       ON CONFLICT (notification_id) DO NOTHING`,
      [notificationId, userId, way, now, this.parts.settings.NOTIFICATIONS_PER_HOUR],
    );
    if (rowCount === 0) {
      throw new Problem('notification.too_many', 'There is a limit of messages an hour: try again later.', {
        headers: { 'Retry-After': '600' },
      });
    }
  }

  async #record(command: NotificationCommand, context: CommandContext): Promise<void> {
    const streamId = streamOf('notification', command.notificationId);
    await execute(this.parts.eventStore, notification, { streamId, command, context });
  }
}

/** The caller waits: less than a request may take, by both ways. */
const TIMEOUT_MS = 12_000;
