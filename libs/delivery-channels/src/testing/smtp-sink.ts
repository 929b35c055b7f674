import { spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { makeCertificate } from '../../../../test/certificates/certificate';
import type { ArrivedFile } from './channel-conformance';

/** What Python's own reader of mail finds in one. */
interface ReadMail {
  /** In order, names in lower case, values decoded. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly text: string;
  readonly html: string | null;
  readonly attachments: readonly ArrivedFile[];
  readonly defects: readonly string[];
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  readonly secure: boolean;
}

export interface SmtpSink {
  readonly port: number;
  /** Of its certificate, which is for `localhost`. */
  readonly ca: string;
  mails(): readonly ReadMail[];
  close(): Promise<void>;
}

interface Stored {
  readonly path: string;
  readonly envelope: ReadMail['envelope'];
  readonly secure: boolean;
}

/** An SMTP server that keeps each mail in a file of its own; one that was not finished is not kept. */
export async function startSmtpSink(options: SMTPServerOptions = {}): Promise<SmtpSink> {
  const folder = await mkdtemp(join(tmpdir(), 'smtp-'));
  const { crt, key } = await makeCertificate(folder);
  const stored: Stored[] = [];
  let count = 0;
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    closeTimeout: 1,
    cert: crt,
    key,
    onData(stream, session, done) {
      const path = join(folder, `${(count += 1)}.eml`);
      const { mailFrom, rcptTo } = session.envelope;
      const envelope = { from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address) };
      pipeline(stream, createWriteStream(path)).then(
        () => {
          stored.push({ path, envelope, secure: session.secure });
          done(null, `2.0.0 OK queued as ${count}`);
        },
        (error: unknown) => done(error as Error),
      );
    },
    ...options,
  });
  // Connections that break are part of the tests.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    port: (server.server.address() as AddressInfo).port,
    ca: crt,
    mails: () => stored.map(({ path, ...more }) => ({ ...readMail(path), ...more })),
    async close() {
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const READER = join(__dirname, 'read_mail.py');

function readMail(path: string): Omit<ReadMail, 'envelope' | 'secure'> {
  const { stdout, stderr, status } = spawnSync('python3', [READER, path], { encoding: 'utf8', maxBuffer: 1e7 });
  if (status !== 0) throw new Error(`Python could not read the mail: ${stderr}`);
  return JSON.parse(stdout) as Omit<ReadMail, 'envelope' | 'secure'>;
}

/** Whether Python is there to read mail with. */
export const hasPython = (): boolean => spawnSync('python3', ['--version']).status === 0;
