import type { LoggerService } from '@nestjs/common';
import type { Logger } from '#platform';

/** Sends Nest's own lines to our log; what it says at start is for its developers and goes to debug. */
export class NestLogger implements LoggerService {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  log(message: unknown, context?: unknown): void {
    this.#logger.debug({ context }, String(message));
  }

  debug(message: unknown, context?: unknown): void {
    this.#logger.debug({ context }, String(message));
  }

  verbose(message: unknown, context?: unknown): void {
    this.#logger.trace({ context }, String(message));
  }

  warn(message: unknown, context?: unknown): void {
    this.#logger.warn({ context }, String(message));
  }

  error(message: unknown, stack?: unknown, context?: unknown): void {
    this.#logger.error({ context, stack }, String(message));
  }
}
