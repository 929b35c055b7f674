export type { ConnectionFailure } from './connection-test';
export { testConnection } from './connectors';
export * from './data-source';
export * from './data-sources';
export { EncryptionKeyMissing, SecretCipher } from './secrets/secret-cipher';
export * from './secrets/secret-store';
export * from './statement';
export * from './postgres/postgres-data-source';
