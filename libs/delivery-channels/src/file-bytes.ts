import { createHash } from 'node:crypto';
import { addAbortSignal, Transform, type Readable } from 'node:stream';
import type { ParcelFile } from './delivery-channel';
import { DeliveryError } from './delivery-error';
import { oneLine } from './text-line';
import { orAborted } from './time-limit';

/**
 * The bytes of a file, checked as they flow: the stream fails with `delivery.file_changed` before its end when size or SHA-256 are not what the
 * parcel says, and with `delivery.file_unreadable` when the source fails. So no channel can finish a file that is not whole. An aborted
 * signal ends it with an `AbortError`.
 */
export async function openFile(file: ParcelFile, signal?: AbortSignal): Promise<Readable> {
  const source = await opened(file, signal);
  const hash = createHash('sha256');
  let bytes = 0;
  const checked = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      hash.update(chunk);
      if (bytes > file.bytes) done(changed(file));
      else done(null, chunk);
    },
    flush(done) {
      if (bytes === file.bytes && hash.digest('hex') === file.sha256) done();
      else done(changed(file));
    },
  });
  // A source that closes without an end has failed too, though it says nothing.
  source.once('error', () => checked.destroy(unreadable(file)));
  source.once('close', () => {
    if (!source.readableEnded) checked.destroy(unreadable(file));
  });
  checked.once('close', () => source.destroy());
  source.pipe(checked);
  return signal ? addAbortSignal(signal, checked) : checked;
}

async function opened(file: ParcelFile, signal: AbortSignal | undefined): Promise<Readable> {
  const opening = file.open();
  try {
    return await (signal ? orAborted(opening, signal) : opening);
  } catch (error) {
    // It may still open, and nobody would close it.
    opening.then((late) => late.destroy()).catch(() => undefined);
    throw signal?.aborted === true ? error : unreadable(file);
  }
}

const unreadable = ({ name }: ParcelFile): DeliveryError =>
  new DeliveryError('delivery.file_unreadable', `The report's file "${oneLine(name)}" could not be read.`, true);

const changed = ({ name }: ParcelFile): DeliveryError =>
  new DeliveryError(
    'delivery.file_changed',
    `The report's file "${oneLine(name)}" is not the one that the report made: run the report again.`,
    false,
  );
