import { Problem } from './problem';
import {
  bearerTokenOf,
  entityTag,
  idempotencyKeyOf,
  ifMatchOf,
  ifNoneMatchOf,
  originOf,
  streamPosition,
  waitForOf,
} from './request-headers';

const ID = '7b1f2a44-6f5c-4c1e-9a57-0c6f5a3f0d01';

describe('entity tags', () => {
  it('are revisions in quotes', () => {
    expect(entityTag(3)).toBe('"3"');
    expect(ifMatchOf({ 'if-match': entityTag(3) })).toEqual([3]);
  });

  it.each([
    [undefined, null],
    ['*', 'any'],
    [' "1" , "2"', [1, 2]],
    ['W/"3"', []],
    ['W/"3", "4"', [4]],
    ['"a,b", "5"', [5]],
    ['"-1"', []],
    ['"99999999999"', []],
  ])('of If-Match %j mean %j', (header, expected) => {
    expect(ifMatchOf(header === undefined ? {} : { 'if-match': header })).toEqual(expected);
  });

  it('are compared weakly by If-None-Match', () => {
    expect(ifNoneMatchOf({ 'if-none-match': 'W/"3"' })).toEqual([3]);
  });

  it.each(['3', '"3', '"3" "4"', '', ','])('that are none are refused: %j', (header) => {
    expect(() => ifMatchOf({ 'if-match': header })).toThrow(Problem);
  });
});

describe('an idempotency key', () => {
  it('is 1 to 255 visible ASCII characters', () => {
    expect(idempotencyKeyOf({})).toBeNull();
    expect(idempotencyKeyOf({ 'idempotency-key': '!~' })).toBe('!~');
    expect(idempotencyKeyOf({ 'idempotency-key': 'k'.repeat(255) })).toHaveLength(255);
    for (const bad of ['', 'a b', 'ä', 'k'.repeat(256)]) {
      expect(() => idempotencyKeyOf({ 'idempotency-key': bad })).toThrow(/Idempotency-Key/);
    }
  });
});

describe('a position to wait for', () => {
  it('comes back as it was given', () => {
    const given = streamPosition(`template-${ID}`, 9_007_199_254_740_993n);
    expect(waitForOf({ 'x-wait-for': given })).toEqual({
      streamId: `template-${ID}`,
      position: 9_007_199_254_740_993n,
    });
    expect(waitForOf({})).toBeNull();
  });

  it.each([
    '',
    '12',
    `template-${ID}`,
    `template-${ID}@`,
    `template-${ID}@1e3`,
    `@1`,
    `template-${ID}@${'9'.repeat(19)}`,
  ])('is refused when it was never given: %j', (header) => {
    expect(() => waitForOf({ 'x-wait-for': header })).toThrow(/X-Wait-For/);
  });
});

describe('a bearer token', () => {
  it.each([
    ['Bearer abc.def-_~+/=', 'abc.def-_~+/='],
    ['bearer abc', 'abc'],
    ['Basic abc', null],
    ['Bearer', null],
    ['Bearer a b', null],
  ])('is read from %j as %j', (authorization, token) => {
    expect(bearerTokenOf({ authorization })).toBe(token);
  });
});

describe('the origin of a request', () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

  it('is what the caller names, else the trace, else new', () => {
    expect(originOf({ 'x-correlation-id': 'order-7', traceparent })).toEqual({ correlationId: 'order-7', traceparent });
    expect(originOf({ traceparent }).correlationId).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
    expect(originOf({}).correlationId).toMatch(/^[0-9a-f-]{36}$/);
    expect(originOf({}).correlationId).not.toBe(originOf({}).correlationId);
  });

  it('is made anew for what cannot be used', () => {
    expect(originOf({ 'x-correlation-id': 'a b\n' }).correlationId).toMatch(/^[0-9a-f-]{36}$/);
    expect(originOf({ traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` }).traceparent).toBeNull();
  });
});
