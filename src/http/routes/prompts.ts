/** Stored prompts: templates under file names, for recipes to use by name and to include. */
import { Hono } from 'hono';
import * as z from 'zod';
import { ComposerError } from '../../core/errors.ts';
import { parseTemplate } from '../../core/template/template.ts';
import { MAX_RECIPE_BYTES, readText } from '../body.ts';
import { entityTag, isNotModified, writeCondition } from '../conditions.ts';
import { checkQuery } from '../input.ts';
import { promptName } from '../names.ts';
import { pageOf, sendPage } from '../page.ts';
import { unwrap } from '../problem.ts';
import { pageQuery } from '../query.ts';
import type { PromptEntry } from '../../runtime/ports.ts';
import type { Services } from '../../runtime/services.ts';
import type { ApiEnv } from '../env.ts';

const noQuery = z.strictObject({});
const TYPES = ['text/plain', 'text/x-jinja2'];

export function promptRoutes({ ports: { catalog, digests } }: Services): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();

  app.get('/', async (c) => {
    const query = checkQuery(c, pageQuery);
    const all = await catalog.listPrompts(c.get('tenant'));
    const { data, next } = pageOf(all, ({ name }) => name, query);
    return sendPage(c, { data: data.map(view), next });
  });

  app.put('/:name', async (c) => {
    checkQuery(c, noQuery);
    const name = promptName(c.req.param('name'));
    const tenant = c.get('tenant');
    const ifMatch = await writeCondition(
      c.req.raw.headers,
      async () => (await catalog.findPrompt(tenant, name))?.digest,
    );
    const text = await readText(c, { types: TYPES, maxBytes: MAX_RECIPE_BYTES });
    checkTemplate(name, text);
    const put = { text, digest: await digests.sha256(text) };
    const stored = await catalog.putPrompt(tenant, name, {
      ...put,
      ...(ifMatch !== undefined && { ifMatch }),
    });
    const prompt = unwrap(stored);
    c.header('ETag', entityTag(prompt.digest));
    return c.json(view(prompt), prompt.created ? 201 : 200);
  });

  app.get('/:name', async (c) => {
    checkQuery(c, noQuery);
    const name = promptName(c.req.param('name'));
    const prompt = await catalog.findPrompt(c.get('tenant'), name);
    if (prompt === undefined) throw noPrompt(name);
    const headers = { ETag: entityTag(prompt.digest) };
    if (isNotModified(c.req.raw.headers, headers.ETag)) return c.body(null, 304, headers);
    return c.body(prompt.text, 200, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' });
  });

  app.delete('/:name', async (c) => {
    checkQuery(c, noQuery);
    const name = promptName(c.req.param('name'));
    if (!(await catalog.deletePrompt(c.get('tenant'), name))) throw noPrompt(name);
    return c.body(null, 204);
  });

  return app;
}

/** A prompt that cannot be read would only be found out by the recipes that use it. */
function checkTemplate(name: string, text: string): void {
  const parsed = parseTemplate(text);
  if (parsed.ok) return;
  const { code, message, offset, suggestion } = parsed.error;
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - before.lastIndexOf('\n');
  const issue = {
    severity: 'error' as const,
    code,
    detail: message,
    pointer: '',
    line,
    column,
    ...(suggestion !== undefined && { suggestion }),
  };
  throw new ComposerError('prompt_invalid', `Cannot put prompt "${name}": ${message}`, {
    issues: [issue],
  });
}

function view({ name, digest, updatedAt }: PromptEntry) {
  return { name, digest, updated_at: new Date(updatedAt).toISOString() };
}

function noPrompt(name: string): ComposerError {
  return new ComposerError('prompt_not_found', `Cannot find prompt "${name}"`);
}
