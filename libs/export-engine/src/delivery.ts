import type { JobOutput } from '#domain';
import { ExportFailure } from './export-failure';
import type { ExportParts } from './export-request';
import type { ExportPlan } from './plan/export-plan';

/** What decides whether there are files: the rows, and the digest of their text where the template asks for a change. */
interface Content {
  readonly rows: number;
  readonly contentSha256: string | null;
}

/**
 * Why a report is not delivered although it succeeded; null: it is. Throws a transient `ExportFailure` when what was delivered
 * last cannot be looked up.
 */
export async function withheldFor(
  { deliver }: Pick<ExportPlan, 'deliver'>,
  { rows, contentSha256 }: Content,
  { lastContent }: Pick<ExportParts, 'lastContent'>,
): Promise<JobOutput['withheld']> {
  switch (deliver) {
    case 'always':
      return null;
    case 'if_rows':
      return rows === 0 ? 'no_rows' : null;
    case 'if_changed':
      return (await lookedUp(lastContent)) === contentSha256 ? 'unchanged' : null;
  }
}

async function lookedUp(lastContent: ExportParts['lastContent']): Promise<string | null> {
  try {
    return (await lastContent?.()) ?? null;
  } catch (cause) {
    const message = 'What the report delivered last could not be looked up.';
    throw new ExportFailure('export.last_content_unknown', message, [], { cause });
  }
}
