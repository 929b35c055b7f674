import type { DataType } from '#domain';

/** How the text of a value becomes a cell. */
export type CellKind = 'number' | 'boolean' | 'moment' | 'time' | 'text';

export function cellKind(type: DataType): CellKind {
  switch (type) {
    case 'integer':
    case 'decimal':
    case 'currency':
    case 'percent':
    case 'duration':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'date':
    case 'timestamp':
      return 'moment';
    case 'time':
      return 'time';
    case 'string':
    case 'uuid':
    case 'json':
    case 'array':
      return 'text';
  }
}
