import { v5 } from 'uuid';
import { accept, refuse, type Decider } from '#event-sourcing';
import type { DestinationId } from '../identifiers';
import { sameJson } from '../json-equality';
import type {
  DestinationCommand,
  DestinationEvent,
  DestinationOptions,
  DestinationRefusal,
  DestinationState,
  ExistingDestination,
} from './destination-messages';

/** Fixed for good: the ids of all destinations follow from it. */
const NAMESPACE = '8c1d2f60-4d0e-4b57-9c5f-2f7d0b9f3a11';

/**
 * The id of the destination that has a name after so many others, 0 for the first: uuidv5. Two that are registered at once under one
 * name meet in one stream, which makes names unique by themselves among those that are not retired.
 *
 * @param place how many destinations of the name were retired before
 */
export function destinationIdOf(name: string, place: number): DestinationId {
  return v5(`${place} ${name}`, NAMESPACE);
}

/** Where reports are delivered to, until it is retired for good. What takes its name is another destination, so no plan finds its way there. */
export const destination: Decider<DestinationCommand, DestinationState, DestinationEvent, DestinationRefusal> = {
  initial: { status: 'absent' },
  decide(command, state) {
    switch (command.type) {
      case 'RegisterDestination': {
        if (state.status === 'absent') return accept({ ...command, type: 'DestinationRegistered' });
        if (state.status === 'retired') return refuse({ code: 'destination.retired' });
        const { definition, secretId } = command;
        const same = secretId === state.secretId && sameJson(definition, state.definition);
        return same ? accept() : refuse({ code: 'destination.exists' });
      }
      case 'ReviseDestination':
        if (state.status === 'absent') return refuse({ code: 'destination.missing' });
        return revise(command, state);
      case 'RetireDestination':
        if (state.status === 'absent') return refuse({ code: 'destination.missing' });
        return state.status === 'retired' ? accept() : accept({ ...command, type: 'DestinationRetired' });
    }
  },
  evolve(state, event) {
    switch (event.type) {
      case 'DestinationRegistered': {
        const { destinationId, name, definition, secretId } = event;
        return { status: 'active', destinationId, name, definition, secretId };
      }
      case 'DestinationRevised':
        return state.status === 'absent' ? state : { ...state, definition: event.definition, secretId: event.secretId };
      case 'DestinationRetired':
        return state.status === 'absent' ? state : { ...state, status: 'retired', secretId: null };
    }
  },
};

function revise(
  { destinationId, definition, secret, by, at }: Extract<DestinationCommand, { type: 'ReviseDestination' }>,
  state: ExistingDestination,
): ReturnType<typeof destination.decide> {
  if (state.status === 'retired' || state.secretId === null) return refuse({ code: 'destination.retired' });
  if (definition.kind !== state.definition.kind) return refuse({ code: 'destination.kind_fixed' });
  if (secret.type === 'keep' && !sameJson(receiverOf(state.definition), receiverOf(definition))) {
    return refuse({ code: 'destination.secret_needed' });
  }
  const secretId = secret.type === 'replace' ? secret.secretId : state.secretId;
  if (secretId === state.secretId && sameJson(definition, state.definition)) return accept();
  return accept({ type: 'DestinationRevised', destinationId, definition, secretId, by, at });
}

/** Whom the secret is shown to: one that nobody can read must not be had by pointing its destination at a server of one's own. */
function receiverOf(options: DestinationOptions): unknown {
  switch (options.kind) {
    case 's3':
      return [options.s3.endpoint, options.s3.region, options.s3.accessKeyId];
    case 'sftp':
      return [options.sftp.host, options.sftp.port, options.sftp.hostKeys];
    case 'webhook':
      return [options.webhook.url, options.webhook.ca];
    case 'slack':
      return null;
  }
}
