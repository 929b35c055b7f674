import type { ShareLevel } from '#domain';
import { qualified, type Statement } from '../projection/table';

interface ShareChange {
  readonly template_id: string;
  readonly user_id: string;
  /** Null ends the share. */
  readonly level: ShareLevel | null;
  readonly revision: number;
}

/** What a batch does to the shares of templates: the last word on each template and user. */
export class ShareChanges {
  readonly #changes = new Map<string, ShareChange>();

  set(templateId: string, userId: string, level: ShareLevel | null, revision: number): void {
    this.#changes.set(`${templateId} ${userId}`, { template_id: templateId, user_id: userId, level, revision });
  }

  /**
   * A share that ended leaves no row to compare revisions with. What the template's row has not seen yet is news, so this
   * must run before the template's row is written.
   */
  statements(schema: string): readonly Statement[] {
    if (this.#changes.size === 0) return [];
    const shares = qualified(schema, 'template_share');
    return [
      {
        name: `put ${schema}.template_share`,
        text: `WITH change AS (
                 SELECT c.* FROM json_to_recordset($1::json)
                   AS c (template_id uuid, user_id text, level text, revision integer)
                 LEFT JOIN ${qualified(schema, 'self_service_template')} t ON t.template_id = c.template_id
                 WHERE t.revision IS NULL OR t.revision < c.revision
               ), ended AS (
                 DELETE FROM ${shares} s USING change c
                 WHERE c.level IS NULL AND s.template_id = c.template_id AND s.user_id = c.user_id
               )
               INSERT INTO ${shares} (template_id, user_id, level)
               SELECT template_id, user_id, level FROM change WHERE level IS NOT NULL ORDER BY template_id, user_id
               ON CONFLICT (template_id, user_id) DO UPDATE SET level = EXCLUDED.level`,
        rows: [...this.#changes.values()],
      },
    ];
  }
}
