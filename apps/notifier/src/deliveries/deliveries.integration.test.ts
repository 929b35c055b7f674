import { randomUUID } from 'node:crypto';
import {
  burstEntryId,
  deliveryIdOf,
  type DeliveryEvent,
  type DeliveryRequest,
  type DestinationDefinition,
} from '#domain';
import { ANNA, BEN, burstDefinition, mailTarget, targetOf, webhookDestination } from '#domain/testing';
import { START, STORE_SOURCE } from '#event-sourcing';
import { startHttpReceiver, type HttpReceiver } from '../../../../libs/delivery-channels/src/testing/http-receiver';
import { hasPython, startSmtpSink } from '../../../../libs/delivery-channels/src/testing/smtp-sink';
import { startSshStandIn } from '../../../../libs/delivery-channels/src/testing/ssh-stand-in';
import { startDroppingMailServer } from '../testing/dropping-mail-server';
import { NotifierWorld } from '../testing/notifier-world';
import { DELIVERIES_GROUP } from './delivery-projection';

let world: NotifierWorld;
let receiver: HttpReceiver;

beforeAll(async () => {
  world = await NotifierWorld.open();
  receiver = await startHttpReceiver({ secure: false, host: '127.0.0.1' });
});
afterAll(async () => {
  await world.close();
  await receiver.close();
});
// A test that fails leaves its worker, which would take the deliveries of those after it.
afterEach(() => world.stopWorkers());
beforeEach(() => {
  receiver.received.length = 0;
  receiver.answer = (_received, response) => response.end('ok');
});

const mailSettings = (port: number) => ({
  ...{ SMTP_URL: `smtp://127.0.0.1:${port}`, SMTP_FROM: 'reports@example.org', SMTP_TLS: 'off' as const },
});
const hook = (expects: string | null = null, url = `${receiver.origin}/in`, content = 'json'): Promise<string> => {
  const definition = webhookDestination(url);
  const webhook = { ...definition.webhook!, expects, content };
  const secret = { kind: 'webhook', signingSecret: 's'.repeat(20), headers: {} } as const;
  return world.destination(randomUUID(), { ...definition, webhook } as DestinationDefinition, secret);
};
const typesOf = (events: readonly DeliveryEvent[]) => events.map(({ type }) => type);
const failureOf = (events: readonly DeliveryEvent[]) => {
  const last = events.at(-1);
  return last && 'failure' in last ? last.failure : null;
};
/** How a delivery fails that is given two attempts. */
async function failing(target: Parameters<typeof world.request>[0], settings = {}) {
  const workers = await world.worker(settings);
  const events = await world.until(await world.request(target), 'DeliveryFailed');
  await workers.stop();
  return { types: typesOf(events), failure: failureOf(events) };
}
const twice = ['DeliveryRequested', 'DeliveryAttemptFailed', 'DeliveryFailed'];
const once = ['DeliveryRequested', 'DeliveryFailed'];

it('delivers what a plan has for a job that completes after it, and nothing else', async () => {
  const [scheduleId, other] = [randomUUID(), randomUUID()];
  const destinationId = await hook();
  const before = await world.completedJob(scheduleId);
  await world.plan(scheduleId, [targetOf(destinationId)]);
  await world.completedJob(other);
  const jobId = await world.completedJob(scheduleId);
  const workers = await world.worker();
  const seen = new Promise<string>((resolve) => {
    receiver.answer = ({ headers }, response) => {
      response.end('ok');
      resolve(String(headers['x-delivery-id']));
    };
  });
  const deliveryId = await seen;
  const events = await world.until(deliveryId, 'DeliveryCompleted');
  expect(events).toMatchObject([
    { type: 'DeliveryRequested', by: 'system:notifier', request: { deliveryId, jobId, scheduleId } },
    { type: 'DeliveryCompleted', attempt: 1, receipt: { channel: 'webhook' } },
  ]);
  const entryId = events[0]?.type === 'DeliveryRequested' ? (events[0].request.entryId ?? '') : '';
  expect(deliveryIdOf(jobId, entryId)).toBe(deliveryId);
  expect(await world.events(deliveryIdOf(before, entryId))).toEqual([]);
  expect(JSON.parse(receiver.received[0]!.body.toString())).toMatchObject({
    ...{ event: 'report.completed', jobId, deliveryId },
    link: { url: `https://reports.example.org/v1/job-requests/${jobId}/output` },
    files: [{ name: 'late.csv', bytes: 10 }],
  });
  expect(receiver.received).toHaveLength(1);
  await workers.stop();
});

