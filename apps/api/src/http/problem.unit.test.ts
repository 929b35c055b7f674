import { BadRequestException, NotFoundException } from '@nestjs/common';
import { DataSourceError } from '#data-sources';
import { FileStoreError } from '#file-store';
import { InvalidCursor } from '#read-models';
import { done, invalidDefinition } from '../commands/outcomes';
import { Problem, problemDocument } from './problem';
import { PROBLEMS, type ProblemCode } from './problem-codes';
import { toProblem } from './problem.filter';

describe('every problem', () => {
  it.each(Object.entries(PROBLEMS))(
    'has a status that HTTP knows and a title without a full stop: %s',
    (code, type) => {
      expect(code).toMatch(/^[a-z_]+(\.[a-z_]+)?$/);
      expect(type.status).toBeGreaterThanOrEqual(400);
      expect(type.status).toBeLessThan(600);
      expect(type.title).toMatch(/^[A-Z].*[^.]$/);
    },
  );

  it('is a document with its code, status and correlation id', () => {
    const errors = [{ code: 'field.unknown', in: 'body', pointer: '/a', message: 'No.' }] as const;
    const problem = new Problem('request.invalid', 'One field.', { errors });
    expect(problemDocument(problem, '/v1/templates', 'c-1')).toEqual({
      type: '/problems/request.invalid',
      title: 'The request has mistakes',
      status: 400,
      detail: 'One field.',
      code: 'request.invalid',
      instance: '/v1/templates',
      errors,
      correlationId: 'c-1',
    });
    expect(problemDocument(new Problem('job.missing', 'x'), '/', 'c')).not.toHaveProperty('errors');
  });
});

describe('an error', () => {
  const cases: [unknown, ProblemCode][] = [
    [new Problem('job.ended', 'x'), 'job.ended'],
    [new NotFoundException(), 'route.unknown'],
    [new BadRequestException(), 'request.malformed'],
    [new InvalidCursor(), 'cursor.invalid'],
    [new DataSourceError('data_source.unreachable', 'x'), 'data_source.unreachable'],
    [new FileStoreError('file_store.missing', 'x'), 'file_store.missing'],
    [Object.assign(new Error('x'), { status: 413, expose: true }), 'request.too_large'],
    [Object.assign(new Error('x'), { status: 415, expose: true }), 'request.unsupported_media_type'],
    [Object.assign(new Error('aborted'), { status: 400, expose: true }), 'request.malformed'],
    [new Error('x'), 'internal'],
    ['a string', 'internal'],
    [Object.assign(new Error('x'), { status: 404 }), 'internal'],
  ];
  it.each(cases)('%s becomes %s', (error, code) => {
    expect(toProblem(error).code).toBe(code);
  });

  it('that nobody foresaw says nothing of itself', () => {
    const problem = toProblem(new Error('password is hunter2'));
    expect(JSON.stringify(problemDocument(problem, '/', 'c'))).not.toContain('hunter2');
    expect(problem.cause).toBeInstanceOf(Error);
  });

  it('that may pass says when to come back', () => {
    expect(toProblem(new DataSourceError('data_source.timeout', 'x')).headers).toEqual({ 'Retry-After': '5' });
    expect(toProblem(new DataSourceError('data_source.failed', 'x')).headers).toEqual({});
  });
});

describe('an outcome', () => {
  const thrown = (outcome: Parameters<typeof done>[0]): Problem => {
    try {
      done(outcome);
    } catch (error) {
      if (error instanceof Problem) return error;
    }
    throw new Error('no problem');
  };

  it('that was refused keeps its code and what is wrong', () => {
    const problems = [{ code: 'recurrence.never_fires', pointer: '/recurrence', message: 'It never fires.' }] as const;
    const problem = thrown({ kind: 'refused', refusal: { code: 'schedule.invalid', problems } });
    expect(problem).toMatchObject({
      status: 422,
      code: 'schedule.invalid',
      detail: 'It never fires.',
      errors: problems,
    });
    expect(thrown({ kind: 'refused', refusal: { code: 'job.ended' } })).toMatchObject({ status: 409, errors: [] });
  });

  it('that is stale tells the revision, one that is contended asks to come back', () => {
    expect(thrown({ kind: 'stale', actual: 4 })).toMatchObject({ status: 412, headers: { ETag: '"4"' } });
    expect(thrown({ kind: 'stale', actual: -1 })).toMatchObject({ status: 412, headers: {} });
    expect(thrown({ kind: 'contended' })).toMatchObject({ status: 409, headers: { 'Retry-After': '1' } });
  });

  it('leads from the body into the definition', () => {
    const problem = invalidDefinition([{ code: 'columns.empty', pointer: '/columns', message: 'None.' }]);
    expect(problem.errors).toEqual([{ code: 'columns.empty', pointer: '/definition/columns', message: 'None.' }]);
  });
});
