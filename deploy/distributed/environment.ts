import type { Settings } from '#platform';

/** The settings as the environment that gives them again: `readSettings(environmentOf(settings))` equals the settings. */
export function environmentOf(settings: Settings): Readonly<Record<string, string>> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(settings)) {
    if (value !== undefined) environment[name] = textOf(value);
  }
  return environment;
}

function textOf(value: NonNullable<Settings[keyof Settings]>): string {
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