describe('the report of a list’s row', () => {
  const row = (scheduleId: string, recipientId: string | null, planRevision = 0) => ({
    ...({ origin: 'burst', scheduleId: null } as const),
    burst: { scheduleId, planRevision, listJobId: randomUUID(), row: 1, recipientId },
  });

  it('goes once to its destination, by the plan that its list was expanded by, and by no plan of deliveries', async () => {
    const [scheduleId, destinationId] = [randomUUID(), await hook()];
    const destination = { destinationId, pattern: '{jobId}/{file}' };
    const delivery = { channel: 'destination', subject: null, text: null, email: null, destination } as const;
    await world.planBurst(scheduleId, burstDefinition({ delivery }));
    await world.planBurst(scheduleId, burstDefinition());
    await world.plan(scheduleId, [targetOf(await hook())], BEN);
    const jobId = await world.completedJob(scheduleId, undefined, undefined, row(scheduleId, null));
    const workers = await world.worker();
    const events = await world.until(deliveryIdOf(jobId, burstEntryId(scheduleId)), 'DeliveryCompleted');
    const [requested] = events;
    expect(requested).toMatchObject({ request: { jobId, scheduleId, target: { ...delivery } } });
    expect(receiver.received).toHaveLength(1);
    expect(requested?.type === 'DeliveryRequested' && (await world.history.planner(requested.request))).toBe(ANNA);
    await workers.stop();
  });

  it('is mailed to the one who stands in the row', async () => {
    const scheduleId = randomUUID();
    await world.planBurst(scheduleId, burstDefinition());
    const [recipientId = ''] = await world.recipients.idsOf(['jane@example.org']);
    const jobId = await world.completedJob(scheduleId, undefined, undefined, row(scheduleId, recipientId));
    const deliveryId = deliveryIdOf(jobId, burstEntryId(scheduleId));
    const [requested] = await world.until(deliveryId, 'DeliveryRequested');
    // There is no mail server yet.
    await world.cancel(deliveryId);
    expect(requested).toMatchObject({
      ...{
        by: 'system:notifier',
        request: { owner: ANNA, target: { channel: 'email', email: { to: [recipientId] } } },
      },
    });
  });
});

(hasPython() ? it : it.skip)('mails the file, and the link alone where that is wanted', async () => {
  const sink = await startSmtpSink({ disabledCommands: ['STARTTLS', 'AUTH'] });
  const workers = await world.worker(mailSettings(sink.port));
  const to = await world.recipients.idsOf(['jane@example.org']);
  for (const attach of [true, false]) {
    const id = await world.request({ ...mailTarget({ to, attach }), subject: '{rows} row', text: 'A <b> "c"' });
    await world.until(id, 'DeliveryCompleted');
  }
  const [whole, linked] = sink.mails();
  expect(whole?.attachments.map(({ name }) => name)).toEqual(['late.csv']);
  expect(linked?.attachments).toEqual([]);
  expect(linked?.text).toContain('https://reports.example.org/v1/job-requests/');
  expect(linked?.html).toContain('A &lt;b&gt; &quot;c&quot;');
  expect(linked?.headers).toContainEqual(['subject', '1 row']);
  await workers.stop();
  await sink.close();
});

it('requests nothing again when it begins anew on a filled store', async () => {
  const scheduleId = randomUUID();
  await world.completedJob(scheduleId);
  const [entryId = ''] = await world.plan(scheduleId, [targetOf(await hook())]);
  const { pool, eventStore, progress } = world.parts;
  const caughtUp = async () => {
    expect(await progress.reached(DELIVERIES_GROUP, STORE_SOURCE, await eventStore.head(), 20_000)).toBe(true);
  };
  const jobId = await world.completedJob(scheduleId);
  const workers = await world.worker();
  await world.until(deliveryIdOf(jobId, entryId), 'DeliveryCompleted');
  await caughtUp();
  await pool.query('DELETE FROM event_feed.checkpoint WHERE group_name = $1', [DELIVERIES_GROUP]);
  // Whereupon it notices.
  await world.completedJob(randomUUID());
  await caughtUp();
  const { events } = await eventStore.readAll({ after: START, limit: 10_000, types: ['DeliveryRequested'] });
  const ofSchedule = events.filter(
    ({ data }) => (data as { request: DeliveryRequest }).request.scheduleId === scheduleId,
  );
  expect(ofSchedule).toHaveLength(1);
  await workers.stop();
  expect(receiver.received).toHaveLength(1);
});

