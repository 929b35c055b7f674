export { prepareKafka } from './download';
export type { LocalKafkaErrorCode } from './errors';
export { LocalKafkaError } from './errors';
export type { LocalKafka, LocalKafkaNode, LocalKafkaOptions } from './local-kafka';
export { startKafka } from './local-kafka';
export type { SaslUser } from './server-properties';
