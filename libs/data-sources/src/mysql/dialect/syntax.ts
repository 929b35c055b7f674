/** What the export engine writes of PostgreSQL's SQL, as a tree. */
export type Expression =
  | { readonly type: 'column'; readonly table: string | null; readonly name: string }
  /** What a person typed: it is bound, never part of a text. */
  | { readonly type: 'value'; readonly value: string }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'number'; readonly text: string }
  | { readonly type: 'null' }
  | { readonly type: 'interval'; readonly text: string }
  | { readonly type: 'negative'; readonly of: Expression }
  | { readonly type: 'cast'; readonly of: Expression; readonly to: string }
  | {
      readonly type: 'call';
      readonly name: string;
      readonly distinct: boolean;
      readonly operands: readonly Expression[];
    }
  | { readonly type: 'extract'; readonly field: string; readonly of: Expression }
  | { readonly type: 'element'; readonly words: readonly Expression[]; readonly at: Expression }
  | { readonly type: 'case'; readonly branches: readonly Branch[]; readonly otherwise: Expression | null }
  | { readonly type: 'not'; readonly of: Expression }
  | { readonly type: 'arithmetic'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'concatenation'; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'logic'; readonly operator: 'AND' | 'OR'; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'comparison'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'like'; readonly negated: boolean; readonly of: Expression; readonly pattern: Expression }
  | { readonly type: 'in'; readonly negated: boolean; readonly of: Expression; readonly items: readonly Expression[] }
  | { readonly type: 'between'; readonly of: Expression; readonly low: Expression; readonly high: Expression }
  | { readonly type: 'is_null'; readonly negated: boolean; readonly of: Expression };

export interface Branch {
  readonly when: Expression;
  readonly then: Expression;
}

export interface Source {
  readonly schema: string;
  readonly name: string;
  readonly alias: string;
}

export interface SortKey {
  readonly key: Expression;
  readonly descending: boolean;
}

export interface Select {
  readonly items: readonly Expression[];
  readonly from: readonly Source[];
  readonly where: Expression | null;
  /** Null: rows are not grouped. Empty: all of them are one group. */
  readonly groupBy: readonly Expression[] | null;
  readonly orderBy: readonly SortKey[];
  /** Digits. */
  readonly limit: string | null;
}

/** A query, with what the export engine puts around its rows. */
export type Query =
  | { readonly type: 'rows'; readonly select: Select }
  /** The rows with their numbers, from 1, at that place among their values. */
  | { readonly type: 'numbered'; readonly select: Select; readonly at: number }
  | {
      /** At most `limit` rows, a row of their totals, and a row of NULLs if there are more. */
      readonly type: 'totalled';
      readonly select: Select;
      /** Of what is selected. Rows show the first of them, as many as there are totals; the others are summed up. */
      readonly names: readonly string[];
      /** Whether the row's number comes first. */
      readonly isNumbered: boolean;
      readonly limit: number;
      readonly totals: readonly Expression[];
    };
