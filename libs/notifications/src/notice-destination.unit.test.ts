import { DataSourceError } from '#data-sources';
import { destinationIdOf, type DestinationDefinition, type ExistingDestination } from '#domain';
import { ANNA, NOON, webhookDestination } from '#domain/testing';
import type { RecordedEvent } from '#event-sourcing';
import { destinationProblem, noticeChannel } from './notice-destination';

const destinationId = destinationIdOf('mine', 0);
const registered = (definition: DestinationDefinition): ExistingDestination => ({
  ...{ status: 'active', destinationId, name: 'mine', secretId: 'secret', definition },
});
const none = { description: null, usableBy: 'everybody', s3: null, sftp: null, webhook: null } as const;
const slack: DestinationDefinition = { ...none, kind: 'slack' };
const sftp: DestinationDefinition = {
  ...{ ...none, kind: 'sftp' },
  sftp: { host: 'h', port: 22, user: 'u', hostKeys: [], folder: null },
};
const s3 = { ...none, kind: 's3', s3: {} } as unknown as DestinationDefinition;

it.each([
  ['a webhook', webhookDestination(), 'user', null],
  ['a Slack channel', slack, 'user', null],
  ['one of administrators, for one of them', { ...slack, usableBy: 'admins' }, 'admin', null],
  ['one of administrators, for others', { ...slack, usableBy: 'admins' }, 'user', 'destination.missing'],
  ['an SFTP server', sftp, 'user', 'notification.destination_unsuitable'],
  ['a bucket', s3, 'user', 'notification.destination_unsuitable'],
] as const)('says whether notices go to %s', (_what, definition, role, code) => {
  expect(destinationProblem(registered(definition), role)?.code ?? null).toBe(code);
});

it('says of one that is retired or was never there that notices cannot go there', () => {
  const retired = { ...registered(slack), status: 'retired', secretId: null } as const;
  expect(destinationProblem(retired, 'user')).toMatchObject({ code: 'destination.retired' });
  expect(destinationProblem({ status: 'absent' }, 'admin')).toMatchObject({ code: 'destination.missing' });
});

it.each([
  ['data_source.secret_missing', true],
  ['data_source.secret_unreadable', false],
] as const)('tells of %s in words of its own', async (code, transient) => {
  const data = { destinationId, name: 'mine', definition: slack, secretId: 'secret', by: ANNA, at: NOON };
  const history = [{ type: 'DestinationRegistered', data } as unknown as RecordedEvent];
  const parts = {
    eventStore: { readStream: () => Promise.resolve(history) },
    secrets: { read: () => Promise.reject(new DataSourceError(code, 'It is gone.')) },
    privateHosts: [],
  };
  await expect(noticeChannel(destinationId, 'user', parts)).rejects.toMatchObject({
    ...{ name: 'UnusableDestination', code: 'notification.secret_unreadable', message: 'It is gone.', transient },
  });
});
