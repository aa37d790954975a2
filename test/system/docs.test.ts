/** The commands of the README, the tutorial and the guides, run in a shell against a started server. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, readPage, ROOT } from '../docs/pages.ts';
import type { Block } from '../docs/pages.ts';
import { startServer } from '../support/server.ts';
import type { StartedServer } from '../support/server.ts';

const BASE = 'http://127.0.0.1:8787';
const PAGES = [
  'README.md',
  'docs/tutorial/first-recipe.md',
  'docs/how-to/write-a-recipe-with-a-map.md',
  'docs/how-to/upload-a-plugin.md',
  'docs/how-to/write-a-plugin-in-javascript.md',
  'docs/how-to/write-a-plugin-in-assemblyscript.md',
  'docs/how-to/write-a-plugin-in-rust.md',
  'docs/how-to/write-a-plugin-in-c.md',
  'docs/how-to/ask-a-person.md',
];

let folder: string;
let server: StartedServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'composer-'));
  server = await startServer(join(folder, 'state'));
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A folder with what a checkout has built, where a reader would save files. */
function makeDesk(name: string): string {
  const desk = join(folder, name);
  mkdirSync(desk);
  for (const part of ['dist', 'plugins', 'recipes', 'node_modules']) {
    symlinkSync(join(ROOT, part), join(desk, part));
  }
  // Every command of these pages is one that succeeds.
  writeFileSync(join(desk, '.curlrc'), 'silent\nshow-error\nfail-with-body\n');
  return desk;
}

const isRun = ({ language, text }: Block): boolean =>
  language === 'sh' &&
  text.split('\n').every((line) => /^(?:curl |npx asc |npm run composer -- |$)/.test(line));

/** Runs a line, and gives what it wrote. */
function run(line: string, desk: string): string {
  const command = line
    .replaceAll(BASE, server.url)
    .replace('npm run composer --', `node ${join(ROOT, 'cli/composer.ts')}`);
  const env = {
    ...process.env,
    CURL_HOME: desk,
    EC_SERVER: server.url,
    PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH']}`,
  };
  return execFileSync('sh', ['-c', command], { cwd: desk, encoding: 'utf8', env });
}

interface RunAnswer {
  readonly id?: string;
  readonly status?: string;
  readonly missing_outputs?: readonly string[];
}

/** The runs among the answers. */
function runsIn(answers: readonly string[]): RunAnswer[] {
  return answers
    .filter((answer) => answer.startsWith('{'))
    .map((answer) => JSON.parse(answer) as RunAnswer)
    .filter(({ id }) => id?.startsWith('run_') === true);
}

describe.each(PAGES.map((path, index) => ({ path, index })))('$path', ({ path, index }) => {
  it('has commands that succeed from top to bottom', () => {
    const desk = makeDesk(`desk-${index}`);
    const answers: string[] = [];
    for (const block of blocksOf(readPage(path))) {
      if (block.name !== undefined) writeFileSync(join(desk, block.name), block.text);
      if (!isRun(block)) continue;
      for (const line of block.text.split('\n').filter((each) => each !== ''))
        answers.push(run(line, desk));
    }
    expect(answers.length).toBeGreaterThan(1);
    const expected = path.endsWith('ask-a-person.md')
      ? ['queued', 'running', 'waiting']
      : ['completed'];
    for (const { status, missing_outputs: missing = [] } of runsIn(answers)) {
      expect(expected).toContain(status);
      expect(missing).toEqual([]);
    }
  });
});
