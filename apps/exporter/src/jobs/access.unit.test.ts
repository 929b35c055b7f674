import type { ActiveUser } from '#access';
import type { ShareLevel, TemplateState } from '#domain';
import { ANNA, BEN, CARA, TEMPLATE_ID, templateDefinition } from '#domain/testing';
import { accessFailure } from './access';

const person = (userId: string, role: ActiveUser['role'] = 'user'): ActiveUser => ({ userId, role, maxRows: null });

/** A template of Anna's, as it is shared with Ben. */
const template = (level?: ShareLevel): TemplateState => ({
  ...{ status: 'active', templateId: TEMPLATE_ID, owner: ANNA, retryPolicy: null },
  ...{ details: { name: 'Delays', description: null, tags: [] }, definition: templateDefinition() },
  shares: level === undefined ? {} : { [BEN]: level },
});

describe('a report is made for its owner', () => {
  it.each([
    ['who owns the template', person(ANNA), template()],
    ['with whom it is shared to run', person(BEN), template('run')],
    ['with whom it is shared to edit', person(BEN), template('edit')],
    ['who is an administrator', person(CARA, 'admin'), template()],
    ['of a standard export', person(CARA), null],
  ])('%s', (_who, owner, of) => {
    expect(accessFailure(owner, of)).toBeNull();
  });
});

describe('a report is not made for its owner', () => {
  it.each([
    ['who may not sign in', null, template(), 'access.owner_disabled'],
    ['of a standard export, who may not sign in', null, null, 'access.owner_disabled'],
    ['from whom the share was taken', person(BEN), template(), 'access.template_not_shared'],
    ['who may only look at the template', person(BEN), template('view'), 'access.template_not_shared'],
  ])('%s', (_who, owner, of, code) => {
    expect(accessFailure(owner, of)).toMatchObject({ code });
  });
});
