import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { unusedPort } from './unused-port';

const SERVER = 'versitygw';

/** Whether the server is in the PATH: `go install github.com/versity/versitygw/cmd/versitygw@v1.8.0`. */
export const hasS3Server = (): boolean => spawnSync(SERVER, ['--version']).status === 0;

export interface S3Server {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** One that is empty. */
  readonly bucket: string;
  /** Of the owner. */
  readonly client: S3Client;
  close(): Promise<void>;
}

/** A real S3 server over a folder, which checks signatures and checksums: the Versity S3 Gateway. */
export async function startS3Server(): Promise<S3Server> {
  const base = await mkdtemp(join(tmpdir(), 's3-'));
  for (const name of ['objects', 'sidecar']) await mkdir(join(base, name));
  const port = await unusedPort();
  const credentials = { accessKeyId: 'AKIDS3SERVER01', secretAccessKey: 's3-secret-key-71' };
  const server = spawn(
    SERVER,
    ['--port', `127.0.0.1:${port}`, '--quiet', 'posix', '--sidecar', join(base, 'sidecar'), join(base, 'objects')],
    {
      stdio: 'ignore',
      env: { ...process.env, ROOT_ACCESS_KEY: credentials.accessKeyId, ROOT_SECRET_KEY: credentials.secretAccessKey },
    },
  );
  await connectable(port);
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  await client.send(new CreateBucketCommand({ Bucket: 'reports' }));
  return {
    endpoint,
    ...credentials,
    bucket: 'reports',
    client,
    async close() {
      client.destroy();
      server.kill();
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
      await rm(base, { recursive: true, force: true });
    },
  };
}

/** It says nothing by which one could know. */
async function connectable(port: number): Promise<void> {
  for (;;) {
    const probe = connect(port, '127.0.0.1');
    const reached = await Promise.race([once(probe, 'connect'), once(probe, 'error')]).then(
      () => true,
      () => false,
    );
    probe.destroy();
    if (reached) return;
  }
}
