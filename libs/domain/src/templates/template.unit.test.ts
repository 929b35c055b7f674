import {
  ANNA,
  BEN,
  CARA,
  FLIGHTS_STATE,
  NOON,
  reportColumn,
  retryPolicy,
  templateDefinition,
  TEMPLATE_ID,
} from '../testing/samples';
import { given } from '../testing/scenario';
import type { RetryPolicy } from '../jobs/retry-policy';
import { template } from './template';
import type { ShareLevel, TemplateCommand, TemplateDetails, TemplateEvent } from './template-messages';

const details: TemplateDetails = { name: 'Delays', description: null, tags: ['ops'] };
const definition = templateDefinition();
const revisedDefinition = templateDefinition({ rowLimit: 10 });
const invalidDefinition = templateDefinition({
  columns: [reportColumn('nowhere', 'string'), reportColumn('origin', 'integer')],
});

const creation = { templateId: TEMPLATE_ID, owner: ANNA, details, definition, copiedFrom: null, at: NOON };
const create: TemplateCommand = { type: 'CreateTemplate', ...creation, dataset: FLIGHTS_STATE };
const created: TemplateEvent = { type: 'TemplateCreated', ...creation };
const signed = { templateId: TEMPLATE_ID, by: ANNA, at: NOON };
const revision = { ...signed, details, definition: revisedDefinition, restoredRevision: null };
const revise: TemplateCommand = { type: 'ReviseTemplate', ...revision, dataset: FLIGHTS_STATE };
const revised: TemplateEvent = { type: 'TemplateRevised', ...revision };
const archive: TemplateCommand = { type: 'ArchiveTemplate', ...signed };
const archived: TemplateEvent = { type: 'TemplateArchived', ...signed };
const restore: TemplateCommand = { type: 'RestoreTemplate', ...signed };
const restored: TemplateEvent = { type: 'TemplateRestored', ...signed };
const share = (user: string, level: ShareLevel): TemplateCommand => ({
  type: 'ShareTemplate',
  ...signed,
  with: user,
  level,
});
const shared = (user: string, level: ShareLevel): TemplateEvent => ({
  type: 'TemplateShared',
  ...signed,
  with: user,
  level,
});
const unshare = (user: string): TemplateCommand => ({ type: 'UnshareTemplate', ...signed, with: user });
const unshared = (user: string): TemplateEvent => ({ type: 'TemplateUnshared', ...signed, with: user });
const choose = (policy: RetryPolicy | null): TemplateCommand => ({ type: 'ChooseRetryPolicy', ...signed, policy });
const chosen = (policy: RetryPolicy | null): TemplateEvent => ({ type: 'RetryPolicyChosen', ...signed, policy });
const transfer = (to: string): TemplateCommand => ({ type: 'TransferTemplate', ...signed, to });
const transferred = (from: string, to: string): TemplateEvent => ({ type: 'TemplateTransferred', ...signed, from, to });

describe('creating a template', () => {
  it('makes it active and its owner alone to hold it', () => {
    given(template).when(create).then(created);
    expect(given(template, created).state).toEqual({
      status: 'active',
      templateId: TEMPLATE_ID,
      owner: ANNA,
      details,
      definition,
      shares: {},
      retryPolicy: null,
    });
  });
  it('remembers what it was copied from', () =>
    given(template)
      .when({ ...create, copiedFrom: 'another' })
      .then({ ...created, copiedFrom: 'another' }));
  it('is refused under an id that is taken', () => given(template, created).when(create).refused('template.exists'));
  it('is refused for an invalid definition, with all problems', () => {
    expect(given(template).when({ ...create, definition: invalidDefinition }).decision).toMatchObject({
      accepted: false,
      refusal: {
        code: 'template.invalid',
        problems: [
          { code: 'column.unknown', pointer: '/columns/0/column' },
          { code: 'column.inconvertible', pointer: '/columns/1/dataType' },
        ],
      },
    });
  });
  it('is refused for an unknown dataset', () =>
    given(template)
      .when({ ...create, dataset: { status: 'absent' } })
      .refused('template.invalid'));
});

