/** Why a local Kafka could not be started. */
export type LocalKafkaErrorCode =
  | 'kafka.java-missing'
  | 'kafka.java-too-old'
  | 'kafka.maven-missing'
  | 'kafka.download-failed'
  | 'kafka.folder-in-use'
  | 'kafka.port-in-use'
  | 'kafka.aborted'
  | 'kafka.start-failed';

/** The one error that this folder throws on purpose; the message is one sentence that says what to do. */
export class LocalKafkaError extends Error {
  override readonly name = 'LocalKafkaError';

  constructor(
    readonly code: LocalKafkaErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Turns what a broker wrote before it gave up into an error with a code. */
export function explainStart(output: string, folder: string): LocalKafkaError {
  const port = /Socket server failed to bind to [^:]*:(\d+)|Address already in use[^]*?:(\d+)/.exec(output);
  if (port || output.includes('Address already in use')) {
    const number = port?.[1] ?? port?.[2];
    return new LocalKafkaError(
      'kafka.port-in-use',
      `${number === undefined ? 'A port' : `Port ${number}`} on 127.0.0.1 is in use: choose another one for Kafka.`,
    );
  }
  return new LocalKafkaError('kafka.start-failed', `Kafka could not start in ${folder}: ${lastComplaint(output)}`);
}

/** The last line that looks like a reason, without the frames of a stack. */
export function lastComplaint(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '' && !/^\s+at /.test(line));
  const complaint = lines.findLast((line) => /ERROR|FATAL|Exception|[Ee]rror:/.test(line)) ?? lines.at(-1);
  return complaint?.trim() ?? 'it wrote no reason.';
}

export const aborted = () => new LocalKafkaError('kafka.aborted', 'The start of Kafka was broken off on request.');
