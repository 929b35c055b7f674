import { retryAfterSeconds } from './retry-after';
import { refusalOf } from './http-answer';

const now = new Date('2026-11-26T12:00:00Z');

describe('Retry-After', () => {
  it.each([
    ['120', 120],
    [' 0 ', 0],
    ['99999999', 86_400],
    ['Thu, 26 Nov 2026 12:01:00 GMT', 60],
    ['Thu, 26 Nov 2026 11:00:00 GMT', 0],
    ['Thursday, 26-Nov-26 12:00:30 GMT', 30],
    ['Thu, 26 Nov 2099 12:00:00 GMT', 86_400],
    ['7.5', null],
    ['-1', null],
    ['soon', null],
    ['Thu, soon', null],
    ['', null],
    [undefined, null],
  ])('%j is %j seconds', (header, seconds) => {
    expect(retryAfterSeconds(header, now)).toBe(seconds);
  });
});

describe('statuses', () => {
  const meaningOf = (status: number, more: { retryAfter?: string; body?: string } = {}) =>
    refusalOf(
      { status, retryAfter: more.retryAfter, body: more.body ?? '' },
      { who: 'https://x.example', now, secrets: ['s3cret'] },
    );

  it.each([200, 201, 202, 204, 299])('%i is success', (status) => {
    expect(meaningOf(status)).toBeNull();
  });

  it.each([
    [301, 'delivery.refused', false],
    [302, 'delivery.refused', false],
    [307, 'delivery.refused', false],
    [400, 'delivery.refused', false],
    [401, 'delivery.sign_in_refused', false],
    [403, 'delivery.sign_in_refused', false],
    [404, 'delivery.destination_missing', false],
    [408, 'delivery.busy', true],
    [410, 'delivery.destination_missing', false],
    [413, 'delivery.too_large', false],
    [422, 'delivery.refused', false],
    [425, 'delivery.busy', true],
    [429, 'delivery.busy', true],
    [500, 'delivery.busy', true],
    [502, 'delivery.busy', true],
    [503, 'delivery.busy', true],
    [504, 'delivery.busy', true],
    [199, 'delivery.refused', false],
  ])('%i is %s, transient: %s', (status, code, transient) => {
    expect(meaningOf(status)).toMatchObject({ code, transient });
  });

  it('tells when to come again', () => {
    expect(meaningOf(429, { retryAfter: '30' })).toMatchObject({ retryAfterSeconds: 30 });
    expect(meaningOf(503)).toMatchObject({ retryAfterSeconds: null });
  });

  it('quotes the answer in one short line, without secrets', () => {
    const body = `<h1>Oh\r\n no</h1>\u0007 s3cret ${'x'.repeat(500)}`;
    const message = meaningOf(500, { body })?.message ?? '';
    expect(message).toContain('it said "<h1>Oh no</h1> *** xxx');
    expect(message.length).toBeLessThan(300);
    expect(meaningOf(500)?.message).toBe('https://x.example could not take the delivery now (status 500).');
  });
});
