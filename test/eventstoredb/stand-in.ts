import { Server, ServerCredentials } from '@grpc/grpc-js';
import {
  ServerFeaturesService,
  type IServerFeaturesServer,
} from '@eventstore/db-client/generated/serverfeatures_grpc_pb';
import { SupportedMethod, SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb';
import { StreamsService, type IStreamsServer } from '@eventstore/db-client/generated/streams_grpc_pb';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb';
import { answerAppend, answerBatchAppend } from './append-calls';
import { TransactionLog } from './log';
import { answerRead } from './read-calls';

export interface StandIn {
  /** A connection string for the client. */
  readonly url: string;
  readonly log: TransactionLog;
  /** Where the subscriptions asked for so far began. */
  readonly subscriptions: readonly (bigint | 'start' | 'end')[];
  /** Breaks all connections; clients may connect again at once. */
  breakConnections(): void;
  /** From now on calls are taken and never answered. */
  fallSilent(): void;
  close(): void;
}

/**
 * A gRPC server for EventStoreDB's client, made from the client's own service definitions: appends, reads, subscriptions to
 * `$all` and server features, in memory, on a free port of the loopback. It stands in for the real server on the wire.
 */
export async function startStandIn(): Promise<StandIn> {
  const log = new TransactionLog();
  const server = new Server();
  const subscriptions: (bigint | 'start' | 'end')[] = [];
  let silent = false;
  const streams: Pick<IStreamsServer, 'append' | 'batchAppend' | 'read'> = {
    append: (call, answer) => {
      if (!silent) answerAppend(log, call, answer);
    },
    batchAppend: (call) => {
      if (!silent) answerBatchAppend(log, call);
    },
    read: (call) => {
      if (call.request.getOptions()?.hasSubscription()) subscriptions.push(beginningOf(call.request));
      if (!silent) void answerRead(log, call);
    },
  };
  const features: Pick<IServerFeaturesServer, 'getSupportedMethods'> = {
    getSupportedMethods: (_, answer) => {
      if (!silent) answer(null, supportedMethods());
    },
  };
  server.addService(StreamsService, streams);
  server.addService(ServerFeaturesService, features);
  const port = await listen(server);
  return {
    url: `esdb://127.0.0.1:${port}?tls=false`,
    log,
    subscriptions,
    breakConnections: () => server.drain(`127.0.0.1:${port}`, 0),
    fallSilent: () => (silent = true),
    close: () => server.forceShutdown(),
  };
}

function beginningOf(request: ReadReq): bigint | 'start' | 'end' {
  const all = request.getOptions()?.getAll();
  if (all?.hasPosition()) return BigInt(all.getPosition()!.getCommitPosition());
  return all?.hasEnd() ? 'end' : 'start';
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error);
      else resolve(port);
    });
  });
}

function supportedMethods(): SupportedMethods {
  const methods = ['append', 'batchAppend', 'read'].map((name) =>
    new SupportedMethod().setServiceName('event_store.client.streams.Streams').setMethodName(name.toLowerCase()),
  );
  return new SupportedMethods().setEventStoreServerVersion('24.10.0').setMethodsList(methods);
}
