/** What the crash matrix runs: recipes that together use every node type. `{{ base }}` is a server that counts. */

export interface CrashCase {
  readonly name: string;
  readonly recipe: object;
  /** Stored before the run, for recipes that call others. */
  readonly stored?: { readonly [name: string]: object };
  /** Put before the run, for recipes that read them. */
  readonly files?: { readonly [id: string]: string };
  readonly inputs?: { readonly [id: string]: unknown };
  /** Uploaded before the run: bundled plugins under names of their own. */
  readonly plugins?: { readonly [name: string]: string };
}

const base = { id: 'base', type: 'string' };
const count = (text: string, plugin = 'text-tools') => ({
  type: 'function_task',
  function_identifier: `${plugin}.word_count`,
  input: { text },
});
const merge = (...values: unknown[]) => ({
  type: 'function_task',
  function_identifier: 'json-tools.merge',
  input: { values },
});
const post = (path: string, body: unknown) => ({
  type: 'http_task',
  method: 'POST',
  url: `{{ base }}${path}`,
  body,
});
const answer = (text: string) => ({
  type: 'language_task',
  model: 'mock/digest',
  prompt: 'Say something about {{ base }}',
  examples: text,
});
export const CASES: readonly CrashCase[] = [
  {
    name: 'chain with branches',
    recipe: {
      name: 'chain',
      user_inputs: [base],
      nodes: [
        { id: 'first', ...count('one two three') },
        { id: 'say', ...answer('Four words are here') },
        { id: 'send', ...post('/send', { words: '{{ first.words }}' }) },
        { id: 'rare', ...count('{{ say }}') },
        { id: 'usual', ...merge({ said: '{{ say }}' }, { sent: '{{ send.status }}' }) },
        { id: 'last', ...post('/last', { usual: '{{ usual }}' }), when: 'first.words == 3' },
        { id: 'never', ...post('/never', {}), when: 'first.words > 3' },
      ],
      edges: [
        { from: 'START', to: ['first', 'say'] },
        'first to send',
        'say to send',
        'send to rare if first.words > 5',
        'send to usual if first.words <= 5',
        { from: ['rare', 'usual'], to: 'last' },
        'last to never',
      ],
    },
  },
  {
    name: 'uploaded functions, and effects between them',
    plugins: { 'crash-tools': 'text-tools' },
    recipe: {
      name: 'uploaded',
      user_inputs: [base],
      nodes: [
        { id: 'a', ...count('one two three', 'crash-tools') },
        { id: 'b', ...count('{{ a.words }} words', 'crash-tools') },
        { id: 'sent', ...post('/sent', { words: '{{ b.words }}' }) },
        { id: 'c', ...count('status {{ sent.status }}', 'crash-tools') },
        {
          id: 'each',
          type: 'map',
          over: [1, 2, 3],
          collect: 'values',
          task: count('{{ item }} of {{ c.words }}', 'crash-tools'),
        },
        { id: 'd', ...count('{{ each | length }} counts') },
        { id: 'last', ...post('/last', { words: '{{ d.words }}' }) },
      ],
    },
  },
  {
    name: 'maps in maps and a reduce',
    recipe: {
      name: 'maps',
      user_inputs: [base],
      nodes: [
        {
          id: 'sent',
          type: 'map',
          over: [1, 2, 3, 4, 5],
          max_concurrency: 2,
          task: post('/item/{{ item }}', { item: '{{ item }}' }),
        },
        {
          id: 'grid',
          type: 'map',
          over: [
            [1, 2],
            [3, 4],
          ],
          collect: 'values',
          task: {
            type: 'map',
            over: '{{ item }}',
            collect: 'values',
            task: merge({ square: '{{ item * item }}' }),
          },
        },
        {
          id: 'sum',
          type: 'reduce',
          over: '{{ grid }}',
          function_identifier: 'json-tools.flatten',
        },
        { id: 'end', ...merge({ sent: '{{ sent | length }}' }, { squares: '{{ sum }}' }) },
      ],
    },
  },
  {
    name: 'a loop',
    recipe: {
      name: 'loop',
      user_inputs: [base],
      nodes: [
        { id: 'draft', ...post('/draft/{{ visits.draft }}', {}), max_visits: 5 },
        { id: 'grade', ...merge({ grade: '{{ visits.draft * 3 }}' }), max_visits: 5 },
        { id: 'done', ...count('{{ grade.grade }} points') },
      ],
      edges: [
        'START to draft',
        'draft to grade',
        'grade to draft if grade.grade < 9',
        'grade to done if grade.grade >= 9',
      ],
    },
  },
  {
    name: 'people, events and time',
    recipe: {
      name: 'people',
      user_inputs: [base],
      nodes: [
        {
          id: 'ask',
          type: 'hitl',
          title: 'May it go on?',
          input: { for: 'the matrix' },
          approvals_required: 2,
        },
        { id: 'told', type: 'wait', event: 'news', timeout: 600 },
        { id: 'pause', type: 'wait', for: 0.05 },
        { id: 'after', ...post('/after', { approved: '{{ ask.approved }}' }) },
        { id: 'end', ...merge({ news: '{{ told }}' }, { status: '{{ after.status }}' }) },
      ],
      edges: [
        { from: 'START', to: ['ask', 'told', 'pause'] },
        { from: ['ask', 'told', 'pause'], to: 'after' },
        'after to end',
      ],
    },
  },
  {
    name: 'sub-recipes in a map',
    stored: {
      'crash-part': {
        name: 'crash-part',
        user_inputs: [base, { id: 'n', type: 'int' }],
        nodes: [
          { id: 'a', ...post('/part/{{ n }}', {}) },
          { id: 'ok', type: 'hitl', title: 'Part {{ n }}' },
          { id: 'b', ...merge({ n: '{{ n }}' }, { approved: '{{ ok.approved }}' }) },
        ],
        final_outputs: ['b'],
      },
    },
    recipe: {
      name: 'parts',
      user_inputs: [base],
      nodes: [
        {
          id: 'parts',
          type: 'map',
          over: [1, 2],
          task: {
            type: 'recipe',
            recipe_path: 'crash-part',
            input_mapping: { base: 'base', n: 'item' },
            output_mapping: { b: 'part' },
          },
        },
        {
          id: 'one',
          type: 'recipe',
          recipe_path: 'crash-part',
          input_mapping: { base: 'base', n: '{{ 3 }}' },
          output_mapping: { b: 'part' },
        },
      ],
    },
  },
  {
    name: 'failures, retries and what follows them',
    recipe: {
      name: 'failures',
      user_inputs: [base],
      nodes: [
        {
          id: 'broken',
          ...post('/broken', {}),
          retry: { max_attempts: 3, initial_delay: 0.02, jitter: 0 },
          on_error: 'continue',
        },
        {
          id: 'some',
          type: 'map',
          over: ['fine', 'broken', 'good'],
          on_error: 'skip',
          retry: { max_attempts: 2, initial_delay: 0.02, jitter: 0 },
          task: post('/{{ item }}', {}),
        },
        { id: 'seen', ...merge({ ok: '{{ broken.success }}' }, { all: '{{ some | length }}' }) },
        { id: 'end', ...post('/broken/again', {}), retry: { max_attempts: 1 } },
      ],
    },
  },
  {
    name: 'compensation, and a recipe that starts after the failure',
    stored: {
      'crash-report': {
        name: 'crash-report',
        user_inputs: [{ id: 'failed_run', type: 'json' }],
        nodes: [{ id: 'noted', ...merge({ of: '{{ failed_run.error.code }}' }) }],
      },
    },
    recipe: {
      name: 'undone',
      user_inputs: [base],
      on_failure: { recipe: 'crash-report' },
      nodes: [
        {
          id: 'book',
          ...post('/book', {}),
          compensate: {
            function_identifier: 'json-tools.merge',
            input: { values: [{ unbook: '{{ book.status }}' }] },
          },
        },
        {
          id: 'charge',
          ...count('one two'),
          compensate: {
            function_identifier: 'text-tools.word_count',
            input: { text: '{{ charge.words }} words back' },
          },
        },
        { id: 'wait', type: 'wait', for: 0.2 },
        { id: 'break', ...post('/broken', {}), retry: { max_attempts: 2, initial_delay: 0.1 } },
      ],
    },
  },
  {
    name: 'large values',
    inputs: { text: 'a line of the input\n'.repeat(9_000) },
    recipe: {
      name: 'large',
      user_inputs: [base, { id: 'text', type: 'text' }],
      nodes: [
        { id: 'copy', ...merge({ text: '{{ text }}' }) },
        { id: 'sent', ...post('/sent', { size: '{{ copy.text | length }}' }) },
        { id: 'news', type: 'wait', event: 'news' },
        {
          id: 'each',
          type: 'map',
          over: [1, 2],
          collect: 'values',
          task: merge({ n: '{{ item }}', text: '{{ copy.text }}' }),
        },
        { id: 'told', ...post('/told', { size: '{{ each[1].text | length }}' }) },
      ],
      final_outputs: ['told', { id: 'whole', value: '{{ each[0].text }}' }],
    },
  },
  {
    name: 'a fold over a file',
    files: { 'crash.txt': 'One two three. Four five!\nSix seven eight nine ten.\n'.repeat(200) },
    inputs: { doc: 'crash.txt' },
    recipe: {
      name: 'fold',
      user_inputs: [base, { id: 'doc', type: 'file' }],
      nodes: [
        {
          id: 'words',
          type: 'reduce',
          over: { file: 'doc', chunk: { by: 'lines', size: 40 } },
          function_identifier: 'text-tools.word_total',
        },
        {
          id: 'chunks',
          type: 'map',
          over: { file: 'doc', chunk: { by: 'lines', size: 100 } },
          collect: 'values',
          task: count('{{ text }}'),
        },
        { id: 'told', ...post('/told', { words: '{{ words.words }}' }) },
      ],
    },
  },
  {
    name: 'speech in pieces',
    recipe: {
      name: 'speech',
      user_inputs: [base],
      nodes: [
        {
          id: 'speak',
          type: 'text_to_speech_task',
          model: 'mock/voice',
          input: { text: 'A sentence. Another one! A third? ' },
          options: { max_characters: 14 },
        },
        { id: 'told', ...post('/told', { size: '{{ speak.size }}' }) },
        {
          id: 'hear',
          type: 'speech_to_text_task',
          model: 'mock/ear',
          input: { audio_file: '{{ speak }}' },
        },
        { id: 'end', ...post('/heard', { text: '{{ hear }}' }) },
      ],
    },
  },
];
