import { z } from 'zod';
import { NOTICE_CHANNELS, NOTICE_KINDS, NOTICE_TIMINGS, NOTICE_WAYS } from '#domain';
import { changed, id, timeZone, uuid } from '../http/fields';
import { operation } from '../http/operation';
import { wallTime } from '../schedules/recurrence.schema';

const tag = 'Notifications';
const path = '/v1/users/:userId/notification-preferences';
const userId = z.strictObject({
  userId: z.union([z.literal('me'), id]).describe('`me`, or the id of a user; of others for administrators only.'),
});

const problem = z.object({ code: z.string(), message: z.string() });

const choice = {
  kind: z.enum(NOTICE_KINDS),
  channel: z
    .enum(NOTICE_CHANNELS)
    .describe('`none`: the kind is of no interest. `email`: to the own address. `destination`: to the one named.'),
  timing: z
    .enum(NOTICE_TIMINGS)
    .default('immediate')
    .describe('`immediate`, or gathered and sent each full hour or once a day.'),
};

const fields = {
  timeZone: timeZone.default('UTC'),
  dailyAt: wallTime.default('08:00').describe('When the daily digest is due.'),
  quietHours: z
    .strictObject({
      from: wallTime,
      to: wallTime.describe('No longer one of them; earlier than `from` past midnight.'),
    })
    .nullable()
    .default(null)
    .describe('What falls due in them is held till their end; null: there are none.'),
  failuresPassQuietHours: z
    .boolean()
    .default(false)
    .describe('Whether reports that failed for good are told in quiet hours all the same.'),
  destinationId: uuid
    .nullable()
    .default(null)
    .describe('A webhook or Slack channel that messages go to beside or instead of the address; null: none.'),
};

export const preferencesOperations = {
  get: operation({
    id: 'getNotificationPreferences',
    method: 'get',
    path,
    tag,
    summary: 'Read how you, or as an administrator another, are told of things',
    params: userId,
    response: z
      .object({
        ...fields,
        choices: z.array(z.object(choice)).describe('One a kind, those that nobody made by default.'),
        email: z.string().nullable().describe('Where mail goes; null: there is no address.'),
        destinationProblem: problem
          .nullable()
          .describe('Why nothing arrives at the destination, such as that it was retired; null: nothing is known.'),
        mailServer: z.boolean().describe('Whether mail can be sent at all. If not, notices stand in the inbox alone.'),
        revision: z.int().nullable().describe('Also in ETag; null before anybody chose anything.'),
      })
      .meta({ id: 'NotificationPreferences' }),
    problems: ['user.missing'],
  }),
  set: operation({
    id: 'setNotificationPreferences',
    method: 'put',
    path,
    tag,
    summary: 'Choose how you, or as an administrator another, are told of things',
    params: userId,
    body: z
      .strictObject({
        ...fields,
        choices: z
          .array(z.strictObject(choice))
          .max(NOTICE_KINDS.length)
          .default([])
          .describe('At most one a kind; the others are told as the product does by default.'),
      })
      .meta({
        id: 'NotificationPreferencesInput',
        examples: [
          {
            choices: [{ kind: 'completed', channel: 'email', timing: 'daily' }],
            timeZone: 'Europe/Berlin',
            dailyAt: '07:30',
            quietHours: { from: '22:00', to: '06:00' },
            failuresPassQuietHours: true,
          },
        ],
      }),
    response: changed,
    command: true,
    ifMatch: 'honoured',
    problems: [
      'user.missing',
      'preferences.invalid',
      'destination.missing',
      'destination.retired',
      'notification.destination_unsuitable',
    ],
  }),
  test: operation({
    id: 'sendTestNotification',
    method: 'post',
    path: `${path}/test`,
    tag,
    summary: 'Send yourself, or as an administrator another, a test message to the address and the destination',
    params: userId,
    response: z
      .object({
        messages: z
          .array(
            z.object({
              way: z.enum(NOTICE_WAYS),
              destination: z.string().nullable().describe('Where it went, without the address; null: it did not.'),
              answer: z.string().nullable().describe('What the other side said.'),
              reference: z.string().nullable().describe('By what the other side knows it, such as a Message-ID.'),
              problem: problem.nullable().describe('Why it did not arrive; null: it did.'),
            }),
          )
          .describe('By each way that there is. One of them arrived at least.'),
      })
      .meta({ id: 'SentTests' }),
    problems: [
      'user.missing',
      'notification.no_mail_server',
      'notification.no_address',
      'notification.too_many',
      'notification.not_sent',
    ],
  }),
};