describe('revising a template', () => {
  it('replaces details and definition', () => {
    given(template, created).when(revise).then(revised);
    expect(given(template, created, revised).state).toMatchObject({ definition: revisedDefinition, owner: ANNA });
  });
  it('records a change of the name alone', () => {
    const renamed = { ...revision, definition, details: { ...details, name: 'Late' } };
    given(template, created)
      .when({ type: 'ReviseTemplate', ...renamed, dataset: FLIGHTS_STATE })
      .then({ type: 'TemplateRevised', ...renamed });
  });
  it('changes nothing when it is the same', () => given(template, created, revised).when(revise).thenNothing());
  it('records a restored revision though nothing else changes', () =>
    given(template, created, revised)
      .when({ ...revise, restoredRevision: 1 })
      .then({ ...revised, restoredRevision: 1 }));
  it('is refused for an invalid definition', () =>
    given(template, created)
      .when({ ...revise, definition: invalidDefinition })
      .refused('template.invalid'));
  it('is refused for an archived one', () =>
    given(template, created, archived).when(revise).refused('template.archived'));
});

describe('archiving and restoring', () => {
  it('archives an active one', () => {
    given(template, created).when(archive).then(archived);
    expect(given(template, created, archived).state.status).toBe('archived');
  });
  it('restores an archived one', () => {
    given(template, created, archived).when(restore).then(restored);
    expect(given(template, created, archived, restored).state.status).toBe('active');
  });
  it('changes nothing the second time', () => {
    given(template, created, archived).when(archive).thenNothing();
    given(template, created).when(restore).thenNothing();
  });
});

describe('sharing', () => {
  it('gives a level', () => {
    given(template, created).when(share(BEN, 'run')).then(shared(BEN, 'run'));
    expect(given(template, created, shared(BEN, 'run'), shared(CARA, 'view')).state).toMatchObject({
      shares: { [BEN]: 'run', [CARA]: 'view' },
    });
  });
  it('changes the level', () => {
    given(template, created, shared(BEN, 'edit')).when(share(BEN, 'view')).then(shared(BEN, 'view'));
    expect(given(template, created, shared(BEN, 'edit'), shared(BEN, 'view')).state).toMatchObject({
      shares: { [BEN]: 'view' },
    });
  });
  it('changes nothing the second time', () =>
    given(template, created, shared(BEN, 'run')).when(share(BEN, 'run')).thenNothing());
  it('is refused with the owner', () =>
    given(template, created).when(share(ANNA, 'run')).refused('template.owner_needs_no_share'));
  it('takes no name for one that every object has', () =>
    given(template, created).when(unshare('constructor')).thenNothing());
});

describe('unsharing', () => {
  it('takes the level away', () => {
    given(template, created, shared(BEN, 'run')).when(unshare(BEN)).then(unshared(BEN));
    expect(given(template, created, shared(BEN, 'run'), unshared(BEN)).state).toMatchObject({ shares: {} });
  });
  it('changes nothing for who has none', () => given(template, created).when(unshare(BEN)).thenNothing());
});

describe('transferring', () => {
  it('changes the owner, who then needs no share', () => {
    given(template, created, shared(BEN, 'run')).when(transfer(BEN)).then(transferred(ANNA, BEN));
    const { state } = given(template, created, shared(BEN, 'run'), shared(CARA, 'view'), transferred(ANNA, BEN));
    expect(state).toMatchObject({ owner: BEN });
    expect(state).toHaveProperty('shares', { [CARA]: 'view' });
  });
  it('changes nothing the second time', () =>
    given(template, created, transferred(ANNA, BEN)).when(transfer(BEN)).thenNothing());
  it('works on an archived one, whose owner may have left', () =>
    given(template, created, archived).when(transfer(BEN)).then(transferred(ANNA, BEN)));
});

describe('choosing a retry policy', () => {
  const policy = retryPolicy({ deadlineMinutes: 60 });
  it('keeps it until another one, or none, is chosen', () => {
    given(template, created).when(choose(policy)).then(chosen(policy));
    expect(given(template, created, chosen(policy)).state).toMatchObject({ retryPolicy: policy, definition });
    given(template, created, chosen(policy), revised).when(choose(null)).then(chosen(null));
    expect(given(template, created, chosen(policy), chosen(null)).state).toMatchObject({ retryPolicy: null });
  });
  it('changes nothing the second time', () => {
    given(template, created, chosen(policy))
      .when(choose({ ...policy }))
      .thenNothing();
    given(template, created).when(choose(null)).thenNothing();
  });
});

it.each([revise, archive, restore, share(BEN, 'run'), unshare(BEN), transfer(BEN), choose(null)])(
  'refuses $type for an unknown one',
  (command) => given(template).when(command).refused('template.missing'),
);

it('ignores a history without a beginning', () => {
  expect(given(template, archived, shared(BEN, 'run')).state).toEqual({ status: 'absent' });
});
