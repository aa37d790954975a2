import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeApi } from '../support/http/api.ts';
import { commandsOf } from '../support/http/curl.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/reference/http.md'), 'utf8');
const sections = page.split(/^### /m).slice(1);
const routeOf = (section: string): string => /^`([A-Z]+ \S+)`$/m.exec(section)?.[1] ?? '';
const variables = { BASE: '', RUN: 'run_001', KEY: 'key_1' };
const commands = (text: string) =>
  commandsOf(text, variables, (name) => new Uint8Array(new TextEncoder().encode(name)));

it('docs/reference/http.md has a section for each route, and no other section', () => {
  const served = makeApi()
    .app.routes.filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path}`);
  expect(sections.map(routeOf).toSorted()).toEqual([...new Set(served)].toSorted());
});

it.each(sections)('the commands of %s are of that route', (section) => {
  const [method = '', path = ''] = routeOf(section).split(' ');
  const pattern = new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`);
  const found = commands(section);
  expect(found.length).toBeGreaterThan(0);
  for (const { init, url } of found) {
    expect(init.method).toBe(method);
    expect(url.split('?')[0]).toMatch(pattern);
  }
});

it('the commands, run from top to bottom, answer as the page says', async () => {
  const api = makeApi();
  for (const { text, url, init, status } of commands(page)) {
    const response = await api.request(url, init);
    expect({ text, status: response.status }).toEqual({ text, status });
    await response.body?.cancel();
    // As on a server, where a run has ended long before a person has typed the next command.
    for (const run of await api.runs.list('default', { limit: 100, status: 'queued' })) {
      api.runs.end(run.id, 'completed');
    }
  }
});
