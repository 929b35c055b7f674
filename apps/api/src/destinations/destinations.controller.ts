import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { Controller, Inject } from '@nestjs/common';
import { mayUseDestination, type Caller } from '#access';
import { EncryptionKeyMissing } from '#data-sources';
import { DeliveryError, openDestination, sealedText, type DestinationSecret, type Parcel } from '#delivery-channels';
import {
  destinationIdOf,
  streamOf,
  type DestinationCommand,
  type DestinationDefinition,
  type DestinationState,
  type SecretId,
} from '#domain';
import { derivedId } from '#event-sourcing';
import { DestinationQueries, type DestinationView } from '#read-models';
import { PARTS, type Parts } from '#runtime';
import { Dispatcher } from '../commands/dispatcher';
import { answered } from '../commands/outcomes';
import { Streams } from '../commands/streams';
import { Handles, type AnyCall, type Call } from '../http/operation';
import { Problem } from '../http/problem';
import { readOne, viewerOf } from '../http/queries';
import { destinationOperations as operations } from './destination.operations';
import { definitionOf, secretOf } from './destination.schema';

type CallOf<Name extends keyof typeof operations> = Call<(typeof operations)[Name]>;

const TEST_MS = 30_000;
const DAY_MS = 86_400_000;

@Controller()
export class DestinationsController {
  private readonly queries: DestinationQueries;

  constructor(
    @Inject(PARTS) private readonly parts: Parts,
    @Inject(Dispatcher) private readonly dispatcher: Dispatcher,
    @Inject(Streams) private readonly streams: Streams,
  ) {
    this.queries = new DestinationQueries(parts.pool);
  }

  @Handles(operations.list)
  async list({ caller, query }: CallOf<'list'>) {
    const { items, nextCursor } = await this.queries.list(viewerOf(caller), query);
    return { body: { items: items.map((item) => shown(caller, item)), nextCursor } };
  }

  @Handles(operations.register)
  async register(call: CallOf<'register'>) {
    const { name } = call.body;
    const definition = definitionOf(call.body);
    const secret = secretOf(call.body);
    const secretId = secretIdOf(call);
    if (secret) this.check(definition, secret);
    const begin = async (place: number) => {
      const destinationId = destinationIdOf(name, place);
      const outcome = await this.dispatch(call, destinationId, secretId, async (state) => {
        if (secret && state.status !== 'retired') await this.keep(destinationId, secretId, secret, secretIn(state));
        return { type: 'RegisterDestination', destinationId, name, definition, secretId, ...by(call) };
      });
      return answered(destinationId, outcome, { location: `/v1/destinations/${destinationId}` });
    };
    // The latest one of the name may be this very command's, sent again; only if it was retired can another one follow.
    const count = await this.countOf(name);
    if (count === 0) return begin(0);
    return begin(count - 1).catch((error: unknown) => {
      if (error instanceof Problem && error.code === 'destination.retired') return begin(count);
      throw error;
    });
  }

  @Handles(operations.get)
  async get(call: CallOf<'get'>) {
    const { destinationId } = call.params;
    const read = () => this.queries.get(viewerOf(call.caller), destinationId);
    const known = await read();
    if (known) return readOne(call, shown(call.caller, known));
    const loaded = await this.streams.destination(destinationId);
    const usable = loaded.state.status !== 'absent' && mayUseDestination(loaded.state.definition, call.caller);
    if (!usable) throw missing();
    return readOne(call, shown(call.caller, await this.streams.whenProjected(loaded, read)));
  }

  @Handles(operations.revise)
  async revise(call: CallOf<'revise'>) {
    const { destinationId } = call.params;
    const definition = definitionOf(call.body);
    const secret = secretOf(call.body);
    if (secret) this.check(definition, secret);
    const secretId = secretIdOf(call);
    const outcome = await this.dispatch(call, destinationId, secretId, async (state) => {
      const command = { type: 'ReviseDestination', destinationId, definition, ...by(call) } as const;
      if (!secret) return { ...command, secret: { type: 'keep' } };
      await this.keep(destinationId, secretId, secret, secretIn(state));
      return { ...command, secret: { type: 'replace', secretId } };
    });
    return answered(destinationId, outcome);
  }

  @Handles(operations.retire)
  async retire(call: CallOf<'retire'>) {
    const { destinationId } = call.params;
    const command = { type: 'RetireDestination', destinationId, ...by(call) } as const;
    const outcome = await this.dispatch(call, destinationId, null, () => command);
    return answered(destinationId, outcome);
  }

