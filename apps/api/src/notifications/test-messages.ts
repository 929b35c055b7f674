import { Inject, Injectable } from '@nestjs/common';
import type { UserSecrets } from '#access';
import { DeliveryError, mailServerOf, type MailServer, type Receipt } from '#delivery-channels';
import { notification, streamOf, type NotificationCommand } from '#domain';
import { derivedId, execute, type CommandContext } from '#event-sourcing';
import { mailTo, messageParcel, publicUrlOf, renderTest } from '#notifications';
import { PARTS, type Parts } from '#runtime';
import { Problem } from '../http/problem';

/** Sends what a person asks for to see whether it comes. It counts for the limit of messages, and is on record like any other. */
@Injectable()
export class TestMessages {
  readonly #server: MailServer | null;

  constructor(@Inject(PARTS) private readonly parts: Parts) {
    this.#server = mailServerOf(parts.settings);
  }

  /** Throws a `Problem` that says why it was not sent. */
  async send(user: UserSecrets, context: CommandContext, now: Date): Promise<Receipt> {
    if (this.#server === null) {
      throw new Problem('notification.no_mail_server', 'Whoever runs the system has to set SMTP_URL first.');
    }
    const { userId, email } = user;
    if (email === null) throw new Problem('notification.no_address', 'Set an address by POST /v1/users/:userId/email.');
    const notificationId = derivedId(context.commandId, 'notification');
    await this.#count(notificationId, userId, now);
    const publicUrl = publicUrlOf(this.parts.settings);
    const message = renderTest({ publicUrl, unsubscribeUrl: null });
    const at = now.toISOString();
    const contents = {
      notificationId,
      userId,
      channel: 'email',
      kinds: [],
      notices: 0,
      eventIds: [],
      attempt: 1,
      at,
    } as const;
    const parcel = messageParcel({ notificationId, attempt: 1, kinds: [], at, publicUrl, message });
    try {
      const receipt = await mailTo(this.#server, email, null).send(parcel, AbortSignal.timeout(TIMEOUT_MS));
      const { answer, reference } = receipt;
      await this.#record({ type: 'RecordSent', ...contents, answer, reference }, context);
      return receipt;
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      const { code, message: detail } = error;
      await this.#record({ type: 'RecordFailure', ...contents, code, message: detail, retryAt: null }, context);
      throw new Problem('notification.not_sent', detail);
    }
  }

  /** One more message to the person, unless there are too many. */
  async #count(notificationId: string, userId: string, now: Date): Promise<void> {
    const { rowCount } = await this.parts.pool.query(
      `INSERT INTO notifier.message (notification_id, user_id, planned_at, attempt, state)
       SELECT $1::uuid, $2::uuid, $3::timestamptz, 1, 'sent'
       WHERE (SELECT count(*) FROM notifier.message WHERE user_id = $2 AND planned_at > $3::timestamptz - interval '1 hour') < $4
       ON CONFLICT (notification_id) DO NOTHING`,
      [notificationId, userId, now, this.parts.settings.NOTIFICATIONS_PER_HOUR],
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

/** The caller waits: less than a request may take. */
const TIMEOUT_MS = 20_000;
