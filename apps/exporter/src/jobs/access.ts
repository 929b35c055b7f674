import { canRunTemplate, type ActiveUser } from '#access';
import type { TemplateState } from '#domain';
import { ExportFailure } from '#export-engine';

/**
 * Why a report may not be made for its owner any more; null: it may. A person who asks again, or runs a template of somebody else as an
 * administrator, is the owner of that job, so nobody but the owner has to be looked at.
 *
 * @param owner null for one who may not sign in
 * @param template null for a standard export, which is open to everybody who may sign in
 */
export function accessFailure(owner: ActiveUser | null, template: TemplateState | null): ExportFailure | null {
  if (owner === null) {
    return new ExportFailure(
      'access.owner_disabled',
      'The owner of this report may not sign in any more: enable the user, or have somebody else schedule the report.',
    );
  }
  if (template === null || canRunTemplate(template, owner)) return null;
  return new ExportFailure(
    'access.template_not_shared',
    'The owner of this report may not run its template any more: ask whoever owns the template to share it again.',
  );
}
