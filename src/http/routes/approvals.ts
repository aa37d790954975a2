/** Approvals: what waits for a person, and the person's verdict. */
import { Hono } from 'hono';
import * as z from 'zod';
import { ComposerError } from '../../core/errors.ts';
import { MAX_RUN_BYTES, readJson } from '../body.ts';
import { approvalId, readApprovalId } from '../approval-id.ts';
import { formFaults } from '../form-faults.ts';
import { anyJson, anyObject, checkBody, checkQuery } from '../input.ts';
import type { Failure, Issue } from '../../core/errors.ts';
import type { ApprovalView } from '../../core/run/view.ts';
import type { Services } from '../../runtime/services.ts';
import type { ApiEnv } from '../env.ts';

const noQuery = z.strictObject({});
const verdictBody = z.strictObject({
  approved: z.boolean(),
  comments: z.string().max(10_000).optional(),
  /** What the person changed, for the recipe to use. */
  modifications: anyJson.optional(),
  /** Fields that the form asks for. */
  form: anyObject.optional(),
  decided_by: z.string().min(1).max(256).default('api'),
});

export function approvalRoutes({ ports: { runs } }: Services): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();

  app.get('/', async (c) => {
    checkQuery(c, noQuery);
    return c.json({ data: (await runs.approvals(c.get('tenant'))).map(view) });
  });

  app.get('/:id', async (c) => {
    checkQuery(c, noQuery);
    const { run, key } = readApprovalId(c.req.param('id'));
    const found = await runs.findApproval(c.get('tenant'), run, key);
    if (found?.status === 'closed') {
      const detail = `Cannot give the approval: nobody is asked any more (${found.reason})`;
      throw new ComposerError('approval_gone', detail);
    }
    if (found !== undefined) return c.json(view(found));
    throw new ComposerError('approval_not_found', `Cannot find approval "${c.req.param('id')}"`);
  });

  app.post('/:id', async (c) => {
    checkQuery(c, noQuery);
    const approval = readApprovalId(c.req.param('id'));
    const { value } = await readJson(c, MAX_RUN_BYTES);
    const { approved, comments, modifications, form, decided_by } = checkBody(verdictBody, value);
    const groups = c.get('groups');
    const decided = await runs.decide(c.get('tenant'), approval, {
      approved,
      ...(groups !== undefined && { groups }),
      decidedBy: decided_by,
      ...(comments !== undefined && { comments }),
      ...(modifications !== undefined && { modifications }),
      ...(form !== undefined && { form }),
    });
    if (!decided.ok) throw refused(decided.error);
    // 202: nobody has been asked yet, and the verdict is kept until somebody is.
    return c.json(view(decided.value), decided.value.status === 'kept' ? 202 : 200);
  });

  return app;
}

/** A form's faults with their places in the body. */
function refused(failed: Failure): ComposerError {
  const issues = formFaults(failed).map(({ pointer, detail }): Issue => ({
    severity: 'error',
    code: 'invalid_value',
    detail,
    pointer: `/form${pointer}`,
  }));
  return new ComposerError(failed.code, failed.message, { issues });
}

function view({ key, ...approval }: ApprovalView) {
  return { id: approvalId(approval.run_id, key), step: key, ...approval };
}
