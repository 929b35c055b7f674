import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '#platform';

type Keys = { readonly AUTH_SECRET: string; readonly ENCRYPTION_KEY: string[] };

/** Files of the data folder that `keysOf` makes. */
export const KEY_FILES = ['auth-secret', 'encryption-key'] as const;

/** The keys of the settings; those that they leave open are made once, so that what they signed or encrypted outlives a restart. */
export function keysOf({ AUTH_SECRET, ENCRYPTION_KEY }: Partial<Pick<Settings, keyof Keys>>, dataDir: string): Keys {
  return {
    AUTH_SECRET: AUTH_SECRET ?? kept(dataDir, 'auth-secret', () => randomBytes(48).toString('base64url')),
    ENCRYPTION_KEY: ENCRYPTION_KEY ?? [kept(dataDir, 'encryption-key', () => randomBytes(32).toString('base64'))],
  };
}

function kept(dataDir: string, name: (typeof KEY_FILES)[number], make: () => string): string {
  const path = join(dataDir, name);
  if (!existsSync(path)) writeFileSync(path, make(), { mode: 0o600, flag: 'wx' });
  return readFileSync(path, 'utf8').trim();
}
