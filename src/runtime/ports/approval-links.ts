/** Links by which people decide without a key: each is for one person and one approval, and expires. */
import type { Result } from '../../core/errors.ts';
import type { Verdict } from '../../core/run/record.ts';
import type { ApprovalView } from '../../core/run/view.ts';
import type { Digest, EpochMs, RunId, Tenant } from './names.ts';

export interface ApprovalPlace {
  readonly run: RunId;
  /** The step that asks. */
  readonly key: string;
}

/** A verdict on its way in, with the groups of whoever gives it. Absent: somebody who speaks for all. */
export type Decision = Omit<Verdict, 'decidedAt'> & { readonly groups?: readonly string[] };

/** The link says who decides. */
export type LinkVerdict = Omit<Decision, 'decidedBy' | 'groups'>;

export interface ApprovalLink {
  readonly id: string;
  /** Who decides by it. */
  readonly person: string;
  readonly groups: readonly string[];
  readonly createdAt: EpochMs;
  readonly expiresAt: EpochMs;
}

/** Where a token leads. The token itself never gets here: only its digest does. */
export interface LinkToken {
  readonly run: RunId;
  readonly digest: Digest;
}

/** What a person sees who follows a link. */
export interface OpenedLink {
  readonly link: ApprovalLink;
  /** Of the approval when the link was made, for what is decided forgets it. */
  readonly title?: string;
  readonly approval: ApprovalView;
}

export interface ApprovalLinks {
  /** `approval_not_found`, `approval_gone`; `forbidden` when the approval asks for other groups; `queue_full` at 100. */
  create(
    tenant: Tenant,
    place: ApprovalPlace,
    link: Omit<ApprovalLink, 'createdAt'> & { readonly digest: Digest },
  ): Promise<Result<ApprovalLink>>;
  list(tenant: Tenant, place: ApprovalPlace): Promise<readonly ApprovalLink[]>;
  /** False when there was none. What was decided by it stays decided. */
  revoke(tenant: Tenant, place: ApprovalPlace, id: string): Promise<boolean>;
  /** `approval_not_found`, `link_expired`. */
  open(tenant: Tenant, token: LinkToken): Promise<Result<OpenedLink>>;
  /** As `Runs.decide`, by the link's person. */
  decide(tenant: Tenant, token: LinkToken, verdict: LinkVerdict): Promise<Result<ApprovalView>>;
}
