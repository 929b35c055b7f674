/** Where a file's bytes go. */
export interface ByteSink {
  /** Returns once it is ready for more. Throws what the place behind it threw. */
  write(chunk: Buffer): Promise<void>;
}

/** A sink that keeps bytes back until it is ended. */
export interface EndedSink extends ByteSink {
  /** Hands on what is left. */
  finish(): Promise<void>;
  /** Frees what it holds; what is left is lost. Never throws. */
  abandon(): void;
}
