import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { composer, folderOf } from './composer.ts';

const ROOT = join(import.meta.dirname, '../..');
const GOOD = 'name: good\nnodes: [{id: a, type: language_task, prompt: hi}]\n';
/** A misspelt type in line 4, column 11. */
const BAD = 'name: bad\nnodes:\n  - id: a\n    type: langage_task\n    prompt: hi\n';
/** An unknown key: a warning. */
const ODD = 'name: odd\ncolour: red\nnodes: [{id: a, type: language_task, prompt: hi}]\n';

describe('exit codes', () => {
  const files = {
    'good.yaml': GOOD,
    'bad.yaml': BAD,
    'odd.yaml': ODD,
    'latin.yaml': new Uint8Array([0x6e, 0xe9]),
  };

  it.each([
    ['a good recipe', ['good.yaml'], 0],
    ['a recipe with an error', ['bad.yaml'], 1],
    ['a good one and a bad one', ['good.yaml', 'bad.yaml'], 1],
    ['a recipe with a warning', ['odd.yaml'], 0],
    ['the same in strict mode', ['odd.yaml', '--strict'], 1],
    ['a file that does not exist', ['good.yaml', 'none.yaml'], 2],
    ['a file that is no UTF-8', ['latin.yaml'], 2],
    ['no files', [], 2],
    ['an unknown option', ['good.yaml', '--fast'], 2],
    ['an unknown format', ['good.yaml', '--format', 'xml'], 2],
    ['a pattern that nothing fits', ['*.yml'], 2],
    ['a manifest that does not exist', ['good.yaml', '--plugin', 'none.yaml'], 2],
  ])('%s', async (_what, args, exit) => {
    expect((await composer(folderOf(files), ['validate', ...args])).exit).toBe(exit);
  });

  it('still tells the findings of the files that can be read', async () => {
    const ran = await composer(folderOf(files), ['validate', 'none.yaml', 'bad.yaml']);
    expect(ran.err).toContain('"none.yaml"');
    expect(ran.out).toContain('bad.yaml:4:11 error');
  });
});

