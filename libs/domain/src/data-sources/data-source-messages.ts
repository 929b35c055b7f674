import type { DomainRefusal } from '#event-sourcing';
import type { Blackout } from './blackouts';
import type { DataSourceId, Instant, SecretId, UserId } from '../identifiers';

export const TLS_MODES = ['disable', 'require', 'verify-full'] as const;
/** As libpq's `sslmode`: `require` encrypts without knowing whom it speaks to, `verify-full` checks certificate and host name. */
export type TlsMode = (typeof TLS_MODES)[number];

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/** How a database server is reached; the password is no part of it. */
export interface DatabaseOptions extends ServerAddress {
  readonly database: string;
  readonly user: string;
  readonly tls: {
    readonly mode: TlsMode;
    /** Certificates in PEM form that `verify-full` trusts; null: those that Node trusts. */
    readonly ca: string | null;
  };
  /** Connections that each process opens at most; null: as many as the settings allow. */
  readonly maxConnections: number | null;
  /** Seconds that a query may take at most; null: as long as its caller allows. */
  readonly statementTimeoutSeconds: number | null;
}

export interface PostgresOptions extends DatabaseOptions {
  /** A copy of the database that queries go to while it can be reached. */
  readonly readReplica: ServerAddress | null;
}

/** MySQL or MariaDB. */
export type MySqlOptions = DatabaseOptions;

/** CSV and Parquet files. */
export interface FileOptions {
  /** Folder below `FILE_SOURCES_DIR`, parts apart by `/`; empty for that folder itself. */
  readonly folder: string;
}

/** One field for each kind, null for all others: another kind becomes one more field, which older readers can pass over. */
export type DataSourceOptions =
  | { readonly kind: 'postgres'; readonly postgres: PostgresOptions; readonly mysql: null; readonly file: null }
  | { readonly kind: 'mysql'; readonly postgres: null; readonly mysql: MySqlOptions; readonly file: null }
  | { readonly kind: 'file'; readonly postgres: null; readonly mysql: null; readonly file: FileOptions };

export type DataSourceDefinition = DataSourceOptions & {
  readonly description: string | null;
  /** When no report may begin to read from it. */
  readonly blackouts: readonly Blackout[];
};

/** What becomes of the secret when a data source is revised. */
export type SecretChange =
  { readonly type: 'keep' } | { readonly type: 'remove' } | { readonly type: 'replace'; readonly secretId: SecretId };

interface Registered {
  /** Follows from the name (`dataSourceIdOf`), so no two data sources can have the same. */
  readonly dataSourceId: DataSourceId;
  /** What datasets refer to; it never changes. */
  readonly name: string;
  readonly definition: DataSourceDefinition;
  /** Under which the secret is kept, apart from all events; null when there is none. */
  readonly secretId: SecretId | null;
  readonly by: UserId;
  readonly at: Instant;
}

interface Retirement {
  readonly dataSourceId: DataSourceId;
  readonly by: UserId;
  readonly at: Instant;
}

export type DataSourceCommand =
  | ({ readonly type: 'RegisterDataSource' } & Registered)
  | {
      readonly type: 'ReviseDataSource';
      readonly dataSourceId: DataSourceId;
      readonly definition: DataSourceDefinition;
      readonly secret: SecretChange;
      readonly by: UserId;
      readonly at: Instant;
    }
  | ({ readonly type: 'RetireDataSource' } & Retirement);

export type DataSourceEvent =
  | ({ readonly type: 'DataSourceRegistered' } & Registered)
  | ({ readonly type: 'DataSourceRevised' } & Omit<Registered, 'name'>)
  | ({ readonly type: 'DataSourceRetired' } & Retirement);

export type ExistingDataSource = Pick<Registered, 'dataSourceId' | 'name' | 'definition' | 'secretId'> & {
  readonly status: 'active' | 'retired';
};

export type DataSourceState = { readonly status: 'absent' } | ExistingDataSource;

export type DataSourceRefusal = DomainRefusal & {
  readonly code:
    | 'data_source.exists'
    | 'data_source.missing'
    | 'data_source.retired'
    | 'data_source.kind_fixed'
    | 'data_source.password_needed';
};
