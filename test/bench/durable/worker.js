/** The built Worker with what a benchmark needs besides: a bare route, a bare route of an object, counted row writes. */
import worker, { WorkflowQueue as Queue } from './index.js';
export * from './index.js';

const TABLE = /^\s*(?:INSERT(?:\s+OR\s+\w+)?\s+INTO|UPDATE|DELETE\s+FROM)\s+(\w+)/i;
const written = {};

export class WorkflowQueue extends Queue {
  #sql;
  constructor(ctx, env) {
    const { sql } = ctx.storage;
    const exec = sql.exec.bind(sql);
    sql.exec = (query, ...values) => {
      const cursor = exec(query, ...values);
      const table = TABLE.exec(query)?.[1];
      if (table !== undefined) written[table] = (written[table] ?? 0) + cursor.rowsWritten;
      return cursor;
    };
    super(ctx, env);
    this.#sql = sql;
  }

  /** One row, as the least that a durable answer costs. */
  bare() {
    this.#sql.exec('CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, at REAL)');
    this.#sql.exec('INSERT OR REPLACE INTO bare VALUES (1, ?)', Math.random());
    return 'ok';
  }
}

export default {
  ...worker,
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith('/bench/')) return worker.fetch(request, env, ctx);
    if (pathname === '/bench/bare') return Response.json('ok');
    const { WORKFLOW_QUEUE: namespace } = env;
    if (pathname === '/bench/object')
      return Response.json(await namespace.get(namespace.idFromName('bench')).bare());
    return Response.json({ ...written });
  },
};