it('gives up what had completed longer ago than deliveries may take, as after an outage', async () => {
  const scheduleId = randomUUID();
  const destinationId = await hook();
  const [entryId = ''] = await world.plan(scheduleId, [targetOf(destinationId)]);
  const jobId = await world.completedJob(scheduleId, undefined, new Date(Date.now() - 3_700_000).toISOString());
  const workers = await world.worker();
  const events = await world.until(deliveryIdOf(jobId, entryId), 'DeliveryFailed');
  expect(typesOf(events)).toEqual(once);
  expect(failureOf(events)).toMatchObject({ code: 'delivery.deadline_passed' });
  expect(receiver.received).toEqual([]);
  await workers.stop();
});

describe('a report that was split into several files', () => {
  const names = ['late-AMS.csv', 'late-SFO.csv'];

  it('is told of to a webhook as one, or comes as a request for each file', async () => {
    const workers = await world.worker();
    const told = await world.request(targetOf(await hook()), 2, names);
    await world.until(told, 'DeliveryCompleted');
    const { files } = JSON.parse(receiver.received[0]!.body.toString()) as { files: readonly { url: string }[] };
    expect(files).toMatchObject(names.map((name) => ({ name, bytes: 10 })));
    expect(files.map(({ url }) => url.split('/files/')[1])).toEqual(names);
    receiver.received.length = 0;

    const sent = await world.request(targetOf(await hook(null, undefined, 'files')), 2, names);
    const [, completed] = await world.until(sent, 'DeliveryCompleted');
    expect(completed).toMatchObject({ receipt: { bytes: 20, files: names.map((name) => ({ name, bytes: 10 })) } });
    expect(receiver.received.map(({ headers, body }) => [headers['x-file-index'], body.toString()])).toEqual([
      ['1', 'a;b\r\n1;2\r\n'],
      ['2', 'a;b\r\n1;2\r\n'],
    ]);
    expect(receiver.received.map(({ headers }) => headers['idempotency-key'])).toEqual([`${sent}-1`, `${sent}-2`]);
    await workers.stop();
  });

  it('begins anew with all its files when the receiver does not take the last one', async () => {
    const workers = await world.worker();
    let last = 0;
    receiver.answer = ({ headers }, response) => {
      if (headers['x-file-index'] === '2' && (last += 1) === 1) response.writeHead(503);
      response.end('ok');
    };
    const deliveryId = await world.request(targetOf(await hook(null, undefined, 'files')), 2, names);
    const events = await world.until(deliveryId, 'DeliveryCompleted');
    expect(typesOf(events)).toEqual(['DeliveryRequested', 'DeliveryAttemptFailed', 'DeliveryCompleted']);
    expect(receiver.received.map(({ headers }) => headers['idempotency-key'])).toEqual(
      ['1', '2', '1', '2'].map((number) => `${deliveryId}-${number}`),
    );
    await workers.stop();
  });

  (hasPython() ? it : it.skip)(
    'is one mail with all files, or none of them where they are too large together',
    async () => {
      const sink = await startSmtpSink({ disabledCommands: ['STARTTLS', 'AUTH'] });
      const to = await world.recipients.idsOf(['jane@example.org']);
      for (const MAIL_ATTACHMENT_LIMIT_BYTES of [1000, 30]) {
        const workers = await world.worker({ ...mailSettings(sink.port), MAIL_ATTACHMENT_LIMIT_BYTES });
        await world.until(await world.request(mailTarget({ to }), 2, names), 'DeliveryCompleted');
        await workers.stop();
      }
      const [whole, linked] = sink.mails();
      expect(whole?.attachments.map(({ name }) => name)).toEqual(names);
      expect(linked?.attachments).toEqual([]);
      expect(linked?.text).toContain('https://reports.example.org/v1/job-requests/');
      await sink.close();
    },
  );
});

