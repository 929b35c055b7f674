import type { NextFunction, Request, Response } from 'express';
import type { Parts } from '#runtime';
import { originOf } from './request-headers';
import { requestState, setRequestState } from './request-state';

/** The first middleware: gives the request its correlation id and, once it is answered, one line in the log. */
export function logRequests(parts: Parts) {
  const logger = parts.logger.child({ app: 'api' });
  return (request: Request, response: Response, next: NextFunction): void => {
    const begun = performance.now();
    setRequestState(request, {
      ...originOf(request.headers),
      receivedAt: parts.clock.now(),
      session: null,
      route: null,
    });
    const state = requestState(request);
    response.setHeader('X-Correlation-Id', state.correlationId);
    response.once('close', () => {
      const line = {
        method: request.method,
        // Never the address itself: ids are fine, but people type secrets into queries.
        route: state.route ?? 'unknown',
        status: response.statusCode,
        ms: Math.round(performance.now() - begun),
        userId: state.session?.user.userId,
        correlationId: state.correlationId,
        ...(!response.writableFinished && { aborted: true }),
      };
      // Somebody who follows a job asks several times a second: what changed nothing and went well is for debugging.
      const uneventful = request.method === 'GET' && response.statusCode < 400;
      logger[uneventful ? 'debug' : 'info'](line, 'request');
    });
    next();
  };
}
