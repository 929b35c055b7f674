import { readSettings } from '#platform';
import { environmentOf } from './environment';

it.each([
  {},
  {
    PORT: '3001',
    KAFKA_BROKERS: 'one:9092,two:9092',
    DATA_SOURCES: '{"sales":"postgres://reader@db/sales"}',
    ENCRYPTION_KEY: [1, 2].map((byte) => Buffer.alloc(32, byte).toString('base64')).join(','),
    EXPORT_LEASE_SECONDS: '2.5',
    DATABASE_URL: 'postgres://db/product',
  },
])('gives the settings again as they were read from %j', (env) => {
  const settings = readSettings(env);
  expect(readSettings(environmentOf(settings))).toEqual(settings);
});