it('takes over from a process that was killed, whose late word is refused', async () => {
  const deliveryId = await world.request(targetOf(await hook()));
  const [claim] = await claimed(deliveryId);
  await world.parts.pool.query('UPDATE notifier.delivery_queue SET lease_expires_at = now() WHERE delivery_id = $1', [
    deliveryId,
  ]);
  const workers = await world.worker();
  const events = await world.until(deliveryId, 'DeliveryCompleted');
  expect(typesOf(events)).toEqual(['DeliveryRequested', 'DeliveryAttemptFailed', 'DeliveryCompleted']);
  expect(events[1]).toMatchObject({ attempt: 1, failure: { code: 'delivery.worker_lost' } });
  const receipt = { channel: 'webhook', destination: '', answer: '', reference: null, bytes: 0, files: [] };
  const end = { deliveryId, attempt: 1, worker: claim!.worker, durationMs: 1, at: new Date().toISOString() };
  const late = await world.history.execute({ type: 'CompleteDelivery', receipt, ...end }, claim!.worker);
  expect(late).toMatchObject({ kind: 'refused' });
  expect(await world.queue.beat([claim!])).toEqual(['taken']);
  await workers.stop();
});

it('stops a delivery that is cancelled under way', async () => {
  const workers = await world.worker();
  const asked = new Promise<void>((resolve) => {
    receiver.answer = () => resolve();
  });
  const deliveryId = await world.request(targetOf(await hook()), 50);
  await asked;
  await world.cancel(deliveryId);
  await workers.stop();
  expect(typesOf(await world.events(deliveryId)).at(-1)).toBe('DeliveryCancelled');
  const { rows } = await world.parts.pool.query('SELECT FROM notifier.delivery_queue WHERE delivery_id = $1', [
    deliveryId,
  ]);
  expect(rows).toEqual([]);
});

describe('what was allowed when it was asked for is looked at once more', () => {
  it('fails at once for an owner who may not sign in, and is retried once that is mended', async () => {
    await world.users.disable(ANNA, new Date());
    const workers = await world.worker();
    const deliveryId = await world.request(targetOf(await hook()));
    const events = await world.until(deliveryId, 'DeliveryFailed');
    expect(typesOf(events)).toEqual(once);
    expect(failureOf(events)).toMatchObject({ code: 'delivery.owner_disabled', transient: false });
    expect(receiver.received).toEqual([]);
    await world.users.enable(ANNA);
    await world.retry(deliveryId);
    await world.until(deliveryId, 'DeliveryCompleted');
    await workers.stop();
  });

  it('fails at once where only administrators may use the destination now, unless one stands behind it', async () => {
    const url = `${receiver.origin}/in`;
    const destinationId = await hook(null, url);
    await world.revise(destinationId, { ...webhookDestination(url), usableBy: 'admins' });
    const workers = await world.worker();
    const deliveryId = await world.request(targetOf(destinationId));
    const events = await world.until(deliveryId, 'DeliveryFailed');
    expect(typesOf(events)).toEqual(once);
    expect(failureOf(events)).toMatchObject({ code: 'delivery.destination_forbidden', transient: false });
    expect(receiver.received).toEqual([]);
    await world.retry(deliveryId, BEN);
    await world.until(deliveryId, 'DeliveryCompleted');

    const scheduleId = randomUUID();
    await world.plan(scheduleId, [targetOf(destinationId)], BEN);
    const arrived = new Promise<void>((resolve) => {
      receiver.answer = (_received, response) => {
        response.end('ok');
        resolve();
      };
    });
    await world.completedJob(scheduleId);
    await arrived;
    await workers.stop();
  });
});

