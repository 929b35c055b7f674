import { explainStart, lastComplaint } from './errors';

describe('a failed start', () => {
  it.each([
    'org.apache.kafka.common.KafkaException: Socket server failed to bind to 127.0.0.1:9092: Address already in use.',
    'ERROR [BrokerServer id=1] Socket server failed to bind to 127.0.0.1:9092\nCaused by: java.net.BindException: Address already in use',
  ])('names the port that is in use', (output) => {
    expect(explainStart(output, '/data')).toMatchObject({
      code: 'kafka.port-in-use',
      message: 'Port 9092 on 127.0.0.1 is in use: choose another one for Kafka.',
    });
  });

  it('quotes the reason, not the stack', () => {
    const output =
      'INFO starting\nERROR Exiting (kafka.Kafka)\njava.lang.IllegalStateException: no quorum\n\tat kafka.Kafka.main(Kafka.java)\n';
    expect(explainStart(output, '/data')).toMatchObject({
      code: 'kafka.start-failed',
      message: 'Kafka could not start in /data: java.lang.IllegalStateException: no quorum',
    });
  });

  it('may have none', () => {
    expect(lastComplaint('')).toBe('it wrote no reason.');
  });
});
