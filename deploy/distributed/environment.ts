import type { Settings } from '#platform';

/** The settings as the environment that gives them again: `readSettings(environmentOf(settings))` equals the settings. */
export function environmentOf(settings: Settings): Readonly<Record<string, string>> {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, textOf(value)]));
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
