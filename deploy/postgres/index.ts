export { defaultDataDir } from './data-dir';
export type { EmbeddedPostgres, EmbeddedPostgresOptions } from './embedded-postgres';
export { eraseEmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres';
export type { EmbeddedPostgresErrorCode } from './errors';
export { EmbeddedPostgresError } from './errors';
