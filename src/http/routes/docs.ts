/** The page that the `type` of every problem document leads to. */
import { Hono } from 'hono';
import { ERRORS } from '../../core/errors.ts';
import type { ApiEnv } from '../env.ts';

export function docsRoutes(): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  const page = errorsPage();
  app.get('/errors', (c) => c.html(page));
  return app;
}

function errorsPage(): string {
  const rows = Object.entries(ERRORS).map(
    ([code, { status, retryable, blame }]) =>
      `<tr id="${code}"><td>${code}<td>${status}<td>${retryable ? 'yes' : 'no'}<td>${blame}`,
  );
  const head = '<tr><th>Code<th>Status<th>May succeed later, unchanged<th>Who can mend it';
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Errors</title><h1>Errors</h1><table>${head}${rows.join('')}</table>`;
}
