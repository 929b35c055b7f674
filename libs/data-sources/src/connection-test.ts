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
