import { serverProperties, type ClusterPlan } from './server-properties';

const ports = (first: number) => ({ client: first, internal: first + 1, controller: first + 2 });

function settingsOf(id: number, plan: ClusterPlan): Readonly<Record<string, string>> {
  const lines = serverProperties(id, '/data/node', plan).trimEnd().split('\n');
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

describe("a node's settings", () => {
  it('keep one node to one copy, on loopback alone', () => {
    expect(settingsOf(1, { ports: [ports(1000)] })).toMatchObject({
      listeners: 'CLIENT://127.0.0.1:1000,INTERNAL://127.0.0.1:1001,CONTROLLER://127.0.0.1:1002',
      'listener.security.protocol.map': 'CLIENT:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT',
      'controller.quorum.voters': '1@127.0.0.1:1002',
      'offsets.topic.replication.factor': '1',
      'min.insync.replicas': '1',
      'auto.create.topics.enable': 'false',
      'log.dirs': '/data/node/data',
    });
  });

  it('let three nodes lose one', () => {
    expect(settingsOf(2, { ports: [ports(1000), ports(2000), ports(3000)] })).toMatchObject({
      'node.id': '2',
      'advertised.listeners': 'CLIENT://127.0.0.1:2000,INTERNAL://127.0.0.1:2001',
      'controller.quorum.voters': '1@127.0.0.1:1002,2@127.0.0.1:2002,3@127.0.0.1:3002',
      'default.replication.factor': '3',
      'offsets.topic.replication.factor': '3',
      'transaction.state.log.min.isr': '2',
      'min.insync.replicas': '2',
    });
  });

  it.each([
    [{ sasl: true, tls: false }, 'SASL_PLAINTEXT'],
    [{ sasl: false, tls: true }, 'SSL'],
    [{ sasl: true, tls: true }, 'SASL_SSL'],
  ])('protect the listener of clients: %j is %s', ({ sasl, tls }, protocol) => {
    const settings = settingsOf(1, {
      ports: [ports(1000)],
      sasl: sasl ? { username: 'ann', password: 'secret' } : undefined,
      keyStore: tls ? { path: '/data/broker.p12', password: 'other' } : undefined,
    });
    expect(settings['listener.security.protocol.map']).toBe(
      `CLIENT:${protocol},INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT`,
    );
    expect('sasl.enabled.mechanisms' in settings).toBe(sasl);
    expect('listener.name.client.ssl.keystore.location' in settings).toBe(tls);
  });

  it('are those of a node of the plan', () => {
    expect(() => serverProperties(2, '/data', { ports: [ports(1000)] })).toThrow(RangeError);
  });
});
