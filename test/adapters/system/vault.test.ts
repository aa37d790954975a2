/** Sealing and signing. */
import { describe, expect, it } from 'vitest';
import { createVault } from '../../../src/adapters/system/vault.ts';
import { parseVaultKeys } from '../../../src/adapters/system/vault-keys.ts';

const key = (id: string, fill: number) => ({ id, bytes: new Uint8Array(32).fill(fill) });
const vault = createVault([key('a', 1)]);

describe('seal() and open()', () => {
  it.each(['', 'x', 'ä 語 🎧\n"', 'y'.repeat(10_000)])('give back the text', async (text) => {
    expect(await vault.open(await vault.seal(text, 'here'), 'here')).toBe(text);
  });

  it('the same text never looks the same', async () => {
    expect(await vault.seal('x', 'here')).not.toBe(await vault.seal('x', 'here'));
  });

  it('another label, another key, or a changed byte opens nothing', async () => {
    const sealed = await vault.seal('text', 'here');
    expect(await vault.open(sealed, 'there')).toBeUndefined();
    expect(await createVault([key('a', 2)]).open(sealed, 'here')).toBeUndefined();
    expect(await createVault([key('b', 1)]).open(sealed, 'here')).toBeUndefined();
    const [id, iv = '', data = ''] = sealed.split('.');
    const flipped = (data.startsWith('A') ? 'B' : 'A') + data.slice(1);
    const wrong = [`${id}.${iv}.${flipped}`, `${id}.${iv}.${data.slice(0, -4)}`, `${id}.${iv}.`];
    for (const text of [...wrong, `${id}.${iv}`, `${id}.x.y`, `${id}.*.*`, '', '..', 'a']) {
      expect(await vault.open(text, 'here'), text).toBeUndefined();
    }
  });

  it('an older key still opens, and what is new goes under the newest', async () => {
    const sealed = await vault.seal('old', 'here');
    const next = createVault([key('b', 2), key('a', 1)]);
    expect(await next.open(sealed, 'here')).toBe('old');
    expect(await next.seal('new', 'here')).toMatch(/^b\./);
  });
});

describe('sign() and isSigned()', () => {
  it('hold for one label and one key', async () => {
    const signature = await vault.sign('this');
    expect(signature).toMatch(/^[\w-]{12}$/);
    expect(await vault.isSigned('this', signature)).toBe(true);
    expect(await vault.isSigned('that', signature)).toBe(false);
    for (const text of ['', signature.slice(0, -1), `${signature}A`, signature.toLowerCase()]) {
      expect(await vault.isSigned('this', text), text).toBe(false);
    }
    expect(await createVault([key('a', 2)]).isSigned('this', signature)).toBe(false);
    const next = createVault([key('b', 2), key('a', 1)]);
    expect(await next.isSigned('this', signature)).toBe(true);
  });
});

it('without a key nothing is sealed, signed or believed', async () => {
  const empty = createVault([]);
  expect(empty.isReady).toBe(false);
  await expect(empty.seal('x', 'here')).rejects.toMatchObject({ code: 'not_set_up' });
  await expect(empty.sign('x')).rejects.toMatchObject({ code: 'not_set_up' });
  expect(await empty.isSigned('x', '')).toBe(false);
  expect(await empty.open(await vault.seal('x', 'here'), 'here')).toBeUndefined();
});

describe('the setting', () => {
  const encoded = (fill: number) => Buffer.alloc(32, fill).toString('base64');

  it('is a list of keys, the first for what is new', () => {
    const text = `b2:${encoded(255)}, a:${encoded(251).replaceAll('+', '-').replaceAll('/', '_')}`;
    expect(parseVaultKeys(text)).toEqual([key('b2', 255), key('a', 251)]);
    expect(parseVaultKeys('')).toEqual([]);
  });

  it.each([
    'nonsense',
    encoded(1),
    `:${encoded(1)}`,
    `A:${encoded(1)}`,
    `a:${encoded(1).slice(4)}`,
    `a:${encoded(1)}${encoded(1)}`,
    `a:${encoded(1)} a:${encoded(2)}`,
    `${'a'.repeat(17)}:${encoded(1)}`,
  ])('"%s" is wrong, and no part of a key is told', (text) => {
    const parsed = parseVaultKeys(text);
    expect(parsed).toHaveProperty('wrong');
    expect(JSON.stringify(parsed)).not.toContain(encoded(1).slice(4, 20));
  });
});
