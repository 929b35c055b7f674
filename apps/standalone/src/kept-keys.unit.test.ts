import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '#platform';
import { KEY_FILES, keysOf } from './kept-keys';

let dataDir: string;

beforeEach(() => (dataDir = mkdtempSync(join(tmpdir(), 'report-scheduler-keys-'))));
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

it('makes the keys that the settings leave open once, for nobody else to read', () => {
  const first = keysOf({}, dataDir);
  expect(keysOf({}, dataDir)).toEqual(first);
  for (const name of KEY_FILES) expect(statSync(join(dataDir, name)).mode & 0o777).toBe(0o600);
});

it('makes such as the settings would take', () => {
  const { AUTH_SECRET, ENCRYPTION_KEY } = keysOf({}, dataDir);
  const settings = { AUTH_SECRET, ENCRYPTION_KEY: ENCRYPTION_KEY.join(',') };
  expect(readSettings(settings)).toMatchObject({ AUTH_SECRET, ENCRYPTION_KEY });
});

it('takes the keys of the settings before its own, and makes none then', () => {
  const given = { AUTH_SECRET: 'x'.repeat(40), ENCRYPTION_KEY: [Buffer.alloc(32, 7).toString('base64')] };
  expect(keysOf(given, dataDir)).toEqual(given);
  expect(readdirSync(dataDir)).toEqual([]);
});
