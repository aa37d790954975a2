/** What the pages about models show is taken: commands by the API, settings by their schemas. */
import { describe, expect, it } from 'vitest';
import { PRICE_LIST } from '../../src/runtime/models/price-list.ts';
import { KNOWN_SERVERS } from '../../src/runtime/models/known-servers.ts';
import { SECTIONS } from '../../src/runtime/settings/sections.ts';
import { makeApi } from '../support/http/api.ts';
import { commandsOf } from '../support/http/curl.ts';
import { blocksOf, readPage } from './pages.ts';

const reference = readPage('docs/reference/models.md');
const howTo = readPage('docs/how-to/use-a-model.md');

it('the commands of the guide answer as it says', async () => {
  const api = makeApi();
  const curl = howTo.text.split('\n').filter((line) => line.startsWith('curl '));
  const commands = commandsOf(
    `\n\`\`\`sh\n${curl.join('\n')}\n\`\`\`\n`,
    { BASE: '' },
    () => new Uint8Array(),
  );
  expect(commands).toHaveLength(curl.length);
  expect(curl.length).toBeGreaterThan(2);
  for (const { text, url, init, status } of commands) {
    const answer = await api.request(url, init);
    expect({ text, status: answer.status }).toEqual({ text, status });
    await answer.body?.cancel();
  }
});

describe('settings in the reference', () => {
  const blocks = blocksOf(reference).filter(({ language }) => language === 'json');

  it('are there', () => expect(blocks.length).toBeGreaterThanOrEqual(4));

  it.each(blocks)('are taken: $text', ({ text }) => {
    const value: unknown = JSON.parse(text);
    const isPrices = typeof value === 'object' && value !== null && 'voices' in value;
    const { schema } = isPrices ? SECTIONS.prices : SECTIONS.models;
    expect(schema.safeParse(value).error?.issues ?? []).toEqual([]);
  });
});

it('the reference names every provider that is known', () => {
  for (const name of Object.keys(KNOWN_SERVERS)) expect(reference.text).toContain(`\`${name}\``);
  expect(PRICE_LIST.length).toBeGreaterThan(3);
});
