/** Secrets: values that go in and never come out again. */
import { Hono } from 'hono';
import * as z from 'zod';
import { ComposerError } from '../../core/errors.ts';
import { parseHostGrant } from '../../runtime/egress/hosts.ts';
import { MAX_RUN_BYTES, readJson } from '../body.ts';
import { checkBody, checkQuery } from '../input.ts';
import { secretName } from '../names.ts';
import { pageOf, sendPage } from '../page.ts';
import { unwrap } from '../problem.ts';
import { pageQuery } from '../query.ts';
import type { SecretEntry } from '../../runtime/ports/settings.ts';
import type { Services } from '../../runtime/services.ts';
import type { ApiEnv } from '../env.ts';

const noQuery = z.strictObject({});
/** What is shorter cannot be told from other text in an answer, so it could not be taken out of one. */
const MIN_CHARS = 8;
const MAX_CHARS = 4_096;
const HEADER_TEXT =
  /^[\u0021-\u007e\u0080-\u00ff](?:[\t\u0020-\u007e\u0080-\u00ff]*[\u0021-\u007e\u0080-\u00ff])?$/;

const put = z.strictObject({
  value: z.string().min(MIN_CHARS).max(MAX_CHARS),
  hosts: z
    .array(
      z
        .string()
        .max(270)
        .refine((text) => parseHostGrant(text) !== undefined, 'must be a host, as api.example.com'),
    )
    .min(1)
    .max(50),
  in: z
    .array(z.enum(['header', 'body']))
    .min(1)
    .max(2)
    .default(['header']),
});

export function secretRoutes({ ports: { secrets } }: Services): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();

  app.get('/', async (c) => {
    const query = checkQuery(c, pageQuery);
    const all = await secrets.list(c.get('tenant'));
    const { data, next } = pageOf(all, ({ name }) => name, query);
    return sendPage(c, { data: data.map(view), next });
  });

  app.put('/:name', async (c) => {
    checkQuery(c, noQuery);
    const name = secretName(c.req.param('name'));
    const body = checkBody(put, (await readJson(c, MAX_RUN_BYTES)).value);
    const places = [...new Set(body.in)];
    if (places.includes('header') && !HEADER_TEXT.test(body.value)) throw notForHeaders();
    const { value } = body;
    const hosts = [...new Set(body.hosts)];
    const stored = unwrap(await secrets.put(c.get('tenant'), { name, value, hosts, in: places }));
    return c.json(view(stored), stored.created ? 201 : 200);
  });

  app.get('/:name', async (c) => {
    checkQuery(c, noQuery);
    const name = secretName(c.req.param('name'));
    const found = (await secrets.list(c.get('tenant'))).find((secret) => secret.name === name);
    if (found === undefined) throw noSecret(name);
    return c.json(view(found));
  });

  app.delete('/:name', async (c) => {
    checkQuery(c, noQuery);
    const name = secretName(c.req.param('name'));
    if (!(await secrets.delete(c.get('tenant'), name))) throw noSecret(name);
    return c.body(null, 204);
  });

  return app;
}

function view({ name, hosts, in: places, updatedAt }: SecretEntry) {
  return { name, hosts, in: places, updated_at: new Date(updatedAt).toISOString() };
}

function notForHeaders(): ComposerError {
  const detail =
    '"/value" is not valid: a header cannot hold it; with "in": ["body"] it may be any text';
  const issue = { severity: 'error', code: 'invalid_value', detail, pointer: '/value' } as const;
  return new ComposerError('bad_request', `Cannot read the body: ${detail}`, { issues: [issue] });
}

function noSecret(name: string): ComposerError {
  return new ComposerError('secret_not_found', `Cannot find secret "${name}"`);
}
