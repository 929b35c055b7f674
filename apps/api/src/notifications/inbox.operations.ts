import { z } from 'zod';
import { NOTICE_KINDS, NOTICE_WAYS } from '#domain';
import { NOTICE_STATES } from '#read-models';
import { id, instant, instantInput, page, paging, uuid } from '../http/fields';
import { operation } from '../http/operation';

const tag = 'Notifications';

const notice = z
  .object({
    noticeId: uuid,
    kind: z.enum(NOTICE_KINDS),
    headline: z.string(),
    details: z.array(z.object({ label: z.string(), value: z.string() })),
    advice: z.string(),
    href: z.string().describe('Where to look.'),
    at: instant,
    state: z
      .enum(NOTICE_STATES)
      .describe(
        'Of the way that came farthest: what arrived by one of them was told. ' +
          '`kept`: there was no way to send it, so it stands here alone. `unwanted`: the kind was switched off before it was sent, or the files are gone.',
      ),
    ways: z
      .array(
        z.object({
          way: z.enum(NOTICE_WAYS),
          state: z.enum(NOTICE_STATES),
          problem: z
            .object({ code: z.string(), message: z.string() })
            .nullable()
            .describe('Why the last attempt failed.'),
        }),
      )
      .describe('The ways that you wanted when it happened.'),
    readAt: instant.nullable(),
  })
  .meta({ id: 'Notification' });

export const inboxOperations = {
  list: operation({
    id: 'listNotifications',
    method: 'get',
    path: '/v1/notifications',
    tag,
    summary: 'List your notices, the newest first',
    query: z.strictObject({
      ...paging,
      unread: z
        .enum(['true', 'false'])
        .default('false')
        .describe('`true`: only those that you have not read.')
        .meta({ override: { type: 'boolean', default: false } }),
    }),
    response: page(notice),
    problems: ['cursor.invalid'],
  }),
  markRead: operation({
    id: 'markNotificationRead',
    method: 'post',
    path: '/v1/notifications/:noticeId/read',
    tag,
    summary: 'Mark a notice as read',
    params: z.strictObject({ noticeId: id }),
    response: null,
    problems: ['notification.missing'],
  }),
  markAllRead: operation({
    id: 'markNotificationsRead',
    method: 'post',
    path: '/v1/notifications/read',
    tag,
    summary: 'Mark as read what happened up to a time',
    body: z.strictObject({ upTo: instantInput }).meta({ id: 'ReadNotificationsInput' }),
    response: null,
  }),
};
