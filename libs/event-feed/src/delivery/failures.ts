import type { Fault } from '#event-sourcing';

/**
 * Classes of SQLSTATE (PostgreSQL, appendix A) that speak of the server, the connection, the rights or the tables, not of
 * the row that was to be written: connection, authorisation, database, transaction rollback, missing or forbidden
 * relations, resources, prerequisites, intervention, system, configuration.
 */
const SURROUNDINGS = new Set(['08', '25', '28', '3D', '40', '42', '53', '55', '57', '58', 'F0']);
const SQLSTATE = /^[0-9A-Z]{5}$/;
/** Codes of Node's network errors. */
const NETWORK =
  /^(ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENETDOWN|ENOTFOUND|EAI_AGAIN|EMFILE|ENFILE|ENOSPC)$/;
/** The PostgreSQL client gives these no code. */
const UNCODED =
  /connection terminated|client has encountered a connection error|not queryable|timeout|timed out|cannot use a pool after calling end/i;

/**
 * Whether a failure comes from the surroundings, so that the event is not to blame: it is tried again until they are well.
 * A wrong yes makes a group wait where it could have gone on, a wrong no parks sound events; in doubt it is yes.
 */
export function isOfSurroundings(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isOfSurroundings);
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  if (code !== null && SQLSTATE.test(code) && SURROUNDINGS.has(code.slice(0, 2))) return true;
  if (code !== null && NETWORK.test(code)) return true;
  return (code === null && UNCODED.test(error.message)) || isOfSurroundings(error.cause);
}

/** The failure as it is kept with a parked event. */
export function faultOf(error: unknown, tries: number): Fault {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { code: codeOf(error) ?? 'handler.failed', message: message.slice(0, 2000), tries };
}

function codeOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}
