/** A person decides in a browser, on the started server. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withBrowser } from '../support/browser.ts';
import { startServer } from '../support/server.ts';
import type { StartedServer } from '../support/server.ts';

const state = mkdtempSync(join(tmpdir(), 'approval-'));
/** Where to put pictures of the pages; none are taken without it. */
const pictures = process.env['PICTURES'];
let server: StartedServer;

beforeAll(async () => {
  server = await startServer(state);
  if (pictures !== undefined) mkdirSync(pictures, { recursive: true });
});
afterAll(async () => {
  await server.stop();
  rmSync(state, { recursive: true, force: true });
});

const recipe = {
  name: 'release',
  nodes: [
    {
      id: 'review',
      type: 'hitl',
      title: 'May the September notes go out?',
      instructions:
        'Please check that the two prices are right.\nShorten the headline if you like, but keep the product’s name in it.',
      input: {
        product: 'Lighthouse 4',
        prices: { monthly: '€ 12.00', yearly: '€ 120.00' },
        notes:
          'Sync works offline now. Changes wait on the device and are sent as soon as there is a network.\n\nPhotos are kept in their original size.',
        markets: ['Germany', 'Austria', 'Switzerland'],
      },
      form: {
        type: 'object',
        required: ['headline', 'audience'],
        properties: {
          headline: { type: 'string', maxLength: 60, description: 'At most 60 characters.' },
          audience: { enum: ['Everybody', 'Customers', 'Press'], title: 'Who is it for?' },
          copies: { type: 'integer', minimum: 1, maximum: 500, default: 50 },
          channels: { type: 'array', items: { enum: ['Newsletter', 'Website', 'App'] } },
          embargo: { type: 'boolean', title: 'Keep it back until Monday' },
          remarks: { type: 'string', maxLength: 2000 },
        },
      },
      timeout: '3d',
    },
  ],
};

interface Answer {
  readonly id: string;
  readonly url: string;
  readonly data: readonly { id: string; run_id: string; output?: unknown }[];
  readonly review?: unknown;
}

async function json(path: string, body?: unknown): Promise<Answer> {
  const init = {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  };
  const answer = await fetch(server.url + path, body === undefined ? {} : init);
  return (await answer.json()) as Answer;
}

async function ask(): Promise<{ run: string; url: string }> {
  const { id } = await json('/v1/runs', { recipe });
  const { data } = await json('/v1/approvals');
  const approval = data.find(({ run_id }) => run_id === id);
  const link = await json(`/v1/approvals/${approval?.id}/links`, { person: 'Ina Berg' });
  return { run: id, url: link.url };
}

const picture = (name: string) => ({ path: join(pictures ?? '', `${name}.png`), fullPage: true });

it.each([
  ['a phone', { width: 360, height: 740 }],
  ['a large screen in the dark', { width: 1280, height: 900, colorScheme: 'dark' as const }],
])('fills in the form and approves on %s, without a script', async (name, screen) => {
  const { run, url } = await ask();
  await withBrowser(screen, async (context) => {
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('request', (request) => {
      if (!request.url().startsWith(server.url)) complaints.push(request.url());
    });
    await page.goto(url);
    if (pictures !== undefined) await page.screenshot(picture(`${name} asked`));
    await expect(page.getByRole('heading', { level: 1 }).textContent()).resolves.toBe(
      'May the September notes go out?',
    );
    // Nothing is wider than the screen.
    expect((await page.locator('main').boundingBox())!.width).toBeLessThanOrEqual(screen.width);

    // What the browser itself would refuse is sent all the same, as by one that does not check.
    const headline = page.getByLabel('Headline');
    await headline.fill('Lighthouse 4 works offline');
    await page.getByLabel('Who is it for?').selectOption('Press');
    await page.getByLabel('Copies').fill('20');
    await page.getByLabel('Website').check();
    await page.getByLabel('Keep it back until Monday').check();
    await page.getByLabel('Comment').fill('Nice work.');
    await page.getByRole('button', { name: 'Approve' }).click();

    await page.getByRole('status').waitFor();
    if (pictures !== undefined) await page.screenshot(picture(`${name} decided`));
    const shown = await page.getByRole('status').textContent();
    expect(shown?.replaceAll(/\s+/g, ' ')).toContain('Approved by Ina Berg');
    expect(await page.getByText('Nice work.').count()).toBe(1);
    await page.reload();
    expect(await page.getByRole('button').count()).toBe(0);
    expect(complaints).toEqual([]);
  });
  const { review } = await json(`/v1/runs/${run}/result`);
  expect(review).toMatchObject({
    approved: true,
    headline: 'Lighthouse 4 works offline',
    audience: 'Press',
    copies: 20,
    channels: ['Website'],
    embargo: true,
    comments: 'Nice work.',
    decided_by: 'Ina Berg',
  });
});

it('says what is wrong beside the field, keeps what was typed, and rejects without the form', async () => {
  const { run, url } = await ask();
  await withBrowser({ width: 760, height: 900 }, async (context) => {
    // A server must not trust that a browser has checked.
    await context.route(url, async (route) => {
      const answer = await route.fetch({ maxRedirects: 0 });
      const body = (await answer.text()).replace(
        '<form method="post">',
        '<form method="post" novalidate>',
      );
      await route.fulfill({ response: answer, body });
    });
    const page = await context.newPage();
    await page.goto(url);
    await page.getByLabel('Copies').fill('900');
    await page.getByLabel('Remarks').fill('kept\n  as typed');
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('alert').waitFor();
    if (pictures !== undefined) await page.screenshot(picture('wrong'));
    expect(await page.getByRole('alert').getByRole('link').allTextContents()).toEqual(
      expect.arrayContaining(['Headline', 'Copies']),
    );
    expect(await page.getByLabel('Copies').getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByLabel('Remarks').inputValue()).toBe('kept\n  as typed');
    await page.getByRole('button', { name: 'Reject' }).click();
    await page.getByRole('status').waitFor();
  });
  const view = await json(`/v1/runs/${run}/nodes/review`);
  expect(view.data[0]?.output).toMatchObject({ approved: false, decided_by: 'Ina Berg' });
});
