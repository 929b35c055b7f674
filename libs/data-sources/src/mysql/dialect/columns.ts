import { DataSourceError, type RelationName } from '../../data-source';
import { identifier, programText, sql, type Statement } from '../../statement';
import type { CatalogueColumn } from '../column-types';
import type { DialectContext } from './dialect-context';
import type { Expression, Source } from './syntax';
import { text } from './texts';
import { MOST_DIGITS } from './numbers';
import { typed, type Typed } from './typed';

/** The columns of a table that a query reads; null: there is none of that name. */
export type Catalogue = (relation: RelationName) => readonly CatalogueColumn[] | null;

export type ColumnName = Extract<Expression, { type: 'column' }>;

/** The columns that a query can name. Throws `data_source.relation_missing` for a table that is not there. */
export class QueryColumns {
  private readonly columns: readonly { readonly alias: string; readonly column: CatalogueColumn }[];

  constructor(
    sources: readonly Source[],
    catalogue: Catalogue,
    private readonly context: DialectContext,
  ) {
    this.columns = sources.flatMap(({ schema, name, alias }) => {
      const columns = catalogue({ schema, name });
      if (columns) return columns.map((column) => ({ alias, column }));
      const message = `The table or view of the dataset no longer exists: ${schema}.${name}.`;
      throw new DataSourceError('data_source.relation_missing', message);
    });
  }

  /** As the table holds it: an index serves. */
  plain(name: ColumnName): Typed {
    const { alias, column } = this.find(name);
    return typed('null', identifier(alias, column.name));
  }

  /** With a value that reports know. Throws `data_source.column_missing`. */
  value(name: ColumnName): Typed {
    const { column } = this.find(name);
    const plain = withoutZeros(column, this.plain(name).sql);
    const { kind, precision, scale } = column;
    switch (kind) {
      case 'integer':
        return typed(kind, plain, precision === null ? {} : { integerDigits: precision });
      case 'decimal':
        return typed(kind, plain, sizeOf(precision ?? MOST_DIGITS, scale ?? 0));
      case 'float':
      case 'double':
      case 'date':
      case 'time':
      case 'timestamp':
      case 'instant':
        return typed(kind, plain);
      case 'boolean':
        // Any number but 0 is true.
        return typed(kind, sql`(${plain} <> 0)`);
      case 'text':
        return text(plain, this.context);
      case 'json':
      case 'uuid':
      case 'other':
        return text(sql`CAST(${plain} AS CHAR)`, this.context);
      case 'bits':
        return text(sql`LPAD(BIN(${plain}), ${programText(String(precision ?? 1))}, '0')`, this.context);
      case 'bytes':
        return text(sql`CONCAT('\\x', LOWER(HEX(${plain})))`, this.context);
      case 'geometry':
        return text(sql`ST_AsText(${plain})`, this.context);
    }
  }

  private find({ table, name }: ColumnName) {
    const found = this.columns.find(({ alias, column }) => column.name === name && (table ?? alias) === alias);
    if (found) return found;
    const message = `A column of the dataset no longer exists: ${name}.`;
    throw new DataSourceError('data_source.column_missing', message);
  }
}

function sizeOf(precision: number, scale: number): Pick<Typed, 'integerDigits' | 'scale'> {
  return { integerDigits: precision - scale, scale };
}

/** Columns of the type YEAR and those declared as ZEROFILL are written with zeros before their digits. */
function withoutZeros({ databaseType }: CatalogueColumn, plain: Statement): Statement {
  return /^year\b|\bzerofill\b/.test(databaseType) ? sql`(${plain} + 0)` : plain;
}
