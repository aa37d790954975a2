/** Recipes of a given size for the benchmark: what a large team's recipe looks like, not a bare list. */

export interface Texts {
  readonly path: string;
  readonly text: string;
  readonly sources: ReadonlyMap<string, string>;
}

/** Layers of ten nodes; every node reads one of the layer before, every other one two. */
const WIDTH = 10;

/** Another `seed` gives another text of the same size, so that nothing remembered is used again. */
export function recipeOf(
  size: { readonly nodes: number; readonly imports: number },
  seed: number,
): Texts {
  const sources = new Map(
    Array.from({ length: size.imports }, (_, at) => [
      `recipes/lib/part${at}.yaml`,
      importText(at, seed),
    ]),
  );
  const indexes = Array.from({ length: size.nodes }, (_, at) => at);
  const name = (at: number): string => `n${seed}_${at}`;
  const lines = [
    'imports:',
    ...Array.from(
      { length: size.imports },
      (_, at) => `  - {path: lib/part${at}, namespace: p${at}}`,
    ),
    'recipe:',
    `  name: bench-${size.nodes}`,
    '  user_inputs:',
    '    - {id: topic, type: string}',
    '    - {id: items, type: json}',
    '  nodes:',
    ...indexes.flatMap((at) => nodeLines(at, size.imports, name)),
    '  edges:',
    ...indexes.flatMap((at) => edgeLines(at, name)),
    '  final_outputs:',
    `    - ${name(size.nodes - 1)}`,
    '',
  ];
  return { path: 'recipes/main.yaml', text: lines.join('\n'), sources };
}

function importText(at: number, seed: number): string {
  return [
    `# ${seed}`,
    'definitions:',
    `  model: {provider: mock, model: digest, temperature: 0.${at % 10}, max_tokens: 500}`,
    `  tone: Write in tone ${at}, in short sentences, for people who have little time.`,
    '  limits:',
    '    retry: {max_attempts: 3, initial_delay: 1s}',
    '    timeout: 30s',
    '',
  ].join('\n');
}

type Name = (at: number) => string;

function nodeLines(at: number, imports: number, name: Name): string[] {
  const part = `p${at % imports}`;
  const source = at < WIDTH ? 'topic' : name(at - WIDTH);
  const head = `    - id: ${name(at)}`;
  switch (at % 4) {
    case 0:
      return [
        head,
        '      type: language_task',
        `      model: "@${part}.model"`,
        '      prompt: |',
        `        @reference(${part}.tone)`,
        `        {% if ${source} %}Use {{ ${source} | truncate(200) }}.{% endif %}`,
        '        Write about {{ topic }}.',
      ];
    case 1:
      return [
        head,
        '      type: map',
        '      over: items',
        '      task:',
        '        type: function_task',
        '        function_identifier: text-tools.summarize',
        `        input: {text: "{{ item.text }}", about: "{{ ${source} }}"}`,
      ];
    default:
      return [
        head,
        '      type: function_task',
        '      function_identifier: text-tools.word_count',
        `      timeout: "@${part}.limits.timeout"`,
        `      input: {text: "{{ ${source} }}"}`,
      ];
  }
}

function edgeLines(at: number, name: Name): string[] {
  if (at < WIDTH) return [`    - START to ${name(at)}`];
  const source = name(at - WIDTH);
  const condition = at % 10 === 0 ? ` if ${source} is defined and topic != 'none'` : '';
  const first = `    - ${source} to ${name(at)}${condition}`;
  if (at % 2 === 0) return [first];
  const row = at - (at % WIDTH) - WIDTH;
  return [first, `    - ${name(row + ((at + 3) % WIDTH))} to ${name(at)}`];
}
