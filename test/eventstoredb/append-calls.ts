import type { sendUnaryData, ServerDuplexStream, ServerReadableStream } from '@grpc/grpc-js';
import { AllStreamPosition, Empty, WrongExpectedVersion } from '@eventstore/db-client/generated/shared_pb';
import { Status } from '@eventstore/db-client/generated/status_pb';
import type { AppendReq } from '@eventstore/db-client/generated/streams_pb';
import { AppendResp, BatchAppendResp, type BatchAppendReq } from '@eventstore/db-client/generated/streams_pb';
import { Any } from 'google-protobuf/google/protobuf/any_pb';
import type { Decision, Expected, Proposed, TransactionLog } from './log';

/** One append a call: the stream's name and expectation first, then an event a message. */
export function answerAppend(
  log: TransactionLog,
  call: ServerReadableStream<AppendReq, AppendResp>,
  answer: sendUnaryData<AppendResp>,
): void {
  let options: AppendReq.Options | undefined;
  const events: Proposed[] = [];
  call.on('data', (request: AppendReq) => {
    options ??= request.getOptions();
    const message = request.getProposedMessage();
    if (message) events.push(proposed(message));
  });
  call.on('end', () => {
    if (options) answer(null, appendResponse(log.append(streamOf(options), expectedOf(options), events)));
  });
}

/** Many appends over one stream of requests, told apart by their correlation ids; large ones come in parts. */
export function answerBatchAppend(
  log: TransactionLog,
  call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>,
): void {
  const open = new Map<string, { readonly options: BatchAppendReq.Options; readonly events: Proposed[] }>();
  call.on('data', (request: BatchAppendReq) => {
    const correlation = request.getCorrelationId()!;
    const options = request.getOptions();
    const append = open.get(correlation.getString()) ?? (options && { options, events: [] });
    if (!append) return;
    open.set(correlation.getString(), append);
    append.events.push(...request.getProposedMessagesList().map(proposed));
    if (!request.getIsFinal()) return;
    open.delete(correlation.getString());
    const decision = log.append(streamOf(append.options), batchExpectedOf(append.options), append.events);
    call.write(
      batchResponse(decision).setCorrelationId(correlation).setStreamIdentifier(append.options.getStreamIdentifier()),
    );
  });
  call.on('end', () => call.end());
}

function proposed(message: AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage): Proposed {
  const properties = message.getMetadataMap();
  return {
    id: message.getId()?.getString() ?? '',
    type: properties.get('type') ?? '',
    contentType: properties.get('content-type') ?? '',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

function streamOf(options: AppendReq.Options | BatchAppendReq.Options): string {
  return Buffer.from(options.getStreamIdentifier()!.getStreamName_asU8()).toString('utf8');
}

function expectedOf(options: AppendReq.Options): Expected {
  if (options.hasNoStream()) return 'no-stream';
  if (options.hasStreamExists()) return 'stream-exists';
  return options.hasAny() ? 'any' : Number(options.getRevision());
}

function batchExpectedOf(options: BatchAppendReq.Options): Expected {
  if (options.hasNoStream()) return 'no-stream';
  if (options.hasStreamExists()) return 'stream-exists';
  return options.hasAny() ? 'any' : Number(options.getStreamPosition());
}

function appendResponse(decision: Decision): AppendResp {
  if (decision.ok) {
    const { revision, position } = decision.last;
    const at = new AppendResp.Position().setCommitPosition(`${position}`).setPreparePosition(`${position}`);
    return new AppendResp().setSuccess(
      new AppendResp.Success().setCurrentRevision(revision.toString()).setPosition(at),
    );
  }
  const wrong = new AppendResp.WrongExpectedVersion();
  if (decision.current < 0) wrong.setCurrentNoStream(new Empty());
  else wrong.setCurrentRevision(decision.current.toString());
  return new AppendResp().setWrongExpectedVersion(wrong);
}

function batchResponse(decision: Decision): BatchAppendResp {
  if (decision.ok) {
    const { revision, position } = decision.last;
    const at = new AllStreamPosition().setCommitPosition(`${position}`).setPreparePosition(`${position}`);
    return new BatchAppendResp().setSuccess(
      new BatchAppendResp.Success().setCurrentRevision(revision.toString()).setPosition(at),
    );
  }
  const wrong = new WrongExpectedVersion();
  if (decision.current >= 0) wrong.setCurrentStreamRevision(decision.current.toString());
  const details = new Any();
  details.pack(wrong.serializeBinary(), 'event_store.client.WrongExpectedVersion');
  return new BatchAppendResp().setError(new Status().setMessage('WrongExpectedVersion').setDetails(details));
}
