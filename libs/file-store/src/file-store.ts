import type { Readable, Writable } from 'node:stream';

/**
 * Where finished files are kept. Keys are paths of `/`-separated names, such as `jobs/<job id>/1/Flights.csv`. A file is
 * visible under its key whole or not at all. All methods throw `FileStoreError` only.
 */
export interface FileStore {
  /** Begins a file. Nothing is visible under the key before `commit`, which replaces what was there. */
  create(key: string): Promise<FileUpload>;
  /** The file's bytes, or those of the range. Throws `file_store.missing`; a range outside the file gives what overlaps. */
  read(key: string, range?: ByteRange): Promise<Readable>;
  /** Null when there is no such file. */
  stat(key: string): Promise<{ readonly bytes: number } | null>;
  /** Removes the folder with all that it holds; no error when there is none. */
  removeFolder(prefix: string): Promise<void>;
  /** Names (not keys) of the folders directly below the prefix, sorted; `''` is the root. */
  listFolders(prefix: string): Promise<string[]>;
  /**
   * Gives up uploads to which nothing was written for so many milliseconds, such as those that a crash left behind. Whoever is at one
   * of them all the same finds that its `commit` fails. Returns how many there were.
   */
  removeAbandonedUploads(untouchedForMs: number): Promise<number>;
}

/** Byte offsets, both inclusive, as in HTTP's `Range` (RFC 9110, 14.1.2); without `end`, to the end of the file. */
export interface ByteRange {
  readonly start: number;
  readonly end?: number;
}

/** A file on its way. Exactly one of `commit` and `abort` ends it. */
export interface FileUpload {
  /** Takes the bytes; emits errors as `FileStoreError`. The caller need not end it: `commit` does. */
  readonly stream: Writable;
  /** Ends the stream, makes the bytes durable, then visible. After an error nothing is visible and nothing is left. */
  commit(): Promise<void>;
  /** Drops the bytes. Harmless after `commit` and when repeated. */
  abort(): Promise<void>;
}

export type FileStoreErrorCode =
  'file_store.full' | 'file_store.missing' | 'file_store.invalid_key' | 'file_store.unavailable';

/** The store could not do it; the message is a sentence without paths or secrets. */
export class FileStoreError extends Error {
  constructor(
    readonly code: FileStoreErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'FileStoreError';
  }

  /** True when another try may well succeed: the store was out of reach or full. */
  get transient(): boolean {
    return this.code === 'file_store.unavailable' || this.code === 'file_store.full';
  }
}
