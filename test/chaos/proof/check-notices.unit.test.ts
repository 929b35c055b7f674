import { ANNA, BEN, DELIVERY_ID, JOB_ID, deliveryRequest, jobRequest } from '#domain/testing';
import { streamOf, type NotificationEvent } from '#domain';
import { eventIdAt, recorded, type Told } from '../testing/recorded';
import { checkNotices, type ReceivedMail } from './check-notices';

const AT = '2026-11-26T08:00:00.000Z';
/** Ten minutes after what happened at `AT`, while those alike are still gathered. */
const READ_AT = new Date('2026-11-26T08:10:00.000Z');
const ID = 'e0000000-0000-4000-8000-000000000001';
const OTHER_ID = 'e0000000-0000-4000-8000-000000000002';
const TO = 'anna@example.org';
const GONE = { code: 'delivery.refused', message: 'It turns all away.', transient: false };
const mailOf = (id: string, to = TO): ReceivedMail => ({ messageId: `<${id}@example.org>`, to });

/** A job that failed. */
const failed = (jobId = JOB_ID, code = 'data_source.value_invalid', owner = ANNA): readonly Told[] => [
  [`job-${jobId}`, 'JobRequested', { request: jobRequest({ jobId, owner }) }, AT],
  [`job-${jobId}`, 'JobFailed', { jobId, attempt: 1, failure: { code, message: '', transient: false } }, AT],
];
const OTHER_JOB = 'e0000000-0000-4000-8000-000000000003';

const deliveryFailed = (): readonly Told[] => [
  [streamOf('delivery', DELIVERY_ID), 'DeliveryRequested', { request: deliveryRequest() }, AT],
  [streamOf('delivery', DELIVERY_ID), 'DeliveryFailed', { deliveryId: DELIVERY_ID, attempt: 1, failure: GONE }, AT],
];

function message(
  type: NotificationEvent['type'],
  eventId: string,
  more: {
    readonly id?: string;
    readonly attempt?: number;
    readonly retryAt?: string | null;
    readonly notices?: number;
  } = {},
): Told {
  const { id = ID, attempt = 1, retryAt = null, notices = 1 } = more;
  const outcome = type === 'NotificationSent' ? { reference: `<${id}@example.org>` } : { code: 'x', retryAt };
  const about = { notificationId: id, userId: ANNA, channel: 'email', kinds: ['failed'], notices, eventIds: [eventId] };
  return [streamOf('notification', id), type, { ...about, attempt, ...outcome }, AT];
}

const check = (told: readonly Told[], mails: readonly ReceivedMail[], readAt = READ_AT): string =>
  checkNotices(recorded(...told), { addresses: new Map([[ANNA, TO]]), mails, gatherMinutes: 15, readAt }).join('\n');

/** About the failure of the first job, which stands at the second place. */
const sent = (more: Parameters<typeof message>[2] = {}): Told => message('NotificationSent', eventIdAt(1), more);
const notSent = (more: Parameters<typeof message>[2] = {}): Told => message('NotificationFailed', eventIdAt(1), more);
const LATER = '2026-11-26T08:11:00.000Z';
const EARLIER = '2026-11-26T08:01:00.000Z';

it.each<[string, readonly Told[], readonly ReceivedMail[]]>([
  ['a failure that was told', [...failed(), sent()], [mailOf(ID)]],
  ['one that the mail server got twice', [...failed(), sent()], [mailOf(ID), mailOf(ID)]],
  ['a delivery that was told', [...deliveryFailed(), sent()], [mailOf(ID)]],
  ['one that could not be told', [...failed(), notSent()], []],
  ['one that is tried again', [...failed(), notSent({ retryAt: LATER })], []],
  ['one that is gathered', [...failed(), sent(), ...failed(OTHER_JOB)], [mailOf(ID)]],
  ['one of somebody without an address', failed(JOB_ID, 'x', BEN), []],
])('finds nothing in %s', (_, told, mails) => {
  expect(check(told, mails)).toBe('');
});

it.each<[string, readonly Told[], readonly ReceivedMail[], string]>([
  ['a failure that nobody was told of', failed(), [], `${ANNA} was not told that job ${JOB_ID} failed`],
  ['one whose next attempt is overdue', [...failed(), notSent({ retryAt: EARLIER })], [], 'was not told'],
  [
    'one of another kind than those that are gathered',
    [...failed(), sent(), ...failed(OTHER_JOB, 'template.invalid')],
    [mailOf(ID)],
    `job ${OTHER_JOB} failed`,
  ],
  [
    'a delivery whose failure nobody was told of',
    deliveryFailed(),
    [],
    `was not told that delivery ${DELIVERY_ID} failed`,
  ],
  [
    'one of another cause than those that are gathered',
    [...failed(), sent(), ...failed(OTHER_JOB, 'file_store.full')],
    [mailOf(ID)],
    `job ${OTHER_JOB} failed`,
  ],
  [
    'a mail that no event tells of',
    [...failed(), sent()],
    [mailOf(ID), mailOf(OTHER_ID)],
    `the mail server got <${OTHER_ID}@example.org>`,
  ],
  ['a message that was not taken', [...failed(), sent()], [], 'marked as sent, and the mail server did not take it'],
  ['a message to somebody else', [...failed(), sent()], [mailOf(ID, 'ben@example.org')], 'went to somebody else'],
  [
    'an event that was told twice',
    [...failed(), sent(), sent({ id: OTHER_ID })],
    [mailOf(ID), mailOf(OTHER_ID)],
    `${ANNA} was told twice`,
  ],
  [
    'a message after its end',
    [...failed(), sent(), sent({ attempt: 2 })],
    [mailOf(ID)],
    'has NotificationSent after its end',
  ],
  ['an attempt left out', [...failed(), sent({ attempt: 2 })], [mailOf(ID)], 'has attempt 2 after attempt 0'],
])('finds %s', (_, told, mails, violation) => {
  expect(check(told, mails)).toContain(violation);
});

it('takes for told what a large message counts, and not what came after it or is of another kind', () => {
  const late = new Date('2026-11-26T08:15:01.000Z');
  const many = sent({ notices: 101 });
  expect(check([...failed(), ...failed(OTHER_JOB), many], [mailOf(ID)], late)).toBe('');
  const [stream, type, data] = many;
  const before: Told = [stream, type, data, '2026-11-26T07:59:00.000Z'];
  expect(check([...failed(), ...failed(OTHER_JOB), before], [mailOf(ID)], late)).toContain(`job ${OTHER_JOB} failed`);
  const invalid = failed(OTHER_JOB, 'template.invalid');
  expect(check([...failed(), ...invalid, many], [mailOf(ID)], late)).toContain(`job ${OTHER_JOB} failed`);
});

it('waits for what was gathered no longer than the notifier does', () => {
  const told = [...failed(), sent(), ...failed(OTHER_JOB)];
  expect(check(told, [mailOf(ID)], new Date('2026-11-26T08:15:01.000Z'))).toContain(`job ${OTHER_JOB} failed`);
});
