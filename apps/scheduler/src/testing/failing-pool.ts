import type { Pool } from '#database';

/** A pool whose connections break at a statement, by its name. */
export function failingAt(pool: Pool, name: string): Pool {
  return new Proxy(pool, {
    get(target, property, receiver) {
      if (property === 'query') return target.query.bind(target);
      if (property !== 'connect') return Reflect.get(target, property, receiver) as unknown;
      return async () => {
        const client = await target.connect();
        return new Proxy(client, {
          get(connection, member): unknown {
            if (member === 'query') {
              return (query: string | { name?: string }, values?: unknown[]) => {
                if (typeof query === 'object' && query.name === name) throw new Error('crash');
                return connection.query(query as string, values);
              };
            }
            const value = Reflect.get(connection, member) as unknown;
            return typeof value === 'function' ? (value.bind(connection) as unknown) : value;
          },
        });
      };
    },
  });
}
