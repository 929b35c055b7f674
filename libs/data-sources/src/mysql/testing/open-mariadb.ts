import type { MariaDbServer } from '../../../../../test/mariadb/server';
import { mysqlConnectionOf } from '../mysql-connection';
import { MySqlDataSource, type MySqlLimits } from '../mysql-data-source';

/** A data source over a database of a test's server, as the user who may do everything. */
export function openMariaDb(
  { address }: Pick<MariaDbServer, 'address'>,
  database: string,
  limits: Partial<MySqlLimits> = {},
): MySqlDataSource {
  const { password, ...where } = address;
  return new MySqlDataSource(mysqlConnectionOf({ ...where, database, tls: { mode: 'disable', ca: null } }, password), {
    poolMax: 2,
    statementTimeoutMs: 20_000,
    ...limits,
  });
}
