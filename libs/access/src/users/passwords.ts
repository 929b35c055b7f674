import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

/** OWASP's password storage cheat sheet: argon2id (the package's default) with 19 MiB, two passes, one lane. */
const OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const PASSWORD_LENGTH = { min: 12, max: 256 } as const;

/** The argon2id hash in PHC string form; about 20 ms of one core. */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFKC'), OPTIONS);
}

/** Hash of a password that nobody has: verified for unknown users, so that they take as long as known ones. */
let nobody: Promise<string> | undefined;

/** Whether the password has the hash. Without a hash it takes as long and is false. */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  nobody ??= hashPassword(randomPassword());
  const matches = await verify(passwordHash ?? (await nobody), password.normalize('NFKC'));
  return matches && passwordHash !== null;
}

/** 24 characters of 6 bits each: 144 bits of chance. */
export function randomPassword(): string {
  return randomBytes(18).toString('base64url');
}
