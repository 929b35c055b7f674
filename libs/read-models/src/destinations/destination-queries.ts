import type { Pool } from '#database';
import type { DestinationDefinition } from '#domain';
import { containing, Selection, type Page, type PageRequest, type SortKey } from '../query/selection';
import type { Viewer } from '../query/visibility';

export type DestinationView = DestinationDefinition & {
  readonly destinationId: string;
  readonly name: string;
  readonly status: 'active' | 'retired';
  readonly revision: number;
  readonly registeredBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
};

export interface DestinationFilter extends PageRequest {
  /** Part of the name, in any case. */
  readonly search?: string | undefined;
  readonly status?: DestinationView['status'] | undefined;
}

const SELECT = `
  SELECT d.destination_id AS "destinationId", d.name, d.description, d.kind, d.usable_by AS "usableBy", d.s3, d.sftp,
         d.webhook, d.status, d.revision, d.registered_by AS "registeredBy", d.created_at AS "createdAt",
         d.updated_at AS "updatedAt"
  FROM read_model.destination d`;

const BY_NAME: SortKey<DestinationView> = {
  list: 'destinations',
  columns: [
    { sql: 'd.name', kind: 'text', field: 'name' },
    { sql: 'd.destination_id', kind: 'uuid', field: 'destinationId' },
  ],
  direction: 'ASC',
};

/** Destinations: all of them for administrators, those that everybody may use for others. */
export class DestinationQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** By name. Throws `InvalidCursor`. */
  list(viewer: Viewer, { search, status, ...page }: DestinationFilter): Promise<Page<DestinationView>> {
    const selection = usable(viewer);
    selection.whereGiven(search, (text) => `d.name ILIKE ${selection.bind(containing(text))}`);
    selection.whereGiven(status, (value) => `d.status = ${selection.bind(value)}`);
    return selection.page(this.#pool, SELECT, BY_NAME, page);
  }

  async get(viewer: Viewer, destinationId: string): Promise<DestinationView | null> {
    const selection = usable(viewer);
    selection.where(`d.destination_id = ${selection.bindId(destinationId)}`);
    return (await selection.all<DestinationView>(this.#pool, SELECT))[0] ?? null;
  }
}

function usable({ isAdmin }: Viewer): Selection {
  const selection = new Selection();
  return isAdmin ? selection : selection.where(`d.usable_by = 'everybody'`);
}
