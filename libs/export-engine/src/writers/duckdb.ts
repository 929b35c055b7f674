import { createRequire } from 'node:module';
import type * as DuckDB from '@duckdb/node-api';

const requireHere = createRequire(__filename);

/** Milliseconds between two interruptions: one that comes before the statement has begun has no effect. */
const INTERRUPT_AGAIN_MS = 100;

/** A DuckDB in memory that sees one folder and nothing else: no other file, no network, no extension. */
export interface RestrictedDuckDB {
  /** Runs a statement in a thread of its own, and ends it when the signal aborts. Throws what DuckDB throws. */
  run(statement: string, signal: AbortSignal): Promise<void>;
  /** A text as a literal of a statement, which may not take parameters. */
  quotedString(text: string): string;
  /** A name as a statement has it. */
  quotedIdentifier(name: string): string;
  close(): void;
}

/**
 * @param folder what is too large for memory goes here as well
 * @param memoryMib what it may take at most
 */
export async function openRestrictedDuckDB(folder: string, memoryMib: number): Promise<RestrictedDuckDB> {
  // Loaded here only: most exports have no use for the native library's memory. By require, since Jest knows no import().
  const { DuckDBInstance, quotedIdentifier, quotedString } = requireHere('@duckdb/node-api') as typeof DuckDB;
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${memoryMib}MiB`,
    // One thread keeps the rows in order by itself, and leaves the other cores to the database and to other exports.
    threads: '1',
    preserve_insertion_order: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    temp_directory: folder,
  });
  const connection = await instance.connect();
  const close = (): void => {
    connection.closeSync();
    instance.closeSync();
  };
  try {
    await connection.run(`SET allowed_directories = [${quotedString(folder)}]`);
    await connection.run('SET enable_external_access = false');
    await connection.run('SET lock_configuration = true');
  } catch (error) {
    close();
    throw error;
  }
  return { run: (statement, signal) => run(connection, statement, signal), quotedString, quotedIdentifier, close };
}

async function run(connection: DuckDB.DuckDBConnection, statement: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let repeat: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    connection.interrupt();
    repeat = setInterval(() => connection.interrupt(), INTERRUPT_AGAIN_MS);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await connection.run(statement);
  } finally {
    signal.removeEventListener('abort', onAbort);
    clearInterval(repeat);
  }
}
