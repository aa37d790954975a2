/** What each route asks of a key is in one table, in the code and on the page. */
import { expect, it } from 'vitest';
import { ACCESS } from '../../src/http/access.ts';
import { SCOPES } from '../../src/core/scopes.ts';
import { SECTIONS } from '../../src/runtime/settings/sections.ts';
import { makeApi } from '../support/http/api.ts';
import { readPage } from './pages.ts';

const { text } = readPage('docs/reference/keys.md');
const routes = makeApi()
  .app.routes.filter(({ method }) => method !== 'ALL')
  .map(({ method, path }) => `${method} ${path}`);

it('every route is in the table, and no other', () => {
  expect(Object.keys(ACCESS).toSorted()).toEqual([...new Set(routes)].toSorted());
});

it('the page says what the table says', () => {
  const rows = [...text.matchAll(/^\| `([A-Z]+ \S+)` \| (.+) \|$/gm)];
  const listed = rows.map(([, route, need]) => [route, need]);
  const known = Object.entries(ACCESS).map(([route, need]) => [
    route,
    typeof need === 'string' ? need : need.map((scope) => `\`${scope}\``).join(' or '),
  ]);
  expect(listed).toEqual(known);
});

it('the page names every scope, every section of the settings and every key of them', () => {
  for (const scope of SCOPES) expect(text).toContain(`| \`${scope}\` |`);
  for (const [name, { schema }] of Object.entries(SECTIONS)) {
    expect(text).toContain(`\n\`${name}\``);
    for (const key of Object.keys(schema.shape)) expect(text).toContain(`| \`${key}\` |`);
  }
});
