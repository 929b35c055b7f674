import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logLevel } from 'kafkajs';
import { createLogger, readSettings, SettingsError } from '#platform';
import { createKafka } from './client';
import { clientLog } from './client-log';

const silent = createLogger({ level: 'silent' });
const brokers = { KAFKA_BROKERS: 'one:9092,two:9092' };

describe('a client', () => {
  it('needs brokers', () => {
    expect(() => createKafka(readSettings({}), silent, 'test')).toThrow(SettingsError);
    expect(() => createKafka(readSettings({}), silent, 'test')).toThrow('KAFKA_BROKERS: is required for Kafka');
  });

  it.each(['KAFKA_TLS_CA_FILE', 'KAFKA_TLS_CERT_FILE', 'KAFKA_TLS_KEY_FILE'])(
    'says which file of %s is missing',
    (name) => {
      const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
      try {
        const there = join(folder, 'there.pem');
        writeFileSync(there, '');
        const files = { KAFKA_TLS_CA_FILE: there, KAFKA_TLS_CERT_FILE: there, KAFKA_TLS_KEY_FILE: there };
        const settings = readSettings({ ...brokers, KAFKA_TLS: 'on', ...files, [name]: join(folder, 'missing.pem') });
        expect(() => createKafka(settings, silent, 'test')).toThrow(
          `${name}: the file ${join(folder, 'missing.pem')} cannot be read (ENOENT)`,
        );
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});

describe('its log', () => {
  function linesAt(level: string, namespace = 'Consumer'): unknown[] {
    const lines: unknown[] = [];
    const logger = createLogger({
      level,
      format: 'json',
      destination: { write: (line) => lines.push(JSON.parse(line)) },
    });
    const log = clientLog(logger);
    const write = log.logCreator(log.logLevel);
    for (const at of [logLevel.ERROR, logLevel.WARN, logLevel.INFO, logLevel.DEBUG]) {
      if (at > log.logLevel) continue;
      const entry = { timestamp: 'now', logger: 'kafkajs', message: 'said', broker: 'one:9092' };
      write({ namespace, level: at, label: logLevel[at], log: entry });
    }
    return lines;
  }

  it('takes errors that are tried again for warnings, and steps for debugging', () => {
    const line = { msg: 'kafka client: said', broker: 'one:9092', part: 'Consumer' };
    expect(linesAt('trace')).toEqual([40, 40, 20, 10].map((level) => ({ level, time: expect.any(String), ...line })));
  });

  it('takes what a broker answered for a step: whoever asked deals with it', () => {
    expect(linesAt('warn', 'Connection')).toHaveLength(1);
    expect(linesAt('debug', 'Connection').map((line) => (line as { level: number }).level)).toEqual([20, 40, 20]);
  });

  it.each([
    ['debug', 3],
    ['info', 2],
    ['error', 0],
    ['silent', 0],
  ])('at %s makes %i kinds of lines', (level, count) => {
    expect(linesAt(level)).toHaveLength(count);
  });
});
