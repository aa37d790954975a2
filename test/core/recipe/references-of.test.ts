/** What has to be fetched before a text can be compiled. */
import { describe, expect, it } from 'vitest';
import { referencesOf } from '../../../src/core/recipe/compile.ts';

describe('referencesOf', () => {
  it('gives candidates in the order of look-up', () => {
    const text =
      'imports: [lib/a.yaml, {path: b, namespace: n}]\nname: r\nnodes: [{id: s, type: recipe, recipe_path: ../sub.json}]\n';
    expect(referencesOf(text, 'recipes/team/main.yaml').paths).toEqual([
      ['recipes/team/lib/a.yaml', 'recipes/lib/a.yaml'],
      [
        'recipes/team/b.yaml',
        'recipes/team/b.yml',
        'recipes/team/b.json',
        'recipes/team/b',
        'recipes/b.yaml',
        'recipes/b.yml',
        'recipes/b.json',
        'recipes/b',
      ],
      ['recipes/sub.json'],
    ]);
  });

  it('finds sub-recipes and prompts in maps and definitions', () => {
    const text = `
definitions:
  step: {type: recipe, recipe_path: a.yaml}
  text: greet.jinja
recipe:
  name: r
  nodes:
    - {id: m, type: map, over: [1], task: {type: recipe, recipe_path: b.yaml}}
    - {id: l, type: language_task, prompt: "{% include 'part.jinja' %} {%- include \\"other.jinja\\" %}", system: sys.jinja2}
`;
    expect(referencesOf(text, 'recipes/main.yaml')).toEqual({
      paths: [['recipes/a.yaml'], ['recipes/b.yaml']],
      prompts: ['greet.jinja', 'part.jinja', 'other.jinja', 'sys.jinja2'],
    });
  });

  it('leaves out templates, URLs and paths outside the root', () => {
    const text =
      'imports: ["https://a.b/c.yaml", /etc/passwd, ../../x.yaml, 5]\nnodes: [{type: recipe, recipe_path: "{{ x }}.yaml"}, {type: recipe, recipe_path: "@ref"}]\n';
    expect(referencesOf(text, 'recipes/main.yaml').paths).toEqual([]);
  });

  it('gives what a prompt includes', () => {
    expect(referencesOf("{% include 'a.jinja' %}{%+ include 'a.jinja' %}", 'b.jinja')).toEqual({
      paths: [],
      prompts: ['a.jinja'],
    });
  });

  it('is total', () => {
    for (const text of ['', '[', '- 1', 'imports: 5', '{{{', '\0']) {
      expect(referencesOf(text, 'recipes/main.yaml')).toEqual({ paths: [], prompts: [] });
    }
  });
});
