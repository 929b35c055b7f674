/** Why a connection did not come about. */
export interface ConnectionFailure {
  readonly reason:
    | 'host_not_found'
    | 'refused'
    | 'timeout'
    | 'tls'
    | 'sign_in'
    | 'database_missing'
    | 'busy'
    | 'folder_missing'
    | 'other';
  /** A sentence for whoever set it up. */
  readonly message: string;
}

/** Milliseconds for connecting, signing in and one query together: an answer within 10 s, whatever happens. */
export const CONNECTION_TEST_MS = 9_000;

export const TIMED_OUT: ConnectionFailure = {
  reason: 'timeout',
  message: 'Nobody answers at this host and port: is a firewall in between?',
};
