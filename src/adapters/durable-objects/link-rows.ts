/** Links to approvals of a partition: their digests, never their tokens. */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { mayDecide } from '../../core/run/approvals.ts';
import type { ApprovalView } from '../../core/run/view.ts';
import type {
  ApprovalLink,
  ApprovalPlace,
  LinkToken,
  LinkVerdict,
  OpenedLink,
} from '../../runtime/ports/approval-links.ts';
import type { Partition } from './partition-state.ts';
import { findApproval } from './reading.ts';
import { decide } from './waiting.ts';

/** Of one approval. */
const MAX_LINKS = 100;

type LinkRow = {
  key: string;
  id: string;
  person: string;
  groups: string;
  title: string | null;
  created_at: number;
  expires_at: number;
};

export type LinkDraft = Omit<ApprovalLink, 'createdAt'> & { readonly digest: string };

export function createLink(
  partition: Partition,
  place: ApprovalPlace,
  draft: LinkDraft,
): Result<ApprovalLink> {
  const { sql, deps } = partition;
  const { run, key } = place;
  const approval = findApproval(partition, run, key);
  if (approval === null) {
    return fail('approval_not_found', `Cannot find an approval "${key}" of run "${run}"`);
  }
  if (approval.status !== 'pending') {
    return fail('approval_gone', `Cannot ask for an approval that is ${approval.status}`);
  }
  const { id, person, groups, expiresAt, digest } = draft;
  if (!mayDecide(approval.groups, groups)) {
    const asked = approval.groups.join(', ');
    return fail('forbidden', `Cannot make the link: the approval asks for a member of ${asked}`);
  }
  if (listLinks(partition, place).length >= MAX_LINKS) {
    return fail('queue_full', `Cannot make another link: the approval has ${MAX_LINKS}`);
  }
  const createdAt = deps.clock.now();
  sql.exec(
    `INSERT INTO approval_links (run, digest, key, id, person, groups, title, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    run,
    digest,
    key,
    id,
    person,
    JSON.stringify(groups),
    approval.title ?? null,
    createdAt,
    expiresAt,
  );
  return ok({ id, person, groups, createdAt, expiresAt });
}

export function listLinks({ sql }: Partition, { run, key }: ApprovalPlace): ApprovalLink[] {
  return sql
    .exec<LinkRow>('SELECT * FROM approval_links WHERE run = ? AND key = ? ORDER BY id', run, key)
    .toArray()
    .map(linkOf);
}

export function revokeLink({ sql }: Partition, { run, key }: ApprovalPlace, id: string): boolean {
  const query = 'DELETE FROM approval_links WHERE run = ? AND key = ? AND id = ? RETURNING id';
  return sql.exec(query, run, key, id).toArray().length > 0;
}

export function openLink(partition: Partition, token: LinkToken): Result<OpenedLink> {
  const found = findLink(partition, token);
  if (!found.ok) return found;
  const { row, link } = found.value;
  const approval = findApproval(partition, token.run, row.key);
  if (approval === null) return notFound();
  return ok({ link, approval, ...(row.title !== null && { title: row.title }) });
}

export function decideByLink(
  partition: Partition,
  token: LinkToken,
  verdict: LinkVerdict,
): Result<ApprovalView> {
  const found = findLink(partition, token);
  if (!found.ok) return found;
  const { row, link } = found.value;
  const { person: decidedBy, groups } = link;
  return decide(partition, { run: token.run, key: row.key }, { ...verdict, decidedBy, groups });
}

function findLink(
  { sql, deps }: Partition,
  { run, digest }: LinkToken,
): Result<{ row: LinkRow; link: ApprovalLink }> {
  const [row] = sql
    .exec<LinkRow>('SELECT * FROM approval_links WHERE run = ? AND digest = ?', run, digest)
    .toArray();
  if (row === undefined) return notFound();
  if (row.expires_at <= deps.clock.now()) {
    return fail('link_expired', 'Cannot use the link: its time is over');
  }
  return ok({ row, link: linkOf(row) });
}

function notFound(): ReturnType<typeof fail> {
  return fail('approval_not_found', 'Cannot find an approval under this link');
}

function linkOf({ id, person, groups, created_at, expires_at }: LinkRow): ApprovalLink {
  // SAFETY: written by `createLink`.
  const members = JSON.parse(groups) as string[];
  return { id, person, groups: members, createdAt: created_at, expiresAt: expires_at };
}
