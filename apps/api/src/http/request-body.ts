import { json, type Request } from 'express';
import { Problem } from './problem';

const BODY_LIMIT_BYTES = 1024 * 1024;

/** Reads a JSON body of at most 1 MB; one that is too large or no JSON is refused before any route sees it. */
export const parseJsonBody = json({ limit: BODY_LIMIT_BYTES, type: 'application/json', strict: false });

/** The parsed body; `{}` where none was sent. Throws 415 for a body of another type. */
export function bodyOf(request: Request): unknown {
  const sent = request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
  if (!sent || request.method === 'GET' || request.method === 'HEAD') return {};
  if (request.is('application/json') === false) {
    throw new Problem('request.unsupported_media_type', 'Send JSON in UTF-8 as application/json.');
  }
  return request.body as unknown;
}