describe('what receivers do wrong has a clear state', () => {
  it('a mail server that takes the mail and drops the connection', async () => {
    const server = await startDroppingMailServer();
    const to = await world.recipients.idsOf(['jane@example.org']);
    expect(await failing(mailTarget({ to }), mailSettings(server.port))).toMatchObject({
      ...{ types: twice, failure: { code: 'delivery.unconfirmed', transient: true } },
    });
    await server.close();
  });

  it('a mail server that refuses some of the recipients: it has failed, for whom is said, and the others have the mail', async () => {
    const arrived: (readonly string[])[] = [];
    const server = await startSmtpSink({
      disabledCommands: ['STARTTLS', 'AUTH'],
      onRcptTo: ({ address }, _session, done) =>
        done(address.startsWith('gone') ? Object.assign(new Error('No such user'), { responseCode: 550 }) : null),
      onData: (stream, session, done) => {
        stream.resume().once('end', () => {
          arrived.push(session.envelope.rcptTo.map(({ address }) => address));
          done();
        });
      },
    });
    const to = await world.recipients.idsOf(['jane@example.org', 'gone@example.net']);
    const cc = await world.recipients.idsOf(['gone@example.org']);
    const { types, failure } = await failing(mailTarget({ to, cc }), mailSettings(server.port));
    expect(types).toEqual(once);
    expect(failure).toMatchObject({ code: 'delivery.recipients_refused', transient: false });
    expect(failure?.message).toContain('refused 2 of 3 recipients (number 2 at example.net, number 3 at example.org)');
    expect(failure?.message).not.toContain('gone@');
    expect(arrived).toEqual([['jane@example.org']]);
    await server.close();
  });

  it('a webhook that does not answer in time', async () => {
    receiver.answer = () => undefined;
    const outcome = await failing(targetOf(await hook()));
    expect(outcome).toMatchObject({ types: twice, failure: { code: 'delivery.timeout', transient: true } });
    expect(new Set(receiver.received.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  it('a webhook that answers 200 with an error page', async () => {
    receiver.answer = (_received, response) => response.end('<h1>Sign in</h1>');
    expect(await failing(targetOf(await hook('"status":"ok"')))).toMatchObject({
      ...{ types: twice, failure: { code: 'delivery.unexpected_answer' } },
    });
  });

  it('a webhook that redirects to a private address, or has one', async () => {
    receiver.answer = (_received, response) =>
      response.writeHead(307, { Location: 'http://169.254.169.254/latest' }).end();
    expect(await failing(targetOf(await hook()))).toMatchObject({
      ...{ types: once, failure: { code: 'delivery.refused', transient: false } },
    });
    expect(receiver.received).toHaveLength(1);
    const privateHook = await hook(null, 'https://169.254.169.254/latest');
    expect(await failing(targetOf(privateHook))).toMatchObject({
      ...{ types: once, failure: { code: 'delivery.address_forbidden', transient: false } },
    });
  });

  it('an SFTP host whose key changed', async () => {
    const server = await startSshStandIn();
    const definition: DestinationDefinition = {
      ...{ kind: 'sftp', description: null, usableBy: 'everybody', s3: null, webhook: null },
      sftp: { host: '127.0.0.1', port: server.port, user: 'u', hostKeys: [`SHA256:${'A'.repeat(43)}`], folder: null },
    };
    const secret = { kind: 'sftp', password: server.password, privateKey: null, passphrase: null } as const;
    const destinationId = await world.destination('sftp', definition, secret);
    expect(await failing(targetOf(destinationId))).toMatchObject({
      ...{ types: once, failure: { code: 'delivery.host_key_changed', transient: false } },
    });
    expect(server.files.size).toBe(0);
    await server.close();
  });

  it('a recipient outside the allowed domains, or one who was erased', async () => {
    const settings = { ...mailSettings(1), ALLOWED_RECIPIENT_DOMAINS: ['example.org'] };
    const outside = await world.recipients.idsOf(['eve@example.com']);
    expect(await failing(mailTarget({ to: outside }), settings)).toMatchObject({
      ...{ types: once, failure: { code: 'delivery.recipient_forbidden', transient: false } },
    });
    await world.recipients.erase(outside[0]!);
    expect(await failing(mailTarget({ to: outside }), settings)).toMatchObject({
      ...{ types: once, failure: { code: 'delivery.recipients_erased', transient: false } },
    });
  });
});

/** As a process that then says nothing more. */
async function claimed(deliveryId: string): ReturnType<typeof world.queue.claim> {
  const process = `${randomUUID()}/`;
  for (;;) {
    const claims = await world.queue.claim({ workers: [`${process}1`], process, perLane: 1 });
    if (claims.some((claim) => claim.deliveryId === deliveryId)) return claims;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
