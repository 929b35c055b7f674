import type { Pool } from '#database';
import type { SecretId } from '#domain';
import { DataSourceError } from '../data-source';
import type { SecretCipher } from './secret-cipher';

const GONE = 'The stored secret is gone. Try again; if that does not help, set it anew.';

export interface NewSecret {
  readonly secretId: SecretId;
  /** The data source or destination. */
  readonly ownerId: string;
  readonly secret: string;
  /** The one that the owner has now; null when it has none. */
  readonly inUse: SecretId | null;
}

/**
 * Secrets of data sources and destinations, encrypted. A secret is stored before the event that refers to it and removed after the one that
 * supersedes it, so whatever an event refers to is there; a crash in between leaves a row that nothing refers to, which a later
 * `put` clears away.
 */
export class SecretStore {
  constructor(
    private readonly pool: Pool,
    private readonly cipher: SecretCipher,
  ) {}

  /** The same secret twice is stored once. Throws `EncryptionKeyMissing`. */
  async put({ secretId, ownerId, secret, inUse }: NewSecret): Promise<void> {
    const { keyId, nonce, ciphertext } = this.cipher.seal(secret, ownerId);
    await this.pool.query(
      `DELETE FROM vault.secret
       WHERE owner_id = $1 AND secret_id IS DISTINCT FROM $2 AND created_at < now() - interval '1 day'`,
      [ownerId, inUse],
    );
    await this.pool.query(
      `INSERT INTO vault.secret (secret_id, owner_id, key_id, nonce, ciphertext)
       VALUES ($1, $2, $3, $4, $5) ON CONFLICT (secret_id) DO NOTHING`,
      [secretId, ownerId, keyId, nonce, ciphertext],
    );
  }

  /** Throws `data_source.secret_unreadable`, or `data_source.secret_missing`, which passes: it may have just been superseded. */
  async read(secretId: SecretId, ownerId: string): Promise<string> {
    const { rows } = await this.pool.query<{ keyId: string; nonce: Buffer; ciphertext: Buffer }>(
      'SELECT key_id AS "keyId", nonce, ciphertext FROM vault.secret WHERE secret_id = $1',
      [secretId],
    );
    const [sealed] = rows;
    if (!sealed) throw new DataSourceError('data_source.secret_missing', GONE);
    return this.cipher.open(sealed, ownerId);
  }

  async remove(secretId: SecretId): Promise<void> {
    await this.pool.query('DELETE FROM vault.secret WHERE secret_id = $1', [secretId]);
  }
}
