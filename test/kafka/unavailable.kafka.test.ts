import { checkBrokers } from '#event-feed';
import { createLogger, readSettings } from '#platform';
import { startKafka, type LocalKafka } from '../../deploy/kafka';

const silent = createLogger({ level: 'silent' });
const password = 'a password that no log shows';
const user = { username: 'reports', password };
const log = () => undefined;
let plain: LocalKafka;
let encrypted: LocalKafka;
let guarded: LocalKafka;

beforeAll(async () => {
  [plain, encrypted, guarded] = await Promise.all([
    startKafka({ log }),
    startKafka({ log, tls: true }),
    startKafka({ log, tls: true, sasl: user }),
  ]);
});
afterAll(() => Promise.all([plain, encrypted, guarded].map((kafka) => kafka.stop())));

const check = (kafka: LocalKafka | string, env: NodeJS.ProcessEnv = {}) =>
  checkBrokers(
    readSettings({ KAFKA_BROKERS: typeof kafka === 'string' ? kafka : kafka.brokers.join(','), ...env }),
    silent,
    { attempts: 2 },
  );
const tls = (kafka: LocalKafka) => ({ KAFKA_TLS: 'on', KAFKA_TLS_CA_FILE: kafka.caFile });
const sasl = (mechanism: string, given = password) => ({
  KAFKA_SASL_MECHANISM: mechanism,
  KAFKA_SASL_USERNAME: user.username,
  KAFKA_SASL_PASSWORD: given,
});

describe('brokers', () => {
  it('are reached as their listener wants it', async () => {
    await expect(check(plain)).resolves.toBeUndefined();
    await expect(check(encrypted, tls(encrypted))).resolves.toBeUndefined();
  });

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'])(
    'let in who signs in by %s, and nobody else',
    async (mechanism) => {
      await expect(check(guarded, { ...tls(guarded), ...sasl(mechanism) })).resolves.toBeUndefined();

      const refused = check(guarded, { ...tls(guarded), ...sasl(mechanism, 'wrong') });
      await expect(refused).rejects.toMatchObject({
        code: 'kafka.authentication-failed',
        message: expect.stringContaining('refused the sign-in: check KAFKA_SASL_USERNAME'),
      });
    },
  );

  it('that want a sign-in say so to who does not', async () => {
    await expect(check(guarded, tls(guarded))).rejects.toMatchObject({
      code: 'kafka.authentication-failed',
      message: expect.stringContaining('set KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD'),
    });
  });

  it('that want none refuse one', async () => {
    await expect(check(plain, sasl('plain'))).rejects.toMatchObject({
      code: 'kafka.authentication-failed',
      message: expect.stringContaining('takes no sign-in by plain here: check KAFKA_SASL_MECHANISM'),
    });
  });

  it('whose certificate another authority signed are not trusted', async () => {
    for (const env of [{ KAFKA_TLS: 'on' }, tls(guarded)]) {
      await expect(check(encrypted, env)).rejects.toMatchObject({
        code: 'kafka.tls-failed',
        message: expect.stringContaining('(self-signed certificate): check KAFKA_TLS_CA_FILE'),
      });
    }
  });

  it('that speak TLS, or do not, say so', async () => {
    await expect(check(encrypted)).rejects.toMatchObject({
      code: 'kafka.tls-failed',
      message: expect.stringContaining('try KAFKA_TLS=on'),
    });
    await expect(check(plain, tls(encrypted))).rejects.toMatchObject({
      code: 'kafka.tls-failed',
      message: expect.stringContaining('that KAFKA_BROKERS names ports that speak TLS'),
    });
  });

  it('that are not there are named', async () => {
    await expect(check('127.0.0.1:1')).rejects.toMatchObject({
      code: 'kafka.unreachable',
      message: 'Kafka cannot be reached at 127.0.0.1:1 (connect ECONNREFUSED 127.0.0.1:1): check KAFKA_BROKERS.',
    });
  });
});