describe('text', () => {
  it('has the place, the message, the code, the line and carets', async () => {
    const { out } = await composer(folderOf({ 'bad.yaml': BAD }), ['validate', 'bad.yaml']);
    const [head, source, carets, summary] = out.split('\n');
    expect(head).toMatch(
      /^bad\.yaml:4:11 error .+ \(did you mean "language_task"\?\) \[unknown_type\]$/,
    );
    expect(source).toBe('  4 |     type: langage_task');
    expect(carets).toBe('    |           ^^^^^^^^^^^^');
    expect(summary).toBe('1 recipe: 1 error');
  });

  it('puts carets under what comes behind tabs and wide characters', async () => {
    const text = `name: r\nnodes: [{id: a, type: language_task, prompt: "語🎧é",\tx: 1}]\n`;
    const { out } = await composer(folderOf({ 'a.yaml': text }), ['validate', 'a.yaml']);
    const [, source = '', carets = ''] = out.split('\n');
    // Of these only 語 takes a column more than it has units; the tab is shown as four spaces.
    expect(carets.indexOf('^')).toBe(source.indexOf('x:') + 1);
  });

  it('clips a long line around the place', async () => {
    const long = 'x'.repeat(100_000);
    const text = `name: r\nnodes: [{id: a, type: language_task, prompt: "${long} {{ nme }} ${long}"}]\nuser_inputs: [{id: name, type: string}]\n`;
    const { out } = await composer(folderOf({ 'a.yaml': text }), ['validate', 'a.yaml'], {
      columns: 60,
    });
    const [, source = '', carets = ''] = out.split('\n');
    expect(source.length).toBeLessThanOrEqual(60);
    expect(source).toMatch(/\| ….*…$/);
    expect(source.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('nme');
  });

  it('lets nothing of a file steer the terminal', async () => {
    const text = `name: r\n"\\e[31m\\u202e": 1\nnodes: [{id: a, type: language_task, prompt: hi}]\n# \u001b[2J\n`;
    const raw = text.replace('"\\e[31m\\u202e"', '"\u0007k"');
    for (const each of [text, raw]) {
      const { out } = await composer(folderOf({ 'a.yaml': each }), ['validate', 'a.yaml']);
      expect(out).toContain('[');
      // eslint-disable-next-line no-control-regex -- control characters are what it looks for
      expect(out.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
    }
  });

  it('is coloured only when asked to', async () => {
    const folder = folderOf({ 'bad.yaml': BAD });
    expect((await composer(folder, ['validate', 'bad.yaml'])).out).not.toContain('\u001b[');
    const { out } = await composer(folder, ['validate', 'bad.yaml'], { colours: true });
    expect(out).toContain('\u001b[31merror\u001b[0m');
  });
});

describe('other formats', () => {
  const folder = () => folderOf({ 'a,b.yaml': BAD, 'odd.yaml': ODD });
  const ran = async (format: string) =>
    (
      await composer(folder(), [
        'validate',
        'a,b.yaml',
        'odd.yaml',
        'none.yaml',
        '--format',
        format,
      ])
    ).out;

  it('json has every finding as the API tells it', async () => {
    expect(JSON.parse(await ran('json'))).toMatchObject({
      files: [
        {
          file: 'a,b.yaml',
          valid: false,
          diagnostics: [
            {
              severity: 'error',
              code: 'unknown_type',
              line: 4,
              column: 11,
              suggestion: 'language_task',
            },
          ],
        },
        { file: 'odd.yaml', valid: true, diagnostics: [{ severity: 'warning' }] },
        { file: 'none.yaml', valid: false, unreadable: expect.any(String) },
      ],
      summary: { files: 3, errors: 1, warnings: 1, infos: 0 },
    });
  });

  it('github has a workflow command a finding, its separators written as numbers', async () => {
    const lines = (await ran('github')).trimEnd().split('\n');
    expect(lines[0]).toMatch(
      /^::error file=a%2Cb\.yaml,line=4,endLine=4,col=11,endColumn=23,title=unknown_type::/,
    );
    expect(lines[1]).toMatch(/^::warning file=odd\.yaml,line=2,/);
    expect(lines[2]).toMatch(/^::error file=none\.yaml::/);
    expect(lines).toHaveLength(3);
  });

  it('sarif has rules, results with regions, and what could not be read', async () => {
    expect(JSON.parse(await ran('sarif'))).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: { name: 'composer', rules: [{ id: 'unknown_key' }, { id: 'unknown_type' }] },
          },
          columnKind: 'utf16CodeUnits',
          invocations: [
            { executionSuccessful: false, toolExecutionNotifications: [{ level: 'error' }] },
          ],
          results: [
            {
              ruleId: 'unknown_type',
              ruleIndex: 1,
              level: 'error',
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: 'a%2Cb.yaml' },
                    region: { startLine: 4, startColumn: 11, endLine: 4, endColumn: 23 },
                  },
                },
              ],
            },
            { ruleId: 'unknown_key', ruleIndex: 0, level: 'warning' },
          ],
        },
      ],
    });
  });
});

describe('files', () => {
  const TREE = {
    'recipes/one/recipe.yaml': GOOD,
    'recipes/one/inputs.json': '{"a": 1}',
    'recipes/two.json': '{"name": "two", "nodes": [{"id": "a", "type": "wait"}]}',
    'recipes/lib/defs.yaml': 'definitions: {tone: warm}',
    'recipes/.hidden/bad.yaml': BAD,
    'recipes/node_modules/x/bad.yaml': BAD,
  };
  const filesOf = async (args: readonly string[], tree: Parameters<typeof folderOf>[0] = TREE) => {
    const { out } = await composer(folderOf(tree), ['validate', ...args, '--format', 'json']);
    const { files } = JSON.parse(out) as { files: { file: string; library?: boolean }[] };
    return files.map(({ file, library }) => (library === true ? `${file} (library)` : file));
  };

  it('of a folder are its recipes, however deep, and not the data beside them', async () => {
    expect(await filesOf(['recipes'])).toEqual([
      'recipes/lib/defs.yaml (library)',
      'recipes/one/recipe.yaml',
      'recipes/two.json',
    ]);
  });

  it('are found by patterns, and each is looked at once', async () => {
    expect(await filesOf(['recipes/**/*.yaml', 'recipes/one/recipe.yaml'])).toEqual([
      'recipes/lib/defs.yaml (library)',
      'recipes/one/recipe.yaml',
    ]);
  });

  it('that are named are looked at, whatever is in them', async () => {
    expect(await filesOf(['recipes/one/inputs.json'])).toEqual([
      'recipes/one/inputs.json (library)',
    ]);
  });

  it('may have the letters of patterns in their names', async () => {
    expect(await filesOf(['a[1].yaml'], { 'a[1].yaml': GOOD })).toEqual(['a[1].yaml']);
  });

  it('are not followed through links to folders', async () => {
    const folder = folderOf({ 'recipes/a.yaml': GOOD });
    symlinkSync(join(folder, 'recipes'), join(folder, 'recipes/loop'));
    const { out } = await composer(folder, ['validate', 'recipes', '--format', 'json']);
    expect(JSON.parse(out)).toMatchObject({ summary: { files: 1 } });
  });
});

