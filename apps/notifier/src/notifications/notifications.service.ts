import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { UserStore } from '#access';
import { DeliveryError, mailServerOf } from '#delivery-channels';
import { FollowedFeed } from '#event-feed';
import { mailTo, noticeChannel, publicUrlOf, UnsubscribeLinks } from '#notifications';
import { PARTS, RoundLoop, type Parts } from '#runtime';
import { MessageSender } from './message-sender';
import { NoticeProjection } from './notice-projection';
import { runNoticeRound } from './notice-rounds';
import { NOTICE_CHANNEL, removeOldNotices } from './notice-table';
import { Recipients } from './recipients';

/** A message is given up after a minute, well before another process takes over its person. */
const LEASE_MS = 180_000;
/** After a message, those alike are gathered for so many minutes. */
const GATHER_MINUTES = 15;
const CLEAN_EVERY_MS = 3_600_000;

/** Tells people of what happens to their reports. */
@Injectable()
export class NotificationsService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #parts: Parts;
  readonly #followed: FollowedFeed;
  readonly #sending: RoundLoop;
  readonly #cleaning: RoundLoop;
  readonly #stopping = new AbortController();
  #unlisten: (() => Promise<void>) | undefined;

  constructor(@Inject(PARTS) parts: Parts) {
    const { pool, eventFeed, eventStore, clock, settings, secrets } = parts;
    const logger = parts.logger.child({ app: 'notifier' });
    const server = mailServerOf(settings);
    const { signal } = this.#stopping;
    const users = new UserStore(pool);
    const shared = { pool, eventStore, users, clock, logger };
    this.#parts = { ...parts, logger };
    this.#followed = new FollowedFeed(new NoticeProjection(shared), { eventFeed, eventStore, logger });
    const destinations = { secrets, privateHosts: settings.DELIVERY_PRIVATE_HOSTS ?? [] };
    const recipients = new Recipients(pool, randomUUID(), LEASE_MS);
    const sender = new MessageSender({
      ...shared,
      links: new UnsubscribeLinks(settings.AUTH_SECRET),
      publicUrl: publicUrlOf(settings),
      channelToAddress: (address, unsubscribeUrl) => {
        if (server === null) throw noServer();
        return mailTo(server, address, unsubscribeUrl);
      },
      channelToDestination: (destinationId, role) =>
        noticeChannel(destinationId, role, { ...destinations, eventStore }),
    });
    const limits = { perHour: settings.NOTIFICATIONS_PER_HOUR, gatherMinutes: GATHER_MINUTES };
    const canMail = server !== null;
    this.#sending = new RoundLoop({
      runRound: () => runNoticeRound({ ...shared, recipients, sender, signal, limits, canMail }),
      logger,
      failure: {
        problem: 'the notifier cannot send; see the log',
        code: 'notifier.round_failed',
        message: 'people are not told of events',
      },
    });
    this.#cleaning = new RoundLoop({
      runRound: async () => {
        await removeOldNotices(pool, clock.now());
        return CLEAN_EVERY_MS;
      },
      logger,
      failure: {
        problem: 'the notifier cannot remove old notices; see the log',
        code: 'notifier.cleaning_failed',
        message: 'old notices are not removed',
      },
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    const { health, notifications, logger, settings } = this.#parts;
    health.register('notifier: notices', async () => {
      return (await this.#followed.problem()) ?? this.#sending.problem ?? this.#cleaning.problem;
    });
    if (settings.SMTP_URL === undefined) {
      logger.warn(
        { code: 'notifier.no_mail_server' },
        'SMTP_URL is unset: no mail is sent, notices go to destinations or stand in the inbox alone',
      );
    }
    this.#unlisten = await notifications.listen(NOTICE_CHANNEL, () => this.#sending.wake());
    await this.#followed.start();
    this.#sending.start();
    this.#cleaning.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.#sending.stop(), this.#cleaning.stop()]);
    await this.#followed.stop();
    await this.#unlisten?.();
  }
}

/** A mail that was planned while there was one, before a restart with other settings. It waits for one. */
function noServer(): DeliveryError {
  return new DeliveryError('delivery.unreachable', 'There is no mail server any more.', true);
}
