import { EventStoreDBClient, type Credentials } from '@eventstore/db-client';

export interface EventStoreDbConnection {
  readonly client: EventStoreDBClient;
  /**
   * To be given with each append: then the client sends it as a call of its own, with its own deadline. Otherwise, as of 6.2.1,
   * it keeps the answers that all its instances in a process wait for in one map, which a broken connection of any of them
   * empties, and an answer that arrives afterwards ends the process. Absent where the client proves itself by a certificate.
   */
  readonly appendCredentials: Credentials | undefined;
}

/** The connection string is not one that EventStoreDB's client takes. The message never quotes it: it may hold a password. */
export class EventStoreUrlError extends Error {
  constructor(reason: string) {
    super(`the connection string of the event store is refused: ${reason}`);
    this.name = 'EventStoreUrlError';
  }
}

/** Never sent: without TLS the client leaves credentials out. */
const CREDENTIALS_WITHOUT_TLS: Credentials = { username: 'none', password: 'none' };

/** The client warns of options that it does not know by printing the whole connection string, so only these go to it. */
const KNOWN_OPTIONS = new Set(
  [
    'connectionName',
    'defaultDeadline',
    'discoveryInterval',
    'gossipTimeout',
    'keepAliveInterval',
    'keepAliveTimeout',
    'maxDiscoverAttempts',
    'nodePreference',
    'tls',
    'tlsCAFile',
    'userCertFile',
    'userKeyFile',
  ].map((option) => option.toLowerCase()),
);

const SHAPE =
  /^(?:esdb|kurrentdb)(?<discover>\+discover)?:\/\/(?:(?<user>[^:@/?]+):(?<password>[^@/?]+)@)?(?<rest>[^@]+)$/;

/**
 * Makes a client; it connects at its first call. Throws an `EventStoreUrlError` for a connection string that is malformed or
 * has an option that the client does not support.
 */
export function connectEventStoreDb(url: string): EventStoreDbConnection {
  const parts = SHAPE.exec(url.trim())?.groups;
  if (!parts?.['rest']) throw new EventStoreUrlError('esdb://user:password@host:port?option=value is expected');
  const options = optionsOf(parts['rest']);
  // The client knows the new name of the product's scheme not yet.
  const connectionString = url.trim().replace(/^kurrentdb/, 'esdb');
  const client = clientOf(connectionString);
  const { user, password } = parts;
  if (options.get('tls') === 'false') return { client, appendCredentials: CREDENTIALS_WITHOUT_TLS };
  const credentials = user &&
    password && { username: decodeURIComponent(user), password: decodeURIComponent(password) };
  return { client, appendCredentials: credentials || undefined };
}

function optionsOf(rest: string): ReadonlyMap<string, string> {
  const query = rest.includes('?') ? rest.slice(rest.indexOf('?') + 1) : '';
  const options = new Map<string, string>();
  for (const [key, value] of new URLSearchParams(query)) {
    if (!KNOWN_OPTIONS.has(key.toLowerCase())) throw new EventStoreUrlError(`its option ${key} is not supported`);
    options.set(key.toLowerCase(), value);
  }
  return options;
}

function clientOf(connectionString: string): EventStoreDBClient {
  try {
    return EventStoreDBClient.connectionString(connectionString);
  } catch (error) {
    // What the client throws for a string it cannot parse carries the string; other messages name files and options.
    const parseError = error instanceof Error && 'connectionString' in error;
    throw new EventStoreUrlError(!parseError && error instanceof Error ? error.message : 'it cannot be parsed');
  }
}
