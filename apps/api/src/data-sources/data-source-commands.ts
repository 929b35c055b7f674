import { Inject, Injectable } from '@nestjs/common';
import { EncryptionKeyMissing } from '#data-sources';
import {
  dataSourceIdOf,
  type DataSourceCommand,
  type DataSourceDefinition,
  type DataSourceState,
  type SecretId,
} from '#domain';
import { derivedId } from '#event-sourcing';
import { PARTS, type Parts } from '#runtime';
import { Dispatcher } from '../commands/dispatcher';
import type { Call } from '../http/operation';
import { Problem } from '../http/problem';
import { dataSourceOperations as operations } from './data-source.operations';
import { definitionOf, passwordOf } from './data-source.schema';
import { isOwnDatabase } from './own-database';

type CallOf<Name extends keyof typeof operations> = Call<(typeof operations)[Name]>;
type Outcome = Awaited<ReturnType<Dispatcher['dataSource']>>;

/**
 * Registers, revises and retires data sources. Each secret is a row of its own, written before the event that refers to it and removed
 * after the event that supersedes it: whoever reads the event finds what it refers to.
 */
@Injectable()
export class DataSourceCommandsOverHttp {
  constructor(
    @Inject(PARTS) private readonly parts: Parts,
    @Inject(Dispatcher) private readonly dispatcher: Dispatcher,
  ) {}

  register(call: CallOf<'register'>): Promise<Outcome> {
    const { name } = call.body;
    const password = passwordOf(call.body) ?? null;
    const dataSourceId = dataSourceIdOf(name);
    this.requireRegistered(dataSourceId);
    const definition = this.permitted(call.body);
    const secretId = password === null ? null : secretIdOf(call);
    return this.dispatch(call, dataSourceId, secretId, async (state) => {
      if (secretId !== null && password !== null) await this.keep({ dataSourceId, secretId, password, state });
      return { type: 'RegisterDataSource', dataSourceId, name, definition, secretId, ...of(call) };
    });
  }

  revise(call: CallOf<'revise'>, dataSourceId: string): Promise<Outcome> {
    const password = passwordOf(call.body);
    this.requireRegistered(dataSourceId);
    const definition = this.permitted(call.body);
    const secretId = secretIdOf(call);
    return this.dispatch(call, dataSourceId, secretId, async (state) => {
      const command = { type: 'ReviseDataSource', dataSourceId, definition, ...of(call) } as const;
      if (password === undefined) return { ...command, secret: { type: 'keep' } };
      if (password === null) return { ...command, secret: { type: 'remove' } };
      await this.keep({ dataSourceId, secretId, password, state });
      return { ...command, secret: { type: 'replace', secretId } };
    });
  }

  retire(call: CallOf<'retire'>, dataSourceId: string): Promise<Outcome> {
    this.requireRegistered(dataSourceId);
    return this.dispatch(call, dataSourceId, null, () => ({ type: 'RetireDataSource', dataSourceId, ...of(call) }));
  }

  /** What a body describes, if it may be connected to. */
  permitted(body: Parameters<typeof definitionOf>[0]): DataSourceDefinition {
    const definition = definitionOf(body);
    if (definition.kind === 'file' && this.parts.settings.FILE_SOURCES_DIR === undefined) {
      throw new Problem('data_source.files_disabled', 'The setting FILE_SOURCES_DIR is missing: set it to a folder.');
    }
    if (!isOwnDatabase(definition, this.parts.settings.DATABASE_URL)) return definition;
    throw new Problem('data_source.own_database', 'This is the database of the product itself: name another one.');
  }

  private async dispatch(
    call: CallOf<'register'> | CallOf<'revise'> | CallOf<'retire'>,
    dataSourceId: string,
    secretId: SecretId | null,
    make: (state: DataSourceState) => DataSourceCommand | Promise<DataSourceCommand>,
  ): Promise<Outcome> {
    let before: SecretId | null = null;
    try {
      const outcome = await this.dispatcher.dataSource(call, dataSourceId, (state) => {
        before = state.status === 'absent' ? null : state.secretId;
        return make(state);
      });
      await this.forget(before, outcome.state);
      return outcome;
    } catch (error) {
      // Refused for good, so no event refers to it. After anything else nobody knows.
      if (error instanceof Problem && secretId !== null) await this.parts.secrets.remove(secretId);
      throw error;
    }
  }

  private async keep({ dataSourceId, secretId, password, state }: Kept): Promise<void> {
    const inUse = state.status === 'absent' ? null : state.secretId;
    try {
      await this.parts.secrets.put({ secretId, ownerId: dataSourceId, secret: password, inUse });
    } catch (error) {
      if (!(error instanceof EncryptionKeyMissing)) throw error;
      const detail = 'The setting ENCRYPTION_KEY is missing: without it no password can be stored.';
      throw new Problem('data_source.encryption_key_missing', detail, { cause: error });
    }
  }

  private async forget(before: SecretId | null, after: DataSourceState): Promise<void> {
    const now = after.status === 'absent' ? null : after.secretId;
    if (before !== null && before !== now) await this.parts.secrets.remove(before);
  }

  /** What the settings define cannot be changed from here. */
  private requireRegistered(dataSourceId: string): void {
    const name = this.parts.dataSources
      .namesOfSettings()
      .find((candidate) => dataSourceIdOf(candidate) === dataSourceId);
    if (name === undefined) return;
    throw new Problem(
      'data_source.of_settings',
      `The data source "${name}" is defined in DATA_SOURCES: change it there.`,
    );
  }
}

interface Kept {
  readonly dataSourceId: string;
  readonly secretId: SecretId;
  readonly password: string;
  readonly state: DataSourceState;
}

/** A repeat of the command has the same. */
function secretIdOf({ context }: Pick<CallOf<'revise'>, 'context'>): SecretId {
  return derivedId(context.commandId, 'secret');
}

function of({ caller, now }: Pick<CallOf<'revise'>, 'caller' | 'now'>) {
  return { by: caller.userId, at: now.toISOString() };
}
