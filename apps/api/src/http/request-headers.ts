import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from './problem';

const CORRELATION_ID = /^[A-Za-z0-9._:-]{1,128}$/;
/** W3C Trace Context, version 00: https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;
const STREAM_POSITION =
  /^((?:template|schedule|job|dataset|datasource|calendar|backfill|circuit|preferences|notification|destination|deliveryplan|delivery|burstplan|burst|access)-[0-9a-z-]{1,80})@(\d{1,18})$/;
/** RFC 9110, 8.8.3. */
const ENTITY_TAG = /(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g;
const ENTITY_TAGS = new RegExp(`^\\s*${ENTITY_TAG.source}(\\s*,\\s*${ENTITY_TAG.source})*\\s*$`);

/** Where a request came from, as its headers tell; what cannot be used is made anew. */
export function originOf(headers: IncomingHttpHeaders): {
  readonly correlationId: string;
  readonly traceparent: string | null;
} {
  const trace = TRACEPARENT.exec(single(headers.traceparent) ?? '');
  const given = single(headers['x-correlation-id']);
  const correlationId = given !== undefined && CORRELATION_ID.test(given) ? given : (trace?.[1] ?? randomUUID());
  return { correlationId, traceparent: trace?.[0] ?? null };
}

/** 1 to 255 visible ASCII characters, or null when the request bears none. */
export function idempotencyKeyOf(headers: IncomingHttpHeaders): string | null {
  const key = single(headers['idempotency-key']);
  if (key === undefined) return null;
  if (!IDEMPOTENCY_KEY.test(key)) {
    throw invalidHeader('Idempotency-Key', 'must be 1 to 255 visible ASCII characters without spaces');
  }
  return key;
}

/** The token of `Authorization: Bearer …` (RFC 6750), or null. */
export function bearerTokenOf(headers: IncomingHttpHeaders): string | null {
  return /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(headers.authorization ?? '')?.[1] ?? null;
}

/** `X-Wait-For: template-<uuid>@123`: the stream and global position that a query's answer must include. */
export function waitForOf(
  headers: IncomingHttpHeaders,
): { readonly streamId: string; readonly position: bigint } | null {
  const text = single(headers['x-wait-for']);
  if (text === undefined) return null;
  const parts = STREAM_POSITION.exec(text);
  if (parts?.[1] === undefined || parts[2] === undefined) {
    throw invalidHeader('X-Wait-For', 'must be what a command gave as X-Stream-Position: <stream>@<position>');
  }
  return { streamId: parts[1], position: BigInt(parts[2]) };
}

export function streamPosition(streamId: string, position: bigint): string {
  return `${streamId}@${position}`;
}

export function entityTag(revision: number): string {
  return `"${revision}"`;
}

/** `*`, or the revisions that are acceptable; tags that we never gave match nothing. */
export type RevisionMatch = 'any' | readonly number[];

/** If-Match compares strongly (RFC 9110, 13.1.1), so a weak tag matches nothing. Null without the header. */
export function ifMatchOf(headers: IncomingHttpHeaders): RevisionMatch | null {
  return revisionsOf('If-Match', single(headers['if-match']), false);
}

/** If-None-Match compares weakly (RFC 9110, 13.1.2). Null without the header. */
export function ifNoneMatchOf(headers: IncomingHttpHeaders): RevisionMatch | null {
  return revisionsOf('If-None-Match', single(headers['if-none-match']), true);
}

function revisionsOf(name: string, text: string | undefined, weak: boolean): RevisionMatch | null {
  if (text === undefined) return null;
  if (text.trim() === '*') return 'any';
  if (!ENTITY_TAGS.test(text)) throw invalidHeader(name, 'must hold entity tags in quotes, such as "3", or *');
  return [...text.matchAll(ENTITY_TAG)]
    .filter((tag) => weak || tag[1] === undefined)
    .map((tag) => tag[2] ?? '')
    .filter((opaque) => /^\d{1,9}$/.test(opaque))
    .map(Number);
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}

function invalidHeader(name: string, rule: string): Problem {
  const message = `The header ${name} ${rule}.`;
  return new Problem('request.header_invalid', message, {
    errors: [{ code: 'header.invalid', in: 'header', pointer: `/${name}`, message }],
  });
}
