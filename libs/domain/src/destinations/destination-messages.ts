import type { DomainRefusal } from '#event-sourcing';
import type { SecretChange } from '../data-sources/data-source-messages';
import type { DestinationId, Instant, SecretId, UserId } from '../identifiers';

/** A bucket of S3, or of a store that speaks like it. The secret access key is no part of it. */
export interface S3Destination {
  readonly bucket: string;
  readonly region: string;
  /** URL of a compatible store; null: Amazon's of the region. */
  readonly endpoint: string | null;
  /** The bucket in the path instead of the host's name. */
  readonly pathStyle: boolean;
  /** Folders that all names begin with, without a slash at either end; null: none. */
  readonly prefix: string | null;
  readonly accessKeyId: string;
  /** `AES256`, or `aws:kms` with the bucket's own key; null: as the bucket has it. */
  readonly encryption: 'AES256' | 'aws:kms' | null;
  /** False for stores that do not know CRC-32 sums. */
  readonly checksums: boolean;
}

export interface SftpDestination {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Fingerprints that the server's key may have: `SHA256:…`. */
  readonly hostKeys: readonly string[];
  /** An existing folder; null: where the sign-in leads. */
  readonly folder: string | null;
}

export interface WebhookDestination {
  readonly url: string;
  /** `json` tells of the files, `files` posts each of them. */
  readonly content: 'json' | 'files';
  /** A text that the answer must contain beside a status of success; null: the status will do. */
  readonly expects: string | null;
  /** Certificates in PEM form that are trusted; null: those that Node trusts. */
  readonly ca: string | null;
}

/** One field for each kind that has options, null for all others. Slack's address is itself the secret. */
export type DestinationOptions =
  | { readonly kind: 's3'; readonly s3: S3Destination; readonly sftp: null; readonly webhook: null }
  | { readonly kind: 'sftp'; readonly s3: null; readonly sftp: SftpDestination; readonly webhook: null }
  | { readonly kind: 'webhook'; readonly s3: null; readonly sftp: null; readonly webhook: WebhookDestination }
  | { readonly kind: 'slack'; readonly s3: null; readonly sftp: null; readonly webhook: null };

export type DestinationDefinition = DestinationOptions & {
  readonly description: string | null;
  /** Who may have reports delivered to it. */
  readonly usableBy: 'everybody' | 'admins';
};

interface Registered {
  /** Follows from the name (`destinationIdOf`), so no two active destinations can have the same. */
  readonly destinationId: DestinationId;
  readonly name: string;
  readonly definition: DestinationDefinition;
  /** Under which the secret is kept, apart from all events. */
  readonly secretId: SecretId;
  readonly by: UserId;
  readonly at: Instant;
}

interface Retirement {
  readonly destinationId: DestinationId;
  readonly by: UserId;
  readonly at: Instant;
}

export type DestinationCommand =
  | ({ readonly type: 'RegisterDestination' } & Registered)
  | {
      readonly type: 'ReviseDestination';
      readonly destinationId: DestinationId;
      readonly definition: DestinationDefinition;
      readonly secret: Exclude<SecretChange, { readonly type: 'remove' }>;
      readonly by: UserId;
      readonly at: Instant;
    }
  | ({ readonly type: 'RetireDestination' } & Retirement);

export type DestinationEvent =
  | ({ readonly type: 'DestinationRegistered' } & Registered)
  | ({ readonly type: 'DestinationRevised' } & Omit<Registered, 'name'>)
  | ({ readonly type: 'DestinationRetired' } & Retirement);

export type ExistingDestination = Pick<Registered, 'destinationId' | 'name' | 'definition'> & {
  /** Null once it is retired. */
  readonly secretId: SecretId | null;
  readonly status: 'active' | 'retired';
};

export type DestinationState = { readonly status: 'absent' } | ExistingDestination;

export type DestinationRefusal = DomainRefusal & {
  readonly code:
    | 'destination.exists'
    | 'destination.missing'
    | 'destination.retired'
    | 'destination.kind_fixed'
    | 'destination.secret_needed';
};
