import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import { channelConformance, fileOf, largeFile, parcelOf, type ArrivedFile, type ChannelUnderTest } from '../testing';
import { hasS3Server, startS3Server, type S3Server } from '../testing/s3-server';
import { unusedPort } from '../testing/unused-port';
import { S3Channel } from './s3-channel';
import type { S3Options } from './s3-options';

const optionsOf = ({ endpoint, bucket, accessKeyId, secretAccessKey }: S3Server): S3Options => ({
  endpoint,
  bucket,
  region: 'us-east-1',
  pathStyle: true,
  credentials: { accessKeyId, secretAccessKey },
});

async function keysOf({ client, bucket }: S3Server): Promise<string[]> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
  return Contents.map(({ Key = '' }) => Key);
}

async function read({ client, bucket }: S3Server, key: string): Promise<ArrivedFile> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of Body as Readable as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { name: key, bytes, sha256: hash.digest('hex') };
}

async function make(): Promise<ChannelUnderTest> {
  const server = await startS3Server();
  const options = optionsOf(server);
  const wrong = { accessKeyId: server.accessKeyId, secretAccessKey: 'wrong-secret-key-72' };
  return {
    channel: new S3Channel(options),
    away: new S3Channel({ ...options, endpoint: `http://127.0.0.1:${await unusedPort()}` }),
    refused: new S3Channel({ ...options, credentials: wrong }),
    secrets: [server.secretAccessKey, wrong.secretAccessKey, server.accessKeyId],
    arrived: async () => await Promise.all((await keysOf(server)).map((key) => read(server, key))),
    texts: () => Promise.resolve([]),
    identities: () => keysOf(server),
    leftovers: async () => {
      const { Uploads = [] } = await server.client.send(new ListMultipartUploadsCommand({ Bucket: server.bucket }));
      return Uploads.map(({ Key = '' }) => Key);
    },
    dispose: () => server.close(),
  };
}

if (hasS3Server()) {
  channelConformance('S3', { carries: 'files' }, make);

  describe('S3', () => {
    let server: S3Server;
    beforeAll(async () => {
      server = await startS3Server();
    });
    afterAll(() => server.close());
    const never = new AbortController().signal;
    const send = (more: Partial<S3Options> = {}, files = [fileOf('a.csv', 'a')]) =>
      new S3Channel({ ...optionsOf(server), ...more }).send(parcelOf(files), never);

    it('holds the files below the prefix, with what they are', async () => {
      const receipt = await send({ prefix: 'out/daily', pattern: '{reportDate}-{file}' });
      const key = 'out/daily/2026-11-26-a.csv';
      const head = await server.client.send(
        new HeadObjectCommand({ Bucket: 'reports', Key: key, ChecksumMode: 'ENABLED' }),
      );
      expect(head).toMatchObject({
        ContentLength: 1,
        ContentType: 'text/csv; charset=utf-8',
        ChecksumCRC32: '6Le+Qw==',
        Metadata: {
          sha256: 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb',
          'delivery-id': '5a0e4c1c-7b1f-4a5e-9d57-7a1f6d1f0a11',
        },
      });
      expect(receipt).toMatchObject({
        destination: 's3://reports/out/daily',
        files: [{ name: key, reference: head.ETag }],
      });
    });

    it.each([[true], [false]])('takes a file in parts, with checksums: %s', async (checksums) => {
      const large = largeFile('parts.bin', 200);
      await send({ checksums }, [large]);
      expect(await read(server, 'parts.bin')).toMatchObject({ bytes: large.bytes, sha256: large.sha256 });
    });

    it('says that there is no such bucket', async () => {
      await expect(send({ bucket: 'nowhere' })).rejects.toMatchObject({
        code: 'delivery.destination_missing',
        transient: false,
      });
    });
  });
} else {
  process.stderr.write('S3 DID NOT MEET A SERVER: versitygw is not in the PATH.\n');
  it.skip('delivery channel conformance: S3', () => undefined);
}
