import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FAILURE_CLASSES, FAILURE_CODES, failureClassOf, jobFailure } from './failure-class';

it('gives every code one class', () => {
  const classes = FAILURE_CODES.map(failureClassOf);
  expect(new Set(classes)).toEqual(new Set(FAILURE_CLASSES));
});

it('takes a query that was over its time for passing, and an export that was over its own for a limit', () => {
  expect(failureClassOf('data_source.timeout')).toBe('transient');
  expect(failureClassOf('limit.seconds')).toBe('limit');
});

it.each([
  ['data_source.unreachable', true],
  ['template.invalid', false],
  ['limit.rows', false],
] as const)('calls a failure of the code %s transient: %s', (code, transient) => {
  expect(jobFailure(code, 'It failed.')).toEqual({
    code,
    message: 'It failed.',
    transient,
    class: failureClassOf(code),
  });
});

it('is documented, code by code', () => {
  const page = readFileSync(join(__dirname, '../../../../docs/concepts/failures-and-retries.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z_]+\.[a-z_.]+)` +\| (\w+) +\|/gm)].map(([, code, failureClass]) => [
    code,
    failureClass,
  ]);
  expect(rows).toEqual(FAILURE_CODES.map((code) => [code, failureClassOf(code)]));
});
