/** What webhooks are to be told, and what they were told, in a partition's tables. */
import type { EpochMs, RunId, Tenant } from '../../runtime/ports.ts';
import type { Delivery, DeliveryFilter, WebhookEvent } from '../../runtime/ports/webhooks.ts';

/** Something that happened, and nobody has been asked yet who wants to hear of it. */
export interface Notice {
  readonly seq: number;
  readonly tenant: Tenant;
  readonly run: RunId;
  readonly event: WebhookEvent;
  /** The step that it is about. */
  readonly key: string | null;
  readonly at: EpochMs;
}

export interface DeliveryRow extends Delivery {
  readonly tenant: Tenant;
  readonly body: string;
}

type NoticeSql = Omit<Notice, 'event'> & { event: string };
type DeliverySql = {
  id: string;
  tenant: string;
  webhook: string | null;
  url: string;
  event: string;
  run: string;
  status: string;
  attempts: number;
  body: string;
  last: string | null;
  createdAt: number;
  dueAt: number | null;
};

const COLUMNS =
  'id, tenant, webhook, url, event, run, status, attempts, body, last, created_at AS createdAt, due_at AS dueAt';

export function addNotice(sql: SqlStorage, notice: Omit<Notice, 'seq'>): void {
  const { tenant, run, event, key, at } = notice;
  sql.exec(
    'INSERT INTO notices (tenant, run, event, key, at) VALUES (?, ?, ?, ?, ?)',
    tenant,
    run,
    event,
    key,
    at,
  );
}

export function readNotices(sql: SqlStorage, limit: number): Notice[] {
  return (
    sql
      .exec<NoticeSql>(
        'SELECT seq, tenant, run, event, key, at FROM notices ORDER BY seq LIMIT ?',
        limit,
      )
      .toArray()
      // SAFETY: written by `addNotice`.
      .map(({ event, ...row }) => ({ ...row, event: event as WebhookEvent }))
  );
}

export function dropNotice(sql: SqlStorage, seq: number): void {
  sql.exec('DELETE FROM notices WHERE seq = ?', seq);
}

export function addDelivery(
  sql: SqlStorage,
  row: Pick<DeliveryRow, 'id' | 'tenant' | 'url' | 'event' | 'run' | 'body' | 'createdAt'> & {
    readonly webhook: string | null;
  },
): void {
  const { id, tenant, webhook, url, event, run, body, createdAt } = row;
  sql.exec(
    `INSERT INTO deliveries (id, tenant, webhook, url, event, run, status, attempts, body, created_at, due_at)
     VALUES (?, ?, ?, ?, ?, ?, 'pending', 0, ?, ?, ?)`,
    id,
    tenant,
    webhook,
    url,
    event,
    run,
    body,
    createdAt,
    createdAt,
  );
}

/** Those that are due, the one that waits longest first. */
export function dueDeliveries(sql: SqlStorage, now: EpochMs, limit: number): DeliveryRow[] {
  return sql
    .exec<DeliverySql>(
      `SELECT ${COLUMNS} FROM deliveries WHERE due_at <= ? ORDER BY due_at LIMIT ?`,
      now,
      limit,
    )
    .toArray()
    .map(rowOf);
}

/** When something is to be sent next. */
export function nextDelivery(sql: SqlStorage): EpochMs | undefined {
  const query = 'SELECT min(due_at) AS at FROM deliveries WHERE due_at IS NOT NULL';
  return sql.exec<{ at: number | null }>(query).one().at ?? undefined;
}

export function findDelivery(sql: SqlStorage, id: string): DeliveryRow | undefined {
  return sql
    .exec<DeliverySql>(`SELECT ${COLUMNS} FROM deliveries WHERE id = ?`, id)
    .toArray()
    .map(rowOf)[0];
}

export function listDeliveries(
  sql: SqlStorage,
  { webhook, status, limit, cursor }: DeliveryFilter,
): Delivery[] {
  return sql
    .exec<DeliverySql>(
      `SELECT ${COLUMNS} FROM deliveries
       WHERE (?1 IS NULL OR id < ?1) AND (?2 IS NULL OR webhook = ?2) AND (?3 IS NULL OR status = ?3)
       ORDER BY id DESC LIMIT ?4`,
      cursor ?? null,
      webhook ?? null,
      status ?? null,
      limit,
    )
    .toArray()
    .map(rowOf)
    .map(shown);
}

/** Counted before it is sent: whatever dies in between, the count is right and it is sent again. */
export function beginAttempt(sql: SqlStorage, id: string, leaseUntil: EpochMs): void {
  sql.exec(
    'UPDATE deliveries SET attempts = attempts + 1, due_at = ? WHERE id = ?',
    leaseUntil,
    id,
  );
}

export function endAttempt(
  sql: SqlStorage,
  id: string,
  end: { status: Delivery['status']; last: Delivery['last']; dueAt: EpochMs | undefined },
): void {
  sql.exec(
    'UPDATE deliveries SET status = ?, last = ?, due_at = ? WHERE id = ?',
    end.status,
    JSON.stringify(end.last),
    end.dueAt ?? null,
    id,
  );
}

/** From the beginning, as if it had never been tried. */
export function restart(sql: SqlStorage, id: string, now: EpochMs): void {
  sql.exec(
    `UPDATE deliveries SET status = 'pending', attempts = 0, due_at = ? WHERE id = ?`,
    now,
    id,
  );
}

export function shown({ tenant: _tenant, body: _body, ...delivery }: DeliveryRow): Delivery {
  return delivery;
}

function rowOf({ webhook, event, status, last, dueAt, ...row }: DeliverySql): DeliveryRow {
  // SAFETY: written by the functions above.
  return {
    ...row,
    event: event as WebhookEvent,
    status: status as Delivery['status'],
    ...(webhook !== null && { webhook }),
    ...(dueAt !== null && { nextAt: dueAt }),
    ...(last !== null && { last: JSON.parse(last) as NonNullable<Delivery['last']> }),
  };
}
