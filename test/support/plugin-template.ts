/** What holds for the template of each language: made, built, looked at, called, as its reader would. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { composer, folderOf } from '../cli/composer.ts';
import { ENTRIES } from '../../cli/plugin/languages.ts';
import type { Language } from '../../cli/plugin/languages.ts';

/** Texts with their vowels: the same for a guest in any language. */
export const VOWELS: readonly (readonly [text: string, count: number])[] = [
  ['', 0],
  ['Hello, World', 3],
  ['AEIOUaeiou', 10],
  ['rhythm', 0],
  ['é, ü and 漢字 👩‍👩‍👧', 1],
  ['a'.repeat(10_000), 10_000],
];

const NAME = 'vowels';

export function describeTemplate(language: Language): void {
  const make = async (): Promise<string> => {
    const desk = folderOf({});
    expect(await composer(desk, ['plugin', 'new', NAME, '--lang', language])).toMatchObject({
      exit: 0,
      err: '',
    });
    return desk;
  };
  const built = async (): Promise<string> => {
    const desk = await make();
    expect(await composer(desk, ['plugin', 'build', NAME])).toMatchObject({ exit: 0 });
    return desk;
  };

  it('is made, builds, passes its own cases and would be taken by a server', async () => {
    const desk = await built();
    const inspected = await composer(desk, ['plugin', 'inspect', NAME]);
    expect(inspected).toMatchObject({ exit: 0, err: '' });
    expect(inspected.out).toContain(`${NAME}@0.1.0`);
    const tested = await composer(desk, ['plugin', 'test', NAME]);
    expect(tested).toMatchObject({ exit: 0, out: expect.stringContaining('4 passed, 0 failed') });
  }, 120_000);

  it('counts as the others do', async () => {
    const desk = await built();
    for (const [text, count] of VOWELS) {
      const args = ['plugin', 'call', NAME, 'count_vowels', '--input', text];
      const called = await composer(desk, args);
      expect(called, text).toMatchObject({ exit: 0, out: `{"count":${count}}\n` });
      expect(called.err).toMatch(/^fuel {3}[\d,]+ of 200,000,000$/m);
    }
  }, 120_000);

  it('names the line of a fault in its source', async () => {
    const desk = await make();
    const entry = join(desk, NAME, ENTRIES[language]);
    const text = readFileSync(entry, 'utf8');
    writeFileSync(entry, `${text}\n)\n`);
    const { exit, err } = await composer(desk, ['plugin', 'build', NAME]);
    expect(exit).toBe(1);
    expect(err).toContain(String(text.split('\n').length + 1));
  }, 120_000);
}
