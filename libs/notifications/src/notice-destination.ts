import { mayUseDestination, type Role } from '#access';
import { DataSourceError } from '#data-sources';
import { openDestination, type DeliveryChannel } from '#delivery-channels';
import { destination, streamOf, type DestinationEvent, type DestinationId, type DestinationState } from '#domain';
import { fold, toDomainEvent, type EventStore } from '#event-sourcing';

export type DestinationProblemCode =
  'destination.missing' | 'destination.retired' | 'notification.destination_unsuitable';

/** Why notices of a person cannot go to a destination: a sentence that the person can act on. */
export interface DestinationProblem {
  readonly code: DestinationProblemCode;
  readonly message: string;
}

/** A destination that takes no notices of a person, or whose secret cannot be read. */
export class UnusableDestination extends Error {
  override readonly name = 'UnusableDestination';

  constructor(
    readonly code: DestinationProblemCode | 'notification.no_destination' | 'notification.secret_unreadable',
    message: string,
    /** Whether it may pass by itself. */
    readonly transient: boolean,
  ) {
    super(message);
  }
}

export interface DestinationParts {
  readonly eventStore: Pick<EventStore, 'readStream'>;
  readonly secrets: { read(secretId: string, ownerId: string): Promise<string> };
  /** Hosts that may have private addresses. */
  readonly privateHosts: readonly string[];
}

/** Null where notices of a person of this role may go there. One that is not for them is as if it were not there. */
export function destinationProblem(state: DestinationState, role: Role): DestinationProblem | null {
  if (state.status === 'absent' || !mayUseDestination(state.definition, { role })) {
    return { code: 'destination.missing', message: 'There is no such destination, or it is not for you.' };
  }
  if (state.status === 'retired') {
    return { code: 'destination.retired', message: 'The destination was retired: choose another one, or none.' };
  }
  const { kind } = state.definition;
  if (kind === 'webhook' || kind === 'slack') return null;
  const message = 'Notices go to webhooks and to Slack. A destination that takes files alone cannot have them.';
  return { code: 'notification.destination_unsuitable', message };
}

export async function readDestination(
  eventStore: DestinationParts['eventStore'],
  destinationId: DestinationId,
): Promise<DestinationState> {
  const events = await eventStore.readStream(streamOf('destination', destinationId));
  return fold(
    destination,
    events.map((event) => toDomainEvent<DestinationEvent>(event)),
  );
}

/** The way to a destination as it is now. @throws UnusableDestination, and DeliveryError `delivery.options_invalid` */
export async function noticeChannel(
  destinationId: DestinationId,
  role: Role,
  { eventStore, secrets, privateHosts }: DestinationParts,
): Promise<DeliveryChannel> {
  const state = await readDestination(eventStore, destinationId);
  const problem = destinationProblem(state, role);
  if (problem !== null) throw new UnusableDestination(problem.code, problem.message, false);
  if (state.status === 'absent' || state.secretId === null) throw new Error(`${destinationId} has no secret`);
  return openDestination(state.definition, await secretOf(state.secretId, destinationId, secrets), {
    ...{ pattern: null, privateHosts },
  });
}

async function secretOf(secretId: string, ownerId: string, secrets: DestinationParts['secrets']): Promise<string> {
  try {
    return await secrets.read(secretId, ownerId);
  } catch (error) {
    if (!(error instanceof DataSourceError)) throw error;
    throw new UnusableDestination('notification.secret_unreadable', error.message, error.transient);
  }
}
