import { Controller, Inject } from '@nestjs/common';
import { storyOf, type NoticeFacts } from '#notifications';
import { NoticeInbox, type NoticeView } from '#read-models';
import { PARTS, type Parts } from '#runtime';
import { Handles, type Call } from '../http/operation';
import { Problem } from '../http/problem';
import { inboxOperations as operations } from './inbox.operations';

type CallOf<Name extends keyof typeof operations> = Call<(typeof operations)[Name]>;

@Controller()
export class InboxController {
  private readonly inbox: NoticeInbox;

  constructor(@Inject(PARTS) private readonly parts: Parts) {
    this.inbox = new NoticeInbox(parts.pool);
  }

  @Handles(operations.list)
  async list({ query: { unread, ...page }, caller }: CallOf<'list'>) {
    const filter = { ...page, unread: unread === 'true', now: this.parts.clock.now() };
    const { items, nextCursor } = await this.inbox.list(caller.userId, filter);
    return { body: { items: items.map(told), nextCursor } };
  }

  @Handles(operations.markRead)
  async markRead({ params: { noticeId }, caller, now }: CallOf<'markRead'>) {
    if (await this.inbox.markRead(caller.userId, noticeId, now)) return { body: null };
    throw new Problem('notification.missing', 'There is no such notification, or it is not yours.');
  }

  @Handles(operations.markAllRead)
  async markAllRead({ body: { upTo }, caller, now }: CallOf<'markAllRead'>) {
    await this.inbox.markAllRead(caller.userId, new Date(upTo), now);
    return { body: null };
  }
}

/** In the same words as a mail. */
function told({ facts, ...notice }: NoticeView) {
  const { headline, details, advice, path } = storyOf(facts as NoticeFacts);
  return { ...notice, headline, details: details.map(([label, value]) => ({ label, value })), advice, href: path };
}
