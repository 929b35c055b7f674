import { v5 } from 'uuid';
import { accept, refuse, type Decider } from '#event-sourcing';
import type { DataSourceId } from '../identifiers';
import { sameJson } from '../json-equality';
import type {
  DataSourceCommand,
  DataSourceEvent,
  DataSourceOptions,
  DataSourceRefusal,
  DataSourceState,
  ExistingDataSource,
} from './data-source-messages';

/** Fixed for good: the ids of all data sources follow from it. */
const NAMESPACE = '5d0c7a1e-3f52-4b8e-8f0b-6a1c2e9d4b77';

/** The id that a name gives: uuidv5. What has the same name shares a stream, which makes names unique by themselves. */
export function dataSourceIdOf(name: string): DataSourceId {
  return v5(name, NAMESPACE);
}

/** What reports read from, until it is retired. Its name may then be registered anew. */
export const dataSource: Decider<DataSourceCommand, DataSourceState, DataSourceEvent, DataSourceRefusal> = {
  initial: { status: 'absent' },
  decide(command, state) {
    switch (command.type) {
      case 'RegisterDataSource': {
        if (state.status !== 'active') return accept({ ...command, type: 'DataSourceRegistered' });
        const { definition, secretId } = command;
        const same = secretId === state.secretId && sameJson(definition, state.definition);
        return same ? accept() : refuse({ code: 'data_source.exists' });
      }
      case 'ReviseDataSource':
        if (state.status === 'absent') return refuse({ code: 'data_source.missing' });
        if (state.status === 'retired') return refuse({ code: 'data_source.retired' });
        return revise(command, state);
      case 'RetireDataSource':
        if (state.status === 'absent') return refuse({ code: 'data_source.missing' });
        return state.status === 'retired' ? accept() : accept({ ...command, type: 'DataSourceRetired' });
    }
  },
  evolve(state, event) {
    switch (event.type) {
      case 'DataSourceRegistered': {
        const { dataSourceId, name, definition, secretId } = event;
        return { status: 'active', dataSourceId, name, definition, secretId };
      }
      case 'DataSourceRevised':
        return state.status === 'absent' ? state : { ...state, definition: event.definition, secretId: event.secretId };
      case 'DataSourceRetired':
        return state.status === 'absent' ? state : { ...state, status: 'retired', secretId: null };
    }
  },
};

function revise(
  { dataSourceId, definition, secret, by, at }: Extract<DataSourceCommand, { type: 'ReviseDataSource' }>,
  state: ExistingDataSource,
): ReturnType<typeof dataSource.decide> {
  if (definition.kind !== state.definition.kind) return refuse({ code: 'data_source.kind_fixed' });
  const kept = secret.type === 'keep' ? state.secretId : null;
  if (kept !== null && goesElsewhere(state.definition, definition)) {
    return refuse({ code: 'data_source.password_needed' });
  }
  const secretId = secret.type === 'replace' ? secret.secretId : kept;
  if (secretId === state.secretId && sameJson(definition, state.definition)) return accept();
  return accept({ type: 'DataSourceRevised', dataSourceId, definition, secretId, by, at });
}

/** A password that nobody can read must not be had by pointing its data source at a server of one's own. */
function goesElsewhere(before: DataSourceOptions, after: DataSourceOptions): boolean {
  return !sameJson(recipientOf(before), recipientOf(after));
}

function recipientOf(options: DataSourceOptions): unknown {
  switch (options.kind) {
    case 'postgres': {
      const { host, port, tls, readReplica } = options.postgres;
      return [host, port, tls, readReplica];
    }
    case 'mysql': {
      const { host, port, tls } = options.mysql;
      return [host, port, tls];
    }
    case 'file':
      return null;
  }
}
