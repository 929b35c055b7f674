/** Why an embedded PostgreSQL could not be started; the message is one sentence that says what to do. */
export type EmbeddedPostgresErrorCode =
  | 'postgres.platform_unsupported'
  | 'postgres.folder_not_writable'
  | 'postgres.folder_unreachable'
  | 'postgres.folder_in_use'
  | 'postgres.disk_full'
  | 'postgres.port_in_use'
  | 'postgres.other_version'
  | 'postgres.password_missing'
  | 'postgres.aborted'
  | 'postgres.start_failed';

/** The one error that this folder throws on purpose. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';

  constructor(
    readonly code: EmbeddedPostgresErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Turns a failed file operation, or what PostgreSQL's programs wrote before they gave up, into an error with a code.
 *
 * @param cause  an error of `node:fs` or `node:child_process`, or the programs' output
 * @param folder the folder the operation was about
 */
export function explainFailure(cause: unknown, folder: string): EmbeddedPostgresError {
  if (cause instanceof EmbeddedPostgresError) return cause;
  const errno = errorCode(cause);
  const text = typeof cause === 'object' && cause && 'message' in cause ? String(cause.message) : String(cause);
  const fail = (code: EmbeddedPostgresErrorCode, message: string) =>
    new EmbeddedPostgresError(code, message, { cause });

  if (errno === 'ENOSPC' || errno === 'EDQUOT' || /No space left on device|Disk quota exceeded/.test(text)) {
    return fail(
      'postgres.disk_full',
      `The disk of ${folder} is full: free some space, or set DATA_DIR to another disk.`,
    );
  }
  if (/^(EACCES|EPERM|EROFS|ENOTDIR|EEXIST)$/.test(errno) || /Permission denied|Read-only file system/.test(text)) {
    return fail(
      'postgres.folder_not_writable',
      `${folder} cannot be written by this user: correct its owner or rights, or set DATA_DIR to a folder of your own.`,
    );
  }
  const port = /could not bind IPv4 address.*: Address already in use[^]*?port (\d+)/.exec(text);
  if (port) {
    return fail(
      'postgres.port_in_use',
      `Port ${String(port[1])} on 127.0.0.1 is in use: choose another one for PostgreSQL.`,
    );
  }
  return fail('postgres.start_failed', `PostgreSQL could not start in ${folder}: ${lastComplaint(text)}`);
}

/** The `code` of a system error such as `ENOENT`, else an empty string; `instanceof` fails on errors of another realm. */
export function errorCode(error: unknown): string {
  return typeof error === 'object' && error && 'code' in error ? String(error.code) : '';
}

function lastComplaint(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const complaint = lines.findLast((line) => /FATAL|PANIC|error:/.test(line)) ?? lines.at(-1) ?? 'it wrote no reason.';
  return complaint.trim();
}
