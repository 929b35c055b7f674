import type { Kafka, ProducerBatch, ProducerConfig, RecordMetadata } from 'kafkajs';
import type { EventRecord } from '#event-sourcing';
import { NotAcknowledged, RecordPublisher } from './record-publisher';

const never = new AbortController().signal;
const parcel: readonly EventRecord[] = ['a', 'b', 'c', 'd', 'e', 'f'].map((key) => ({
  topic: 'events',
  key,
  value: Buffer.from(key),
  headers: {},
}));

type Answer = (all: readonly RecordMetadata[]) => Promise<readonly RecordMetadata[]>;

/** A Kafka with one topic of three partitions, whose producers answer as told, and what became of them. */
function kafkaThat(answer: Answer) {
  const told = { made: 0, disconnected: 0 };
  const producer = ({ createPartitioner }: ProducerConfig) => {
    told.made += 1;
    const choose = createPartitioner!();
    const partitionMetadata = [0, 1, 2].map((partitionId) => ({
      ...{ partitionId, partitionErrorCode: 0, leader: 1, replicas: [1], isr: [1] },
    }));
    return {
      connect: () => Promise.resolve(),
      disconnect: () => Promise.resolve(void (told.disconnected += 1)),
      sendBatch: ({ topicMessages = [] }: ProducerBatch) => {
        const partitions = topicMessages.flatMap(({ topic, messages }) =>
          messages.map((message) => choose({ topic, partitionMetadata, message })),
        );
        const all = [...new Set(partitions)].map((partition) => ({ topicName: 'events', partition, errorCode: 0 }));
        return answer(all);
      },
    };
  };
  return { kafka: { producer } as unknown as Kafka, told };
}

it('keeps its producer as long as every partition acknowledges', async () => {
  const { kafka, told } = kafkaThat((all) => Promise.resolve(all));
  const publisher = new RecordPublisher(kafka);
  await publisher.send(parcel, never);
  await publisher.send(parcel, never);
  await publisher.close();
  expect(told).toEqual({ made: 1, disconnected: 1 });
});

it('does not take the answer of some partitions for that of all', async () => {
  const { kafka } = kafkaThat((all) => Promise.resolve(all.filter(({ partition }) => partition !== 1)));
  const sending = new RecordPublisher(kafka).send(parcel, never);
  await expect(sending).rejects.toThrow(NotAcknowledged);
  await expect(sending).rejects.toThrow('Kafka did not acknowledge what was sent to events/1');
});

it('replaces a producer that failed', async () => {
  let fails = true;
  const { kafka, told } = kafkaThat((all) => (fails ? Promise.reject(new Error('broker gone')) : Promise.resolve(all)));
  const publisher = new RecordPublisher(kafka);
  await expect(publisher.send(parcel, never)).rejects.toThrow('broker gone');
  fails = false;
  await publisher.send(parcel, never);
  expect(told.made).toBe(2);
  expect(told.disconnected).toBeGreaterThan(0);
});

it('waits for no answer once it is told to give up', async () => {
  const { kafka, told } = kafkaThat(() => new Promise(() => undefined));
  const givingUp = new AbortController();
  const sending = new RecordPublisher(kafka).send(parcel, givingUp.signal);
  givingUp.abort(new Error('no longer the leader'));
  await expect(sending).rejects.toThrow('no longer the leader');
  expect(told.disconnected).toBe(1);
});
