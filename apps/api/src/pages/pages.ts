import type { NestExpressApplication } from '@nestjs/platform-express';
import { static as serveFolder, type Request, type Response } from 'express';
import { absolutePath } from 'swagger-ui-dist';
import { openApiDocument } from '../openapi/document';
import { documentationPage, initializer, startPage } from './html';

/** The only files of Swagger UI that the page needs. */
const ASSETS = /^\/(swagger-ui\.css|swagger-ui-bundle\.js|favicon-(16x16|32x32)\.png)$/;

/** Serves what people look at: a start page, the documentation and the OpenAPI document. */
export function servePages(app: NestExpressApplication): void {
  const document = JSON.stringify(openApiDocument());
  page(app, '/', 'text/html', startPage);
  page(app, '/docs', 'text/html', documentationPage);
  page(app, '/docs/initializer.js', 'text/javascript', initializer);
  page(app, '/openapi.json', 'application/json', document);
  const files = serveFolder(absolutePath(), { index: false, maxAge: '1d', fallthrough: true });
  app.use('/docs', (request: Request, response: Response, next: () => void) => {
    if (ASSETS.test(request.path)) files(request, response, next);
    else next();
  });
}

function page(app: NestExpressApplication, path: string, type: string, content: string): void {
  const express = app.getHttpAdapter().getInstance() as {
    get(path: string, handler: (request: Request, response: Response) => void): void;
  };
  express.get(path, (_request, response) => {
    response.setHeader('Cache-Control', 'no-cache');
    response.type(`${type}; charset=utf-8`).send(content);
  });
}