  @Handles(operations.test)
  async test({ params, context }: CallOf<'test'>) {
    const { state } = await this.streams.destination(params.destinationId);
    if (state.status === 'absent') throw missing();
    if (state.secretId === null) throw new Problem('destination.retired', 'The destination was retired.');
    const secret = await this.parts.secrets.read(state.secretId, params.destinationId);
    try {
      const channel = openDestination(state.definition, secret, this.terms());
      const { answer, destination } = await channel.send(testParcel(context.commandId), AbortSignal.timeout(TEST_MS));
      return { body: { ok: true, code: null, message: `It arrived at ${destination}: ${answer}` } };
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      return { body: { ok: false, code: error.code, message: error.message } };
    }
  }

  /** How many destinations have had the name: their ids follow from their places. */
  private async countOf(name: string): Promise<number> {
    for (let count = 0; ; count += 1) {
      const streamId = streamOf('destination', destinationIdOf(name, count));
      if (!(await this.parts.eventStore.headRevisions([streamId])).has(streamId)) return count;
    }
  }

  /** Forgets the secret that the command superseded, or the new one where it was refused. */
  private async dispatch(
    call: CallOf<'register'> | CallOf<'revise'> | CallOf<'retire'>,
    destinationId: string,
    secretId: SecretId | null,
    make: (state: DestinationState) => DestinationCommand | Promise<DestinationCommand>,
  ) {
    const before = { secretId: null as SecretId | null };
    try {
      const outcome = await this.dispatcher.destination(call, destinationId, (state) => {
        before.secretId = secretIn(state);
        return make(state);
      });
      const superseded = before.secretId;
      if (superseded !== null && superseded !== secretIn(outcome.state)) await this.parts.secrets.remove(superseded);
      return outcome;
    } catch (error) {
      // Refused for good, so no event refers to it. After anything else nobody knows.
      if (error instanceof Problem && secretId !== null) await this.parts.secrets.remove(secretId);
      throw error;
    }
  }

  private terms() {
    return { pattern: null, privateHosts: this.parts.settings.DELIVERY_PRIVATE_HOSTS ?? [] };
  }

  /** Options that cannot work are refused at once. */
  private check(definition: DestinationDefinition, secret: DestinationSecret): void {
    try {
      openDestination(definition, sealedText(secret), this.terms());
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      throw new Problem('destination.invalid', error.message, { cause: error });
    }
  }

  /** Before the event that refers to it, so that whoever reads that finds it. */
  private async keep(ownerId: string, secretId: SecretId, secret: DestinationSecret, inUse: SecretId | null) {
    try {
      await this.parts.secrets.put({ secretId, ownerId, secret: sealedText(secret), inUse });
    } catch (error) {
      if (!(error instanceof EncryptionKeyMissing)) throw error;
      const detail = 'The setting ENCRYPTION_KEY is missing: without it no secret can be stored.';
      throw new Problem('data_source.encryption_key_missing', detail, { cause: error });
    }
  }
}

function shown({ role }: Caller, view: DestinationView) {
  return role === 'admin' ? view : { ...view, s3: null, sftp: null, webhook: null };
}

function missing(): Problem {
  return new Problem('destination.missing', 'There is no such destination, or it is not for you.');
}

const secretIdOf = ({ context }: Pick<AnyCall, 'context'>): SecretId => derivedId(context.commandId, 'secret');

const secretIn = (state: DestinationState): SecretId | null => (state.status === 'absent' ? null : state.secretId);

const by = ({ caller, now }: { readonly caller: Caller; readonly now: Date }) => ({
  ...{ by: caller.userId, at: now.toISOString() },
});

function testParcel(deliveryId: string): Parcel {
  const content = Buffer.from('This file is a test of the report scheduler.\r\n');
  const text = 'This is a test of the report scheduler: deliveries to this place arrive.';
  return {
    ...{ deliveryId, attempt: 1, event: 'delivery.test', jobId: deliveryId, templateName: 'Test' },
    ...{ reportDate: new Date().toISOString().slice(0, 10), subject: 'Test delivery', text, html: `<p>${text}</p>` },
    link: { url: 'https://report-scheduler.invalid/', expiresAt: new Date(Date.now() + DAY_MS) },
    files: [
      {
        ...{ name: 'test.txt', mediaType: 'text/plain', bytes: content.length, url: null },
        sha256: createHash('sha256').update(content).digest('hex'),
        open: () => Promise.resolve(Readable.from([content], { objectMode: false })),
      },
    ],
  };
}
