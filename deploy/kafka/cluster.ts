import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { javaOptions } from './broker-process';
import { explainStart, LocalKafkaError } from './errors';
import { run } from './programs';
import { loggingProperties, serverProperties, type ClusterPlan, type NodePorts } from './server-properties';

export interface FormatOptions {
  readonly java: string;
  readonly jars: string;
  /** The cluster's folder; each node has its own in it. */
  readonly dataDir: string;
  readonly plan: ClusterPlan;
  readonly signal?: AbortSignal | undefined;
}

export const nodeFolder = (dataDir: string, id: number) => join(dataDir, `node-${id}`);

/** Writes every node's settings, and formats the storage of those that have none yet. */
export async function prepareNodes(options: FormatOptions): Promise<void> {
  const { dataDir, plan } = options;
  const cluster = await clusterId(dataDir);
  await Promise.all(
    plan.ports.map(async (_, index) => {
      const id = index + 1;
      const folder = nodeFolder(dataDir, id);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(join(folder, 'server.properties'), serverProperties(id, folder, plan), { mode: 0o600 });
      await writeFile(join(folder, 'log4j2.properties'), loggingProperties);
      // Kafka writes this file last of all.
      if (!existsSync(join(folder, 'data', 'meta.properties'))) await format(folder, cluster, options);
    }),
  );
}

async function format(folder: string, cluster: string, { java, jars, plan, signal }: FormatOptions): Promise<void> {
  const { sasl } = plan;
  const users = sasl
    ? ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
        '--add-scram',
        `${mechanism}=[name=${sasl.username},password=${sasl.password}]`,
      ])
    : [];
  try {
    await run(
      java,
      [
        ...javaOptions,
        `-Dlog4j2.configurationFile=${join(folder, 'log4j2.properties')}`,
        ...['-cp', join(jars, '*'), 'kafka.tools.StorageTool', 'format', '--cluster-id', cluster],
        ...['--config', join(folder, 'server.properties'), ...users],
      ],
      { cwd: folder, signal },
    );
  } catch (error) {
    if (error instanceof LocalKafkaError) throw error;
    throw explainStart(error instanceof Error ? error.message : String(error), folder);
  }
}

/** The same for all nodes and all starts: 16 random bytes in base64url, as Kafka's own tool makes them. */
async function clusterId(dataDir: string): Promise<string> {
  const path = join(dataDir, 'cluster-id');
  if (existsSync(path)) return (await readFile(path, 'utf8')).trim();
  // Kafka's tool takes an id that begins with a dash for an option.
  const id = `K${randomBytes(16).toString('base64url').slice(1)}`;
  await writeFile(`${path}.partial`, id);
  await rename(`${path}.partial`, path);
  return id;
}

/** Free ports on 127.0.0.1 for a number of nodes; the first node's clients get the port given. */
export async function choosePorts(nodes: number, given?: number): Promise<NodePorts[]> {
  const [first = 0, ...rest] = await freePorts(nodes * 3);
  const ports = [given ?? first, ...rest];
  return Array.from({ length: nodes }, (_, index) => {
    const [client = 0, internal = 0, controller = 0] = ports.slice(index * 3);
    return { client, internal, controller };
  });
}

/** All are held until the last one is known, so that none comes twice. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)));
  return Promise.all(servers.map(({ port, close }) => close().then(() => port)));
}

/** @throws LocalKafkaError `kafka.port-in-use` */
export async function requireFreePort(port: number): Promise<void> {
  try {
    await (await listen(port)).close();
  } catch (cause) {
    throw new LocalKafkaError(
      'kafka.port-in-use',
      `Port ${port} on 127.0.0.1 is in use: choose another one for Kafka.`,
      { cause },
    );
  }
}

function listen(port: number): Promise<{ port: number; close: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address ? address.port : 0,
        close: () => new Promise((closed) => server.close(() => closed())),
      });
    });
  });
}
