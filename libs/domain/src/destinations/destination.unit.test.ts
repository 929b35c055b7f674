import { ANNA, BEN, NOON } from '../testing/samples';
import { webhookDestination } from '../testing/delivery-samples';
import { given } from '../testing/scenario';
import { destination, destinationIdOf } from './destination';
import type { DestinationCommand, DestinationDefinition, DestinationEvent } from './destination-messages';

const SECRET = '7b1f2a44-6f5c-4c1e-9a57-0c6f5a3f0d21';
const OTHER_SECRET = '7b1f2a44-6f5c-4c1e-9a57-0c6f5a3f0d22';
const destinationId = destinationIdOf('warehouse', 0);

const register: DestinationCommand = {
  ...{ type: 'RegisterDestination', destinationId, name: 'warehouse', definition: webhookDestination() },
  ...{ secretId: SECRET, by: ANNA, at: NOON },
};
const registered: DestinationEvent = { ...register, type: 'DestinationRegistered' };
const retire: DestinationCommand = { type: 'RetireDestination', destinationId, by: BEN, at: NOON };
const retired: DestinationEvent = { ...retire, type: 'DestinationRetired' };

function revise(
  definition: DestinationDefinition,
  secret: Extract<DestinationCommand, { type: 'ReviseDestination' }>['secret'] = { type: 'keep' },
): DestinationCommand {
  return { type: 'ReviseDestination', destinationId, definition, secret, by: BEN, at: NOON };
}
const revised = (definition: DestinationDefinition, secretId: string): DestinationEvent => ({
  ...{ type: 'DestinationRevised', destinationId, definition, secretId, by: BEN, at: NOON },
});
const described: DestinationDefinition = { ...webhookDestination(), description: 'in the cellar', usableBy: 'admins' };

it('is registered under an id that follows from its name', () => {
  given(destination).when(register).then(registered);
  expect(destinationIdOf('warehouse', 0)).toBe(destinationId);
  expect(destinationIdOf('Warehouse', 0)).not.toBe(destinationId);
  expect(destinationIdOf('warehouse', 1)).not.toBe(destinationId);
});
it('is registered once', () => {
  given(destination, registered).when(register).thenNothing();
  given(destination, registered)
    .when({ ...register, secretId: OTHER_SECRET })
    .refused('destination.exists');
});
it('is revised, with its secret or another one', () => {
  given(destination, registered).when(revise(described)).then(revised(described, SECRET));
  given(destination, registered)
    .when(revise(described, { type: 'replace', secretId: OTHER_SECRET }))
    .then(revised(described, OTHER_SECRET));
  given(destination, registered, revised(described, SECRET)).when(revise(described)).thenNothing();
});
it('takes no secret along to another server', () => {
  const elsewhere = webhookDestination('https://hooks.example.com/in');
  given(destination, registered).when(revise(elsewhere)).refused('destination.secret_needed');
  given(destination, registered)
    .when(revise(elsewhere, { type: 'replace', secretId: OTHER_SECRET }))
    .then(revised(elsewhere, OTHER_SECRET));
});
it('keeps its kind', () => {
  const about = { description: null, usableBy: 'everybody' } as const;
  const slack = { ...about, kind: 'slack', s3: null, sftp: null, webhook: null } as const;
  given(destination, registered).when(revise(slack)).refused('destination.kind_fixed');
});
it('is retired once, and for good: another one that takes its name is not the same', () => {
  given(destination, registered).when(retire).then(retired);
  given(destination, registered, retired).when(retire).thenNothing();
  given(destination, registered, retired).when(revise(described)).refused('destination.retired');
  given(destination, registered, retired).when(register).refused('destination.retired');
});
it('must be there to be changed', () => {
  given(destination).when(revise(described)).refused('destination.missing');
  given(destination).when(retire).refused('destination.missing');
});
