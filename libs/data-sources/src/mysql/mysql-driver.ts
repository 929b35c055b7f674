import { createRequire } from 'node:module';
import type * as Driver from 'mysql2';

const requireHere = createRequire(__filename);

/** Loaded by the first connection only: most systems have none of these. By require, since Jest knows no import(). */
export function mysqlDriver(): typeof Driver {
  return requireHere('mysql2') as typeof Driver;
}
