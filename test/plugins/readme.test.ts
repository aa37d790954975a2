/** The examples in the READMEs are run as they stand. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadPlugin, type LoadedPlugin } from './call.ts';

const ROOT = join(import.meta.dirname, '../../plugins');

describe.each(['text-tools', 'json-tools', 'readability', 'html-tools', 'csv-tools'])(
  'README of %s',
  (name) => {
    let plugin: LoadedPlugin;
    const sections = new Map<string, string>();

    beforeAll(async () => {
      plugin = await loadPlugin(name);
      const text = await readFile(join(ROOT, name, 'README.md'), 'utf8');
      for (const section of text.split(/^### /m).slice(1)) {
        sections.set(/^`(\w+)`/.exec(section)![1]!, section);
      }
    }, 60_000);

    it('has a section for each function and no other', () => {
      expect([...sections.keys()].toSorted()).toEqual(
        plugin.manifest.functions.map(({ id }) => id).toSorted(),
      );
    });

    it('shows what each function gives', async () => {
      for (const [id, section] of sections) {
        const blocks = [...section.matchAll(/```json\n([\s\S]*?)\n```/g)].map(([, json]) => json!);
        expect(blocks, id).toHaveLength(2);
        const input = JSON.parse(blocks[0]!);
        const isFold = plugin.manifest.functions.some((entry) => entry.id === id && entry.fold);
        const output = isFold ? plugin.fold(id, input as unknown[]) : plugin.call(id, input);
        expect(await output, id).toEqual(JSON.parse(blocks[1]!));
      }
    });
  },
);
