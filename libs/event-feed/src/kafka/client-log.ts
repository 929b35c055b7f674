import { logLevel, type logCreator } from 'kafkajs';
import type { Logger } from '#platform';

/**
 * kafkajs calls an error what it tries again or throws at its caller, and information what it does at each step: its
 * errors are warnings here, its information is for debugging, and its requests one by one for tracing.
 */
const METHODS = {
  [logLevel.ERROR]: 'warn',
  [logLevel.WARN]: 'warn',
  [logLevel.INFO]: 'debug',
  [logLevel.DEBUG]: 'trace',
} as const;

/**
 * A broker's answers that the caller of the request deals with, as happens at every start and rebalance; what cannot be dealt
 * with is logged once more by whoever gave up.
 */
const ROUTINE = 'Connection';

/** Writes kafkajs's lines to the product's log. Neither passwords nor records are ever in them. */
export function clientLog(logger: Logger): { readonly logLevel: logLevel; readonly logCreator: logCreator } {
  return {
    logLevel: mostDetailed(logger),
    logCreator:
      () =>
      ({ namespace, level, log: { message, ...fields } }) => {
        if (level === logLevel.NOTHING) return;
        // The line has a time of its own already, and `logger` says no more than the message.
        const given = { ...fields, part: namespace, timestamp: undefined, logger: undefined };
        const method = namespace === ROUTINE && level === logLevel.ERROR ? 'debug' : METHODS[level];
        logger[method](given, `kafka client: ${message}`);
      },
  };
}

/** kafkajs makes no line that the log would throw away. */
function mostDetailed(logger: Logger): logLevel {
  if (logger.isLevelEnabled('trace')) return logLevel.DEBUG;
  if (logger.isLevelEnabled('debug')) return logLevel.INFO;
  return logger.isLevelEnabled('warn') ? logLevel.WARN : logLevel.NOTHING;
}
