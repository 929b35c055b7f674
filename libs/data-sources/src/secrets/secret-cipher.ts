import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { DataSourceError } from '../data-source';

/** A secret as it is stored. */
export interface SealedSecret {
  /** Which key it was sealed with. */
  readonly keyId: string;
  /** 12 random bytes. */
  readonly nonce: Buffer;
  /** With the authentication tag, 16 bytes, at its end. */
  readonly ciphertext: Buffer;
}

/** The settings have no key to seal with. */
export class EncryptionKeyMissing extends Error {
  constructor() {
    super('ENCRYPTION_KEY is not set, so no password can be stored.');
    this.name = 'EncryptionKeyMissing';
  }
}

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID_DIGITS = 16;

/** Seals texts with AES-256-GCM (NIST SP 800-38D), each bound to whom it belongs to, which `owner` names. */
export class SecretCipher {
  readonly #keys: ReadonlyMap<string, Buffer>;

  /** @param keys 32 bytes each, in base64; the first one seals, all of them open */
  constructor(keys: readonly string[]) {
    this.#keys = new Map(keys.map((text) => Buffer.from(text, 'base64')).map((key) => [keyIdOf(key), key]));
  }

  /** Throws `EncryptionKeyMissing`. */
  seal(secret: string, owner: string): SealedSecret {
    const [first] = this.#keys;
    if (!first) throw new EncryptionKeyMissing();
    const [keyId, key] = first;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(owner));
    const ciphertext = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return { keyId, nonce, ciphertext };
  }

  /** Throws `data_source.secret_unreadable` when its key is not there, or it was changed, or belongs to another owner. */
  open({ keyId, nonce, ciphertext }: SealedSecret, owner: string): string {
    const key = this.#keys.get(keyId);
    if (!key) throw unreadable(`ENCRYPTION_KEY lacks its key ${keyId}: add that again`);
    const end = ciphertext.length - TAG_BYTES;
    try {
      const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(owner))
        .setAuthTag(ciphertext.subarray(end));
      return Buffer.concat([decipher.update(ciphertext.subarray(0, end)), decipher.final()]).toString('utf8');
    } catch (cause) {
      throw unreadable('Put it back from a backup', cause);
    }
  }
}

/** Tells keys apart and nothing about them. */
function keyIdOf(key: Buffer): string {
  return createHash('sha256').update(key).digest('hex').slice(0, KEY_ID_DIGITS);
}

function unreadable(reason: string, cause?: unknown): DataSourceError {
  const message = `The stored secret cannot be read. ${reason}, or set it anew.`;
  return new DataSourceError('data_source.secret_unreadable', message, { cause });
}
