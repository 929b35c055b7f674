import type { ProductOptions } from '../harness/product';

/** What a process of the bench is to do: it gets topics that hold so many records. */
export type ConsumeJob = Required<Pick<ProductOptions, 'url' | 'folder' | 'kafka'>> & { readonly records: number };

export interface Consumed {
  /** Records a second, from the first batch to the last. */
  readonly perSecond: number;
}
