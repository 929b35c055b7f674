import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from './programs';
import type { KeyStore } from './server-properties';

export interface BrokerCertificate {
  readonly keyStore: KeyStore;
  /** File of the certificate (PEM) that clients trust it by. */
  readonly caFile: string;
}

/** Makes a key and a certificate for 127.0.0.1 and localhost, signed by itself, with the keytool that belongs to a Java. */
export async function makeCertificate(java: string, folder: string, signal?: AbortSignal): Promise<BrokerCertificate> {
  const beside = join(dirname(java), 'keytool');
  const keytool = existsSync(beside) ? beside : 'keytool';
  const keyStore = { path: join(folder, 'broker.p12'), password: randomBytes(24).toString('base64url') };
  const caFile = join(folder, 'ca.pem');
  const store = [
    '-alias',
    'broker',
    '-keystore',
    keyStore.path,
    '-storetype',
    'PKCS12',
    '-storepass',
    keyStore.password,
  ];
  await rm(keyStore.path, { force: true });
  await run(
    keytool,
    [
      ...['-genkeypair', ...store, '-keyalg', 'EC', '-groupname', 'secp256r1', '-validity', '3650'],
      ...['-dname', 'CN=localhost', '-ext', 'san=dns:localhost,ip:127.0.0.1'],
    ],
    { signal },
  );
  await run(keytool, ['-exportcert', '-rfc', ...store, '-file', caFile], { signal });
  return { keyStore, caFile };
}
