/** Whose things a route of administration is about: the caller's, or any tenant's for the operator. */
import * as z from 'zod';
import { ComposerError } from '../core/errors.ts';
import { isTenant } from '../runtime/keys/key-text.ts';
import type { Context } from 'hono';
import type { Tenant } from '../runtime/ports.ts';
import type { ApiEnv } from './env.ts';

export const TENANT_RULE = 'must be lower-case letters, digits and "-" inside, 63 at most';
export const tenantName = z.string().refine(isTenant, TENANT_RULE).optional();

export function tenantOf(c: Context<ApiEnv>, asked: Tenant | undefined): Tenant {
  const own = c.get('tenant');
  if (asked === undefined || asked === own) return own;
  if (c.get('caller')?.isOperator === true) return asked;
  throw new ComposerError('forbidden', 'Cannot act for another tenant: only the operator can');
}
