/** Links to approvals of which none is known; tests put in what they need. */
import { fail } from '../../../src/core/errors.ts';
import type { ApprovalLinks } from '../../../src/runtime/ports/approval-links.ts';

export function createLinksTwin(given: Partial<ApprovalLinks> = {}): ApprovalLinks {
  const none = async () => fail('approval_not_found', 'Cannot find the approval');
  return {
    create: none,
    list: async () => [],
    revoke: async () => false,
    open: none,
    decide: none,
    ...given,
  };
}
