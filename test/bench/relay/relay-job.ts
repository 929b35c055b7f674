import type { ProductOptions } from '../harness/product';

/** What a process of the bench is to do: it gets a database with a backlog, and topics to make. */
export type RelayJob = Required<Pick<ProductOptions, 'url' | 'folder' | 'kafka'>> & {
  /** Events of the backlog that are to be sent. */
  readonly events: number;
};

export interface Sent {
  /** Without the start of the process and what came before the first event. */
  readonly seconds: number;
}
