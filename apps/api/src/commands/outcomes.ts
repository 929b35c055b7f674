import type {
  BackfillProblem,
  BurstProblem,
  CalendarProblem,
  CalendarUsers,
  DefinitionProblem,
  PreferencesProblem,
  RecurrenceProblem,
} from '#domain';
import type { DomainRefusal, ExecuteOutcome, Position } from '#event-sourcing';
import type { Answer } from '../http/operation';
import { Problem, type ProblemItem } from '../http/problem';
import { PROBLEMS, type RefusalCode } from '../http/problem-codes';
import { entityTag, streamPosition } from '../http/request-headers';

export type Done<State, Event> = Extract<ExecuteOutcome<State, Event, never>, { kind: 'done' }>;

/** A refusal of any aggregate; some say what is wrong with what. */
export type Refusal = DomainRefusal & {
  readonly code: RefusalCode;
  readonly problems?: readonly (
    DefinitionProblem | RecurrenceProblem | CalendarProblem | BackfillProblem | BurstProblem | PreferencesProblem
  )[];
  readonly users?: CalendarUsers;
};

/** The outcome of a command that was carried out; otherwise throws the problem that it amounts to. */
export function done<State, Event>(outcome: ExecuteOutcome<State, Event, Refusal>): Done<State, Event> {
  switch (outcome.kind) {
    case 'done':
      return outcome;
    case 'refused':
      throw refused(outcome.refusal);
    case 'stale':
      throw stale(outcome.actual);
    case 'contended':
      throw new Problem('aggregate.contended', 'Others change it at the same moment: try again.', {
        headers: { 'Retry-After': '1' },
      });
  }
}

function stale(actual: number): Problem {
  return new Problem('precondition.failed', 'It has changed since you read it: read it again, then decide.', {
    headers: actual >= 0 ? { ETag: entityTag(actual) } : {},
  });
}

function refused({ code, problems = [], users }: Refusal): Problem {
  if (users !== undefined) return new Problem(code, usedBy(users));
  if (code === 'template.invalid') return invalidDefinition(problems as readonly DefinitionProblem[]);
  const detail = problems.length > 0 ? problems.map(({ message }) => message).join(' ') : `${PROBLEMS[code].title}.`;
  return new Problem(code, detail, { errors: problems });
}

function usedBy({ schedules, more }: CalendarUsers): string {
  const names = [...schedules.map(({ name }) => `"${name}"`), ...(more > 0 ? [`${more} more`] : [])].join(', ');
  return `Schedules use the calendar: ${names}. Give them another one, or remove them, first.`;
}

/** Pointers lead from the request's body, or from the template, into its definition. */
export function invalidDefinition(problems: readonly DefinitionProblem[]): Problem {
  return new Problem('template.invalid', countOf(problems.length), { errors: inDefinition(problems) });
}

export function inDefinition(problems: readonly DefinitionProblem[]): ProblemItem[] {
  return problems.map(({ code, pointer, message }) => ({ code, pointer: `/definition${pointer}`, message }));
}

function countOf(problems: number): string {
  return problems === 1 ? 'The definition has a problem.' : `The definition has ${problems} problems.`;
}

/** What a command answers: the aggregate's id and revision, and where readers find the change. */
export function answered(
  id: string,
  {
    streamId,
    revision,
    position,
  }: { readonly streamId: string; readonly revision: number; readonly position: Position },
  more: { readonly status?: number; readonly location?: string } = {},
): Answer<{ id: string; revision: number }> {
  return {
    ...(more.status !== undefined && { status: more.status }),
    body: { id, revision },
    headers: {
      ETag: entityTag(revision),
      'X-Stream-Position': streamPosition(streamId, position),
      ...(more.location !== undefined && { Location: more.location }),
    },
  };
}
