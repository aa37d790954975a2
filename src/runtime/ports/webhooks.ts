/** Webhooks: addresses that are told what becomes of runs, and what was sent to them. */
import type { Result } from '../../core/errors.ts';
import type { EpochMs, RunId, Tenant } from './names.ts';

export const WEBHOOK_EVENTS = [
  'run.completed',
  'run.failed',
  'run.cancelled',
  'approval.requested',
  'approval.escalated',
] as const;

export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** Where a message goes, and what it is signed with. */
export interface WebhookTarget {
  /** Of the webhook; absent for an address that a run brought along. */
  readonly webhook?: string;
  readonly url: string;
  readonly secret: string;
}

/** Who wants to hear. */
export interface WebhookTargets {
  /** Whether anything might be wanted at all. */
  any(tenant: Tenant): Promise<boolean>;
  /** Those of the tenant's webhooks that want an event of a recipe. */
  wanting(
    tenant: Tenant,
    message: { readonly event: WebhookEvent; readonly recipe: string },
  ): Promise<readonly WebhookTarget[]>;
  /** The target of a delivery, with what signs it now; undefined when its webhook is gone. */
  find(tenant: Tenant, webhook: string): Promise<WebhookTarget | undefined>;
  /** An address that a run or a recipe names; signed with the tenant's own secret. */
  named(tenant: Tenant, url: string): Promise<WebhookTarget | undefined>;
}

export interface Delivery {
  readonly id: string;
  /** Absent for an address that a run brought along. */
  readonly webhook?: string;
  readonly url: string;
  readonly event: WebhookEvent;
  readonly run: RunId;
  readonly status: 'pending' | 'delivered' | 'failed';
  readonly attempts: number;
  readonly createdAt: EpochMs;
  /** When it is tried again; absent when it is not. */
  readonly nextAt?: EpochMs;
  /** The last attempt: the status that was answered, or the code of why there was no answer. */
  readonly last?: { readonly at: EpochMs; readonly status?: number; readonly error?: string };
}

export interface DeliveryFilter {
  /** Absent: all, also those of addresses that runs brought along. */
  readonly webhook?: string;
  readonly status?: Delivery['status'];
  readonly limit: number;
  /** The id after which the page starts, newest first. */
  readonly cursor?: string;
}

export interface Deliveries {
  list(tenant: Tenant, filter: DeliveryFilter): Promise<readonly Delivery[]>;
  /** Sends it again now, under the same id, whatever became of it. `webhook_not_found`. */
  resend(tenant: Tenant, id: string): Promise<Result<Delivery>>;
  /** Says that the tenant's webhooks have changed. */
  webhooksChanged(tenant: Tenant): Promise<void>;
}
