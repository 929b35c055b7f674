import type { NestExpressApplication } from '@nestjs/platform-express';
import { NestFactory } from '@nestjs/core';
import helmet from 'helmet';
import { NestLogger, rootModule, type Parts } from '#runtime';
import { ApiModule } from './api.module';
import { parseJsonBody } from './http/request-body';
import { logRequests } from './http/request-log';
import { answerUnreadable } from './http/unreadable';
import { serveUnsubscribing } from './notifications/unsubscribing';
import { servePages } from './pages/pages';

/** A request that has not arrived by then is broken off. Answers may take longer: downloads and event streams do. */
const REQUEST_MS = 60_000;
const HEADERS_MS = 15_000;
/** Longer than the idle time of the proxies in front, which else send into a connection that is just being closed. */
const KEEP_ALIVE_MS = 75_000;

/** Sets the application up for HTTP: headers, limits, log, documentation pages. Call before it listens. */
export function configureApi(app: NestExpressApplication, parts: Parts): void {
  app.disable('x-powered-by');
  // Entity tags are revisions, given by the routes themselves.
  app.set('etag', false);
  app.use(logRequests(parts));
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          // The pages' style sheets carry their small pictures inside.
          imgSrc: ["'self'", 'data:'],
          objectSrc: ["'none'"],
          baseUri: ["'none'"],
          frameAncestors: ["'none'"],
          formAction: ["'self'"],
        },
      },
      // Whether there is TLS is known to the proxy in front, not here.
      strictTransportSecurity: false,
      crossOriginEmbedderPolicy: false,
    }),
  );
  app.use(parseJsonBody);
  servePages(app);
  serveUnsubscribing(app, parts);
  const server = app.getHttpServer();
  server.requestTimeout = REQUEST_MS;
  server.headersTimeout = HEADERS_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.on('clientError', answerUnreadable);
}

/** The API alone as a Nest application, ready to listen. */
export async function createApiApplication(parts: Parts): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(rootModule(ApiModule, parts), {
    logger: new NestLogger(parts.logger),
    abortOnError: false,
    bodyParser: false,
    // Idle and streaming connections would hold up the stop.
    forceCloseConnections: true,
  });
  configureApi(app, parts);
  return app;
}
