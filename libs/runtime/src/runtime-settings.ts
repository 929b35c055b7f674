import { SettingsError, type Settings } from '#platform';

/** The settings once the start has filled in what the embedded parts provide. */
export type RuntimeSettings = Settings & {
  readonly DATABASE_URL: string;
  readonly DATA_DIR: string;
  readonly AUTH_SECRET: string;
};

/** Apart from the others, an app cannot make up what all of them must share. */
export function requireShared(settings: Settings): RuntimeSettings {
  const { DATABASE_URL, DATA_DIR, AUTH_SECRET } = settings;
  if (DATABASE_URL !== undefined && DATA_DIR !== undefined && AUTH_SECRET !== undefined) {
    return { ...settings, DATABASE_URL, DATA_DIR, AUTH_SECRET };
  }
  const missing = Object.entries({ DATABASE_URL, DATA_DIR, AUTH_SECRET }).filter(([, value]) => value === undefined);
  throw new SettingsError(missing.map(([key]) => `${key}: must be set when an app runs in a process of its own`));
}
