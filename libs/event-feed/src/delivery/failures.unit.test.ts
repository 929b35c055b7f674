import { faultOf, isOfSurroundings } from './failures';

const withCode = (code: string, message = 'failed') => Object.assign(new Error(message), { code });

describe('failures of the surroundings', () => {
  it.each(['08006', '40001', '40P01', '42P01', '53300', '57P01', 'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ENOSPC'])(
    'are those with code %s',
    (code) => expect(isOfSurroundings(withCode(code))).toBe(true),
  );

  it.each([
    new Error('Connection terminated unexpectedly'),
    new Error('timeout exceeded when trying to connect'),
    new AggregateError([withCode('ECONNREFUSED')]),
    new TypeError('fetch failed', { cause: withCode('ECONNREFUSED') }),
  ])('are told by their message or cause: %s', (error) => expect(isOfSurroundings(error)).toBe(true));

  it.each([
    new TypeError('cannot read properties of undefined'),
    withCode('22003', 'integer out of range'),
    withCode('23505', 'duplicate key'),
    withCode('job.timeout_invalid', 'the timeout is invalid'),
    'a text',
    undefined,
  ])('are not those of an event: %s', (error) => expect(isOfSurroundings(error)).toBe(false));
});

it('keeps of a failure its code, its name and message, and how often it was tried', () => {
  expect(faultOf(withCode('22003', 'out of range'), 3)).toEqual({
    code: '22003',
    message: 'Error: out of range',
    tries: 3,
  });
  expect(faultOf(new RangeError('too long'), 1)).toMatchObject({
    code: 'handler.failed',
    message: 'RangeError: too long',
  });
  expect(faultOf('x'.repeat(5000), 1).message).toHaveLength(2000);
});
