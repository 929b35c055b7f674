import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** In PEM form. It is its own authority. */
export interface Certificate {
  readonly crt: string;
  readonly key: string;
}

/** A certificate for `localhost`, and not for `127.0.0.1`, in a folder. */
export async function makeCertificate(folder: string): Promise<Certificate> {
  const [crt, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', crt],
  ]);
  return { crt: await readFile(crt, 'utf8'), key: await readFile(key, 'utf8') };
}
