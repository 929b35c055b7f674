import { join } from 'node:path';

/** A user who may sign in by PLAIN and both kinds of SCRAM. */
export interface SaslUser {
  readonly username: string;
  readonly password: string;
}

export interface KeyStore {
  readonly path: string;
  readonly password: string;
}

/** Where one node listens on 127.0.0.1. */
export interface NodePorts {
  readonly client: number;
  /** For the other brokers. */
  readonly internal: number;
  /** For the quorum that keeps the metadata. */
  readonly controller: number;
}

export interface ClusterPlan {
  /** One for each node; node 1 is the first. */
  readonly ports: readonly NodePorts[];
  readonly sasl?: SaslUser | undefined;
  readonly keyStore?: KeyStore | undefined;
}

/**
 * A node's settings as the text of its `server.properties` (https://kafka.apache.org/documentation/#brokerconfigs). Each node is
 * broker and controller; only the clients' listener speaks TLS and asks for a sign-in. The text holds passwords.
 */
export function serverProperties(id: number, folder: string, { ports, sasl, keyStore }: ClusterPlan): string {
  const own = ports[id - 1];
  if (own === undefined) throw new RangeError(`There is no node ${id} among ${ports.length}.`);
  const copies = Math.min(3, ports.length);
  const inSync = ports.length > 1 ? 2 : 1;
  const lines: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': id,
    'controller.quorum.voters': ports.map(({ controller }, index) => `${index + 1}@127.0.0.1:${controller}`).join(','),
    listeners: `CLIENT://127.0.0.1:${own.client},INTERNAL://127.0.0.1:${own.internal},CONTROLLER://127.0.0.1:${own.controller}`,
    'advertised.listeners': `CLIENT://127.0.0.1:${own.client},INTERNAL://127.0.0.1:${own.internal}`,
    'listener.security.protocol.map': `CLIENT:${protocol(sasl, keyStore)},INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT`,
    'inter.broker.listener.name': 'INTERNAL',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': join(folder, 'data'),
    // Topics are made with their settings or not at all.
    'auto.create.topics.enable': false,
    'default.replication.factor': copies,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': copies,
    'offsets.topic.num.partitions': 3,
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': 3,
    'share.coordinator.state.topic.replication.factor': copies,
    'share.coordinator.state.topic.min.isr': inSync,
    'share.coordinator.state.topic.num.partitions': 3,
    // A group's first member need not wait for others: there are few of them here.
    'group.initial.rebalance.delay.ms': 0,
    // A killed broker is missed soon.
    'broker.session.timeout.ms': 6_000,
    // One developer's load: few threads and little memory.
    'num.network.threads': 2,
    'num.io.threads': 4,
    'log.cleaner.dedupe.buffer.size': 8 * 2 ** 20,
    ...(sasl && signIn(sasl)),
    ...(keyStore && {
      'listener.name.client.ssl.keystore.type': 'PKCS12',
      'listener.name.client.ssl.keystore.location': keyStore.path,
      'listener.name.client.ssl.keystore.password': keyStore.password,
      'listener.name.client.ssl.key.password': keyStore.password,
    }),
  };
  return Object.entries(lines)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function protocol(sasl: SaslUser | undefined, keyStore: KeyStore | undefined): string {
  if (sasl) return keyStore ? 'SASL_SSL' : 'SASL_PLAINTEXT';
  return keyStore ? 'SSL' : 'PLAINTEXT';
}

function signIn({ username, password }: SaslUser): Record<string, string> {
  const modules = 'org.apache.kafka.common.security';
  return {
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'listener.name.client.plain.sasl.jaas.config': `${modules}.plain.PlainLoginModule required user_${username}="${password}";`,
    'listener.name.client.scram-sha-256.sasl.jaas.config': `${modules}.scram.ScramLoginModule required;`,
    'listener.name.client.scram-sha-512.sasl.jaas.config': `${modules}.scram.ScramLoginModule required;`,
  };
}

/** log4j's settings: warnings to standard output, and the one line that says that the broker is ready. */
export const loggingProperties = `
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d] %p %m (%c)%n
rootLogger.level = WARN
rootLogger.appenderRef.console.ref = console
logger.ready.name = kafka.server.KafkaRaftServer
logger.ready.level = INFO
`;