describe('the store', () => {
  const user = (more: string) =>
    `${more}\nname: r\nnodes: [{id: a, type: language_task, prompt: "@tone"}]\n`;
  const DEFS = 'definitions: {tone: warm}\n';

  it.each([
    ['beside the file', 'team/r.yaml', 'team/defs.yaml', 'defs'],
    ['in the folder called recipes', 'recipes/team/r.yaml', 'recipes/defs.yaml', 'defs'],
    [
      'above the file, in the store',
      'recipes/team/r.yaml',
      'recipes/other/defs.yml',
      '../other/defs',
    ],
  ])('imports from %s', async (_what, file, defs, path) => {
    const folder = folderOf({ [file]: user(`imports: [${path}]`), [defs]: DEFS });
    expect(await composer(folder, ['validate', file, '--strict'])).toMatchObject({ exit: 0 });
  });

  it('imports nothing from outside', async () => {
    const folder = folderOf({ 'recipes/r.yaml': user('imports: [../defs]'), 'defs.yaml': DEFS });
    expect((await composer(folder, ['validate', 'recipes/r.yaml'])).out).toContain(
      '[bad_import_path]',
    );
  });

  it('finds sub-recipes, prompts and what prompts include', async () => {
    const folder = folderOf({
      'recipes/r.yaml':
        'name: r\nnodes:\n  - {id: a, type: recipe, recipe_path: sub}\n  - {id: b, type: language_task, prompt: ask.jinja}\n',
      'recipes/sub.yaml': GOOD,
      'prompts/ask.jinja': '{% include "tone.jinja" %}',
      'recipes/tone.jinja': 'Be kind.',
    });
    expect((await composer(folder, ['validate', 'recipes/r.yaml'])).out).toBe(
      '1 recipe: nothing found\n',
    );
  });

  it('takes no prompt from outside', async () => {
    const folder = folderOf({
      'recipes/r.yaml':
        'name: r\nnodes: [{id: a, type: language_task, prompt: "{% include \'../../out.jinja\' %}"}]\n',
      'out.jinja': 'secret',
    });
    expect((await composer(folder, ['validate', 'recipes/r.yaml'])).out).toContain(
      '[unknown_prompt]',
    );
  });

  it('knows the functions of manifests that are named', async () => {
    const call = (name: string) =>
      `name: r\nnodes: [{id: a, type: function_task, function_identifier: ${name}}]\n`;
    const folder = folderOf({
      'good.yaml': call('mine.count'),
      'bad.yaml': call('mine.cuont'),
      'plugin.yaml': 'name: mine\nversion: 1.0.0\nfunctions: [{id: count, export: count}]\n',
    });
    const check = (file: string) => composer(folder, ['validate', file, '--plugin', 'plugin.yaml']);
    expect(await check('good.yaml')).toMatchObject({ exit: 0 });
    expect((await check('bad.yaml')).out).toMatch(
      /:2:\d+ error .*mine\.count.* \[unknown_function\]/,
    );
  });
});

// Each starts a process, which takes long on a busy machine.
describe('the command itself', () => {
  const node = (args: readonly string[]) =>
    spawnSync(process.execPath, [join(ROOT, 'cli/composer.ts'), ...args], {
      cwd: ROOT,
      encoding: 'utf8',
    });

  it('finds nothing wrong with the example recipes', async () => {
    const { status, stdout } = node(['validate', 'recipes', '--strict']);
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^\d+ recipes: nothing found/)]);
  }, 60_000);

  it('says how it is used', async () => {
    expect(node([]).status).toBe(2);
    expect(node(['--help'])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('validate'),
    });
    expect(node(['validate', '--help'])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('--strict'),
    });
    expect(node(['valdate'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('did you mean "validate"?'),
    });
  }, 60_000);
});
