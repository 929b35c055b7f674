import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request, Response } from 'express';
import { v4 } from 'uuid';
import { UserStore } from '#access';
import { preferences, streamOf } from '#domain';
import { execute } from '#event-sourcing';
import { html, KIND_NAMES, UNSUBSCRIBE_DAYS, UnsubscribeLinks } from '#notifications';
import type { Parts } from '#runtime';
import { originOf } from '../http/request-headers';

const PATH = '/v1/unsubscribe/:token';

type Route = (path: string, handler: (request: Request, response: Response) => void) => void;

/**
 * Where links to unsubscribe lead, without signing in. GET shows a page with a button and changes nothing, since mail programs and
 * scanners follow links; POST, by the button or by a mail program (RFC 8058), switches the kinds off.
 */
export function serveUnsubscribing(app: NestExpressApplication, parts: Parts): void {
  const express = app.getHttpAdapter().getInstance() as { readonly get: Route; readonly post: Route };
  const users = new UserStore(parts.pool);
  const links = new UnsubscribeLinks(parts.settings.AUTH_SECRET);
  const knownOf = async (request: Request) => {
    const { token } = request.params;
    const known = links.read(typeof token === 'string' ? token : '', parts.clock.now());
    return known && (await users.byId(known.userId)) ? known : null;
  };
  const answer = (handle: (request: Request) => Promise<readonly [number, string]>) => {
    return (request: Request, response: Response): void => {
      handle(request)
        .catch((error: unknown) => {
          parts.logger.error({ err: error, app: 'api', code: 'unsubscribe.failed' }, 'a person could not unsubscribe');
          return [503, page('Something went wrong', 'Try again in a moment.')] as const;
        })
        .then(([status, body]) => {
          response.status(status).setHeader('Cache-Control', 'no-store');
          response.setHeader('Referrer-Policy', 'no-referrer');
          response.type('text/html; charset=utf-8').send(body);
        })
        .catch(() => undefined);
    };
  };

  const show = answer(async (request) => {
    const known = await knownOf(request);
    if (!known) return [404, UNKNOWN];
    if (known.expired) return [410, OVER];
    return [200, page('Stop mails?', `You will get no more mails about ${namesOf(known.kinds)}.`, true)];
  });
  const unsubscribe = answer(async (request) => {
    const known = await knownOf(request);
    if (!known) return [404, UNKNOWN];
    if (known.expired) return [410, OVER];
    const { userId, kinds } = known;
    const at = parts.clock.now().toISOString();
    const outcome = await execute(parts.eventStore, preferences, {
      streamId: streamOf('preferences', userId),
      command: { type: 'Unsubscribe', userId, kinds, by: userId, at },
      context: { commandId: v4(), causationId: null, actor: userId, ...originOf(request.headers) },
    });
    if (outcome.kind !== 'done') throw new Error(`${userId} could not unsubscribe: ${outcome.kind}`);
    return [200, page('Done', `You get no more mails about ${namesOf(kinds)}. Your preferences bring them back.`)];
  });
  express.get(PATH, show);
  express.post(PATH, unsubscribe);
}

const UNKNOWN = page('This link is not valid', 'Your preferences say which messages you get.');
const OVER = page(
  'This link is over',
  `A link stops mails for ${UNSUBSCRIBE_DAYS} days after its mail was sent. Use the one in a newer mail, sign in and change your ` +
    'notification preferences, or ask an administrator to change them for you.',
);

function namesOf(kinds: readonly (keyof typeof KIND_NAMES)[]): string {
  return kinds.map((kind) => KIND_NAMES[kind]).join(', ');
}

function page(title: string, sentence: string, asks = false): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
      </head>
      <body>
        <h1>${title}</h1>
        <p>${sentence}</p>
        ${asks ? html`<form method="post"><button type="submit">Stop them</button></form>` : ''}
      </body>
    </html>`.text;
}
