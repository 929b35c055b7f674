import { accept, refuse, type Decider } from '#event-sourcing';
import type { DatasetState } from '../datasets/dataset-messages';
import { sameJson } from '../json-equality';
import type { TemplateDefinition } from '../reports/definition';
import { validateDefinition } from '../reports/validate-definition';
import type { TemplateCommand, TemplateEvent, TemplateRefusal, TemplateState } from './template-messages';

/** A template that has been created, archived or not. */
export type ExistingTemplate = Exclude<TemplateState, { status: 'absent' }>;

/**
 * A saved report. An archived one keeps its history and its shares, may change hands and be restored, but can neither be
 * revised nor run.
 */
export const template: Decider<TemplateCommand, TemplateState, TemplateEvent, TemplateRefusal> = {
  initial: { status: 'absent' },
  decide(command, state) {
    if (command.type === 'CreateTemplate') {
      return state.status === 'absent' ? create(command) : refuse({ code: 'template.exists' });
    }
    if (state.status === 'absent') return refuse({ code: 'template.missing' });
    return change(command, state);
  },
  evolve(state, event) {
    if (event.type === 'TemplateCreated') {
      const { templateId, owner, details, definition } = event;
      return { status: 'active', templateId, owner, details, definition, shares: {}, retryPolicy: null };
    }
    return state.status === 'absent' ? state : changed(state, event);
  },
};

type Creation = Extract<TemplateCommand, { type: 'CreateTemplate' }>;
type Change = Exclude<TemplateCommand, Creation>;
type Outcome = ReturnType<typeof template.decide>;

function create({ dataset, ...command }: Creation): Outcome {
  return ifValid(command.definition, dataset, { ...command, type: 'TemplateCreated' });
}

function change(command: Change, state: ExistingTemplate): Outcome {
  switch (command.type) {
    case 'ReviseTemplate': {
      if (state.status === 'archived') return refuse({ code: 'template.archived' });
      const { dataset, ...revision } = command;
      const unchanged = sameJson(command.details, state.details) && sameJson(command.definition, state.definition);
      if (unchanged && command.restoredRevision === null) return accept();
      return ifValid(command.definition, dataset, { ...revision, type: 'TemplateRevised' });
    }
    case 'ArchiveTemplate':
      return state.status === 'archived' ? accept() : accept({ ...command, type: 'TemplateArchived' });
    case 'RestoreTemplate':
      return state.status === 'active' ? accept() : accept({ ...command, type: 'TemplateRestored' });
    case 'ShareTemplate':
      if (command.with === state.owner) return refuse({ code: 'template.owner_needs_no_share' });
      return levelOf(state, command.with) === command.level ? accept() : accept({ ...command, type: 'TemplateShared' });
    case 'UnshareTemplate':
      return levelOf(state, command.with) === null ? accept() : accept({ ...command, type: 'TemplateUnshared' });
    case 'TransferTemplate':
      return command.to === state.owner
        ? accept()
        : accept({ ...command, type: 'TemplateTransferred', from: state.owner });
    case 'ChooseRetryPolicy':
      return sameJson(command.policy, state.retryPolicy) ? accept() : accept({ ...command, type: 'RetryPolicyChosen' });
  }
}

function ifValid(definition: TemplateDefinition, dataset: DatasetState, event: TemplateEvent): Outcome {
  const problems = validateDefinition(definition, dataset);
  return problems.length === 0 ? accept(event) : refuse({ code: 'template.invalid', problems });
}

function levelOf(state: ExistingTemplate, user: string) {
  return Object.hasOwn(state.shares, user) ? (state.shares[user] ?? null) : null;
}

function changed(
  state: ExistingTemplate,
  event: Exclude<TemplateEvent, { type: 'TemplateCreated' }>,
): ExistingTemplate {
  switch (event.type) {
    case 'TemplateRevised':
      return { ...state, details: event.details, definition: event.definition };
    case 'TemplateArchived':
      return { ...state, status: 'archived' };
    case 'TemplateRestored':
      return { ...state, status: 'active' };
    case 'TemplateShared':
      return { ...state, shares: { ...state.shares, [event.with]: event.level } };
    case 'TemplateUnshared':
      return { ...state, shares: without(state.shares, event.with) };
    case 'TemplateTransferred':
      return { ...state, owner: event.to, shares: without(state.shares, event.to) };
    case 'RetryPolicyChosen':
      return { ...state, retryPolicy: event.policy };
  }
}

function without(shares: ExistingTemplate['shares'], user: string): ExistingTemplate['shares'] {
  return Object.fromEntries(Object.entries(shares).filter(([holder]) => holder !== user));
}
