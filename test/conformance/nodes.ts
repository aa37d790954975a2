/** Section 4: nodes. */
import { expect } from 'vitest';
import type { Row } from './row.ts';
import { yaml } from './row.ts';

/** A flat recipe of one node, written as the inside of a flow map. */
function node(inside: string, more = ''): string {
  return `name: r\n${more}nodes: [{${inside}}]\n`;
}

const FN = 'id: a, type: function_task, function_identifier: p.f';
const LLM = 'id: a, type: language_task, prompt: hi';

function row(name: string, text: string, expected: Row['expect'], more: Partial<Row> = {}): Row {
  return { rule: '4', name, text, expect: expected, ...more };
}

const ONCE = { maxAttempts: 1, initialDelayMs: 1000, backoff: 2, maxDelayMs: 60_000, jitter: 0.1 };

export const NODES: readonly Row[] = [
  // common keys
  row('output is the id unless said', node(FN), {
    node: { id: 'a', output: 'a', onError: 'halt', maxVisits: 10 },
  }),
  row('output can be another name', node(`${FN}, output: b`), { node: { output: 'b' } }),
  row('an output must be a name', node(`${FN}, output: ⟦"a.b"⟧`), { diagnostics: ['bad_format'] }),
  row('an id is needed', node('⟦type⟧: function_task, function_identifier: p.f'), {
    diagnostics: ['missing_key'],
  }),
  row('an id may hold dashes and digits', node('id: _a-1, type: wait, for: 1'), {
    node: { id: '_a-1' },
  }),
  row('an id may not start with a digit', node('id: ⟦1a⟧, type: wait, for: 1'), {
    diagnostics: ['bad_format'],
  }),
  row('an id must be text', node('id: ⟦1⟧, type: wait, for: 1'), { diagnostics: ['wrong_type'] }),
  row(
    'START and END are no ids',
    node('id: ⟦START⟧, type: wait, for: 1}, {id: ⟦END⟧, type: wait, for: 1'),
    {
      diagnostics: ['reserved_id', 'reserved_id'],
    },
  ),
  row('ids are unique', node(`${FN}}, {id: ⟦a⟧, type: wait, for: 1`), {
    diagnostics: ['duplicate_id'],
  }),
  row('a type is needed', node('⟦id⟧: a'), { diagnostics: ['missing_key'] }),
  row('an unknown type is an error with a suggestion', node('id: a, type: ⟦funtion_task⟧'), {
    diagnostics: ['unknown_type'],
    suggestions: ['function_task'],
  }),
  row('a type must be text', node('id: a, type: ⟦5⟧'), { diagnostics: ['unknown_type'] }),
  row('a node must be a map', 'name: r\nnodes: [⟦a⟧]\n', { diagnostics: ['wrong_type'] }),
  row('a description is kept', node(`${FN}, description: d`), { node: { description: 'd' } }),
  row('an output that hides a name of templates is a warning', node(`${FN}, output: ⟦inputs⟧`), {
    diagnostics: ['reserved_name'],
  }),
  row('timeout in seconds', node(`${FN}, timeout: 30`), { node: { timeoutMs: 30_000 } }),
  row('timeout as text', node(`${FN}, timeout: 1m30s`), { node: { timeoutMs: 90_000 } }),
  row('timeout as numeric text', node(`${FN}, timeout: "1.5"`), { node: { timeoutMs: 1500 } }),
  row('timeout in milliseconds', node(`${FN}, timeout: 250ms`), { node: { timeoutMs: 250 } }),
  row('a timeout of nothing is an error', node(`${FN}, timeout: ⟦0⟧`), {
    diagnostics: ['bad_format'],
  }),
  row('a timeout of no known form is an error', node(`${FN}, timeout: ⟦"5 parsecs"⟧`), {
    diagnostics: ['bad_format'],
  }),
  row('a negative timeout is an error', node(`${FN}, timeout: ⟦-1⟧`), {
    diagnostics: ['bad_format'],
  }),
  row(
    'several faults of one node are told together',
    node(`${FN}, timeout: ⟦-1⟧, output: ⟦5⟧, max_visits: ⟦x⟧`),
    {
      diagnostics: ['bad_format', 'wrong_type', 'wrong_type'],
    },
  ),
  row(
    'when is an expression, bare',
    node(`${FN}, when: x > 3`, 'user_inputs: [{id: x, type: int}]\n'),
    { node: { when: 'x > 3' } },
  ),
  row(
    'when is an expression, in braces',
    node(`${FN}, when: "{{ x > 3 }}"`, 'user_inputs: [{id: x, type: int}]\n'),
    { node: { when: 'x > 3' } },
  ),
  row('when can be a boolean', node(`${FN}, when: no`), { node: { when: 'false' } }),
  row(
    'a fault in when is shown in it',
    node(`${FN}, when: x > ⟦⟧`.replace('x > ⟦⟧', 'x >⟦⟧'), 'user_inputs: [{id: x, type: int}]\n'),
    {
      diagnostics: [{ code: 'template_syntax', line: 3, column: 72 }],
    },
  ),
  row('max_visits', node(`${FN}, max_visits: 3`), { node: { maxVisits: 3 } }),
  row('max_visits of zero is an error', node(`${FN}, max_visits: ⟦0⟧`), {
    diagnostics: ['out_of_range'],
  }),
  // retry
  row('pure functions are tried once', node(FN), { node: { retry: ONCE } }),
  row('network-bound nodes are tried three times', node(LLM), {
    node: { retry: { ...ONCE, maxAttempts: 3 } },
  }),
  row(
    'retry in full',
    node(
      `${FN}, retry: {max_attempts: 5, initial_delay: 2, backoff: 3, max_delay: 1m, jitter: 0, retry_on: [rate_limited]}`,
    ),
    {
      node: {
        retry: {
          maxAttempts: 5,
          initialDelayMs: 2000,
          backoff: 3,
          maxDelayMs: 60_000,
          jitter: 0,
          retryOn: ['rate_limited'],
        },
      },
    },
  ),
  row('max_retries counts the tries after the first', node(`${FN}, max_retries: 2`), {
    node: { retry: { maxAttempts: 3 } },
  }),
  row('max_retries of zero is one try', node(`${LLM}, max_retries: 0`), {
    node: { retry: { maxAttempts: 1 } },
  }),
  row(
    'retry_config is another spelling',
    node(`${FN}, retry_config: {max_retries: 4, backoff_factor: 1.5, initial_delay: 500ms}`),
    {
      node: { retry: { maxAttempts: 5, backoff: 1.5, initialDelayMs: 500 } },
    },
  ),
  row('max_retries inside retry', node(`${FN}, retry: {max_retries: 1}`), {
    node: { retry: { maxAttempts: 2 } },
  }),
  row(
    'two spellings at once are a warning',
    node(`⟦id⟧: a, type: wait, for: 1, retry: {max_attempts: 2}, max_retries: 4`),
    {
      diagnostics: ['repeated_setting'],
      node: { retry: { maxAttempts: 2 } },
    },
  ),
  row(
    'retry_on names codes of failures',
    node(`${FN}, retry: {max_attempts: 2, retry_on: [timeout, ⟦timeuot⟧]}`),
    { diagnostics: ['unknown_retry_code'], suggestions: ['timeout'] },
  ),
  row(
    'retry is checked',
    node(`${FN}, retry: {max_attempts: ⟦0⟧, backoff: ⟦0.5⟧, jitter: ⟦2⟧, initial_delay: ⟦x⟧}`),
    {
      diagnostics: ['out_of_range', 'out_of_range', 'out_of_range', 'bad_format'],
    },
  ),
  row('retry must be a map', node(`${FN}, retry: ⟦5⟧`), { diagnostics: ['wrong_type'] }),
  // on_error
  row('on_error: continue goes on', node(`${FN}, on_error: continue`), {
    node: { onError: 'continue' },
  }),
  row('on_error: skip means the same', node(`${FN}, on_error: skip`), {
    node: { onError: 'continue' },
  }),
  row('on_error: halt is the default', node(`${FN}, on_error: halt`), {
    node: { onError: 'halt' },
  }),
  row('another on_error is an error', node(`${FN}, on_error: ⟦contiue⟧`), {
    diagnostics: ['unknown_value'],
    suggestions: ['continue'],
  }),
  // cache
  row('cache as a duration', node(`${FN}, cache: 1h`), {
    node: { cache: { ttlMs: 3_600_000, staleMs: 0, scope: 'tenant' } },
  }),
  row(
    'cache in full',
    node(
      `${FN}, cache: {ttl: 60, key: "{{ x }}", scope: run, stale: 30}`,
      'user_inputs: [{id: x, type: int}]\n',
    ),
    {
      node: { cache: { ttlMs: 60_000, key: '{{ x }}', scope: 'run', staleMs: 30_000 } },
    },
  ),
  row('cache needs a ttl', node(`${FN}, cache: {⟦key⟧: x}`), { diagnostics: ['missing_key'] }),
  row('cache scope is one of three', node(`${FN}, cache: {ttl: 5, scope: ⟦world⟧}`), {
    diagnostics: ['unknown_value'],
  }),
  // rate limit
  row('rate_limit', node(`${FN}, rate_limit: {limit: 5, window: 10s, key: k}`), {
    node: { rateLimit: { limit: 5, windowMs: 10_000, key: 'k' } },
  }),
  row(
    'rate_limit in the other spelling',
    node(`${FN}, rate_limit: {max_calls: 5, time_window: 60}`),
    { node: { rateLimit: { limit: 5, windowMs: 60_000 } } },
  ),
  row('rate_limit needs limit and window', node(`${FN}, rate_limit: {⟦limit⟧: 5}`), {
    diagnostics: ['missing_key'],
  }),
  row('a limit of zero is an error', node(`${FN}, rate_limit: {limit: ⟦0⟧, window: 1}`), {
    diagnostics: ['out_of_range'],
  }),
  // defaults
  row(
    'defaults apply to nodes that work',
    node(
      FN,
      'defaults: {timeout: 5, retry: {max_attempts: 4}, on_error: continue, cache: 10, rate_limit: {limit: 1, window: 1}, max_visits: 2}\n',
    ),
    {
      node: {
        timeoutMs: 5000,
        retry: { maxAttempts: 4 },
        onError: 'continue',
        cache: { ttlMs: 10_000 },
        rateLimit: { limit: 1 },
        maxVisits: 2,
      },
    },
  ),
  row(
    'a node has the last word',
    node(`${FN}, timeout: 7, retry: {max_attempts: 2}`, 'defaults: {timeout: 5, max_retries: 9}\n'),
    {
      node: { timeoutMs: 7000, retry: { maxAttempts: 2 } },
    },
  ),
  row(
    'a default timeout does not cut a wait for a person',
    node('id: a, type: hitl', 'defaults: {timeout: 5}\n'),
    {
      plan: { graph: { nodes: [expect.not.objectContaining({ timeoutMs: 5000 })] } },
    },
  ),
  row('defaults are checked', node(FN, 'defaults: {timeout: ⟦0⟧, ⟦retyr⟧: {}}\n'), {
    diagnostics: ['bad_format', 'unknown_key'],
  }),
  row('compensate names a function', node(`${FN}, compensate: p.undo`), {
    node: { compensate: 'p.undo' },
  }),
  row(
    'compensate can have an input',
    node(`${FN}, compensate: {function_identifier: p.undo, input: {a: 1}}`),
    {
      node: { compensate: { function_identifier: 'p.undo' } },
    },
  ),
  row(
    'what undoes a node reads its output',
    node(`${FN}, compensate: {function_identifier: p.undo, input: {a: "{{ a.x }}"}}`),
    {},
  ),
  row('compensate is checked', node(`${FN}, compensate: ⟦[⟧1]`), { diagnostics: ['wrong_type'] }),
  // language_task
  row(
    'language_task',
    node(
      `${LLM}, model: mock/m, system: s, response_schema: {type: object}, stream: true, trace_content: true`,
    ),
    {
      node: {
        type: 'language_task',
        prompt: 'hi',
        model: 'mock/m',
        system: 's',
        responseSchema: { type: 'object' },
        stream: true,
        traceContent: true,
      },
    },
  ),
  row('language_task does not stream unless said', node(LLM), { node: { stream: false } }),
  row('language_task needs prompt or messages', node('⟦id⟧: a, type: language_task'), {
    diagnostics: ['missing_key'],
  }),
  row(
    'messages stand for a prompt',
    node('id: a, type: language_task, messages: [{role: user, content: hi}]'),
    {
      node: { messages: [{ role: 'user', content: 'hi' }] },
    },
  ),
  row(
    'model options are kept, also unknown ones',
    node(`${LLM}, model: {provider: p, model: m, temperature: 0, seed: 5}`),
    {
      node: { model: { provider: 'p', model: 'm', temperature: 0, seed: 5 } },
    },
  ),
  row(
    'a list of models is a fallback chain',
    node(`${LLM}, model: [mock/a, {provider: p, model: b}]`),
    {
      node: { model: ['mock/a', { provider: 'p', model: 'b' }] },
    },
  ),
  row('a model map needs model', node(`${LLM}, model: {⟦provider⟧: p}`), {
    diagnostics: ['missing_key'],
  }),
  row('a model must be a map or text', node(`${LLM}, model: ⟦5⟧`), { diagnostics: ['wrong_type'] }),
  row('a chain of models may not be empty', node(`${LLM}, model: ⟦[⟧]`), {
    diagnostics: ['out_of_range'],
  }),
  row(
    'a model may be a template',
    node(`${LLM}, model: "{{ x.selected_model }}"`, 'user_inputs: [{id: x, type: json}]\n'),
    {
      node: { model: '{{ x.selected_model }}' },
    },
  ),
  row('model_config is checked too', node(LLM, 'model_config: {⟦provider⟧: p}\n'), {
    diagnostics: ['missing_key'],
  }),
  row(
    'options of the provider stand on the node too',
    node(`${LLM}, temperature: 0.2, options: {seed: 1}`),
    {
      node: { options: { temperature: 0.2, seed: 1 } },
    },
  ),
  row(
    'examples are kept for the mock provider',
    node(`${LLM}, examples: [{output: "{{ not read }}"}]`),
    {
      node: { examples: [{ output: '{{ not read }}' }] },
    },
  ),
  row(
    'tools are function references',
    node(`${LLM}, tools: [p.f, {function_identifier: p.g}, ⟦5⟧]`),
    { diagnostics: ['wrong_type'] },
  ),
  row('response_schema must be a map', node(`${LLM}, response_schema: ⟦[⟧1]`), {
    diagnostics: ['wrong_type'],
  }),
  row(
    'a stored prompt comes into the plan',
    node('id: a, type: language_task, prompt: greet.jinja'),
    {
      node: { prompt: 'greet.jinja' },
      plan: { prompts: { 'greet.jinja': 'Hello' } },
    },
    { prompts: { 'greet.jinja': 'Hello', 'other.jinja': 'x' } },
  ),
  row(
    'a stored prompt brings what it includes',
    node('id: a, type: language_task, prompt: "{% include \'a.jinja\' %}"'),
    {
      plan: { prompts: { 'a.jinja': '{% include "b.jinja" %}', 'b.jinja': 'B' } },
    },
    { prompts: { 'a.jinja': '{% include "b.jinja" %}', 'b.jinja': 'B' } },
  ),
  row(
    'a stored prompt that does not exist is an error',
    node('id: a, type: language_task, prompt: ⟦gret.jinja⟧'),
    {
      diagnostics: ['unknown_prompt'],
      suggestions: ['greet.jinja'],
    },
    { prompts: { 'greet.jinja': 'Hello' } },
  ),
  row(
    'a fault in a stored prompt is shown at its name',
    node('id: a, type: language_task, prompt: ⟦greet.jinja⟧'),
    {
      diagnostics: ['template_syntax'],
    },
    { prompts: { 'greet.jinja': 'Hello\n{{ name' } },
  ),
  // speech
  row(
    'text_to_speech_task',
    node(
      'id: a, type: text_to_speech_task, input: {text: hi, voice: v}, model: mock/m, speed: 1.2, options: {x: 1}',
    ),
    {
      node: {
        type: 'text_to_speech_task',
        input: { text: 'hi', voice: 'v' },
        options: { speed: 1.2, x: 1 },
        model: 'mock/m',
        retry: { maxAttempts: 3 },
      },
    },
  ),
  row(
    'text_to_speech_task needs text',
    node('id: a, type: text_to_speech_task, input: {⟦voice⟧: v}'),
    { diagnostics: ['missing_key'] },
  ),
  row(
    'speech_to_text_task',
    node(
      'id: a, type: speech_to_text_task, input: {audio_file: f}, language: de, response_format: segments',
    ),
    {
      node: {
        type: 'speech_to_text_task',
        options: { language: 'de', response_format: 'segments' },
      },
    },
  ),
  row('speech_to_text_task needs an audio file', node('⟦id⟧: a, type: speech_to_text_task'), {
    diagnostics: ['missing_key'],
  }),
  // function_task
  row('function_task', node('id: a, type: function_task, function_identifier: my-plugin.do_it'), {
    node: { function: 'my-plugin.do_it' },
  }),
  row(
    'function_task with a range',
    node('id: a, type: function_task, function_identifier: "p.f@^1.2"'),
    { node: { function: 'p.f@^1.2' } },
  ),
  row(
    'function_task with a bare id',
    node('id: a, type: function_task, function_identifier: word_count'),
    { node: { function: 'word_count' } },
  ),
  row(
    'function_task with a template',
    node(
      'id: a, type: function_task, function_identifier: "{{ x }}"',
      'user_inputs: [{id: x, type: string}]\n',
    ),
    {
      node: { function: '{{ x }}' },
    },
  ),
  row('function_task needs its function', node('⟦id⟧: a, type: function_task'), {
    diagnostics: ['missing_key'],
  }),
  row(
    'a function is written with letters, dots and dashes',
    node('id: a, type: function_task, function_identifier: ⟦"p f"⟧'),
    { diagnostics: ['bad_format'] },
  ),
  // reduce
  row('reduce', node('id: a, type: reduce, over: [1, 2], function_identifier: math.sum'), {
    node: { type: 'reduce', over: [1, 2], function: 'math.sum' },
  }),
  row('reduce needs over and a function', node('⟦id⟧: a, type: reduce'), {
    diagnostics: ['missing_key', { code: 'missing_key', line: 2, column: 10 }],
  }),
  // http_task
  row(
    'http_task',
    node(
      'id: a, type: http_task, method: post, url: "https://example.com/{{ x }}", headers: {A: b}, query: {q: 1}, body: {k: v}, expect: {status: 200}',
      'user_inputs: [{id: x, type: string}]\n',
    ),
    {
      node: {
        type: 'http_task',
        method: 'POST',
        url: 'https://example.com/{{ x }}',
        headers: { A: 'b' },
        query: { q: 1 },
        body: { k: 'v' },
        expect: { status: 200 },
        retry: { maxAttempts: 3 },
      },
    },
  ),
  row('http_task gets unless said', node('id: a, type: http_task, url: "https://example.com"'), {
    node: { method: 'GET' },
  }),
  row('http_task needs a url', node('⟦id⟧: a, type: http_task'), { diagnostics: ['missing_key'] }),
  row(
    'http_task knows methods',
    node('id: a, type: http_task, url: "https://example.com", method: ⟦PSOT⟧'),
    { diagnostics: ['unknown_value'], suggestions: ['POST'] },
  ),
  row(
    'http_task refuses a slow schema',
    node(
      'id: a, type: http_task, url: "https://example.com", expect: {schema: {pattern: ⟦"^(a+)+$"⟧}}',
    ),
    { diagnostics: ['bad_pattern'] },
  ),
  row('http_task speaks http', node('id: a, type: http_task, url: ⟦"file:///etc/passwd"⟧'), {
    diagnostics: ['bad_format'],
  }),
  row(
    'a secret in a header is a placeholder that a run leaves as it is',
    node(
      'id: a, type: http_task, url: "https://example.com", headers: {Authorization: "Bearer {{secret:API_KEY}}", X: "{{ secret:B }}"}',
    ),
    {
      node: {
        headers: { Authorization: "Bearer {{ '{{secret:API_KEY}}' }}", X: "{{ '{{secret:B}}' }}" },
      },
    },
  ),
  row(
    'a secret in a prompt is told',
    node('id: a, type: language_task, prompt: "use {{⟦secret⟧:API_KEY}}"'),
    {
      diagnostics: ['secret_in_prompt'],
    },
  ),
  // wait
  row('wait for a duration', node('id: a, type: wait, for: 2d'), {
    node: { type: 'wait', for: '2d' },
  }),
  row('wait until a time', node('id: a, type: wait, until: "2030-01-31T09:00:00Z"'), {
    node: { until: '2030-01-31T09:00:00Z' },
  }),
  row('wait for an event with a timeout', node('id: a, type: wait, event: paid, timeout: 1h'), {
    node: { event: 'paid', timeoutMs: 3_600_000 },
  }),
  row(
    'wait for a computed time',
    node('id: a, type: wait, for: "{{ x }}"', 'user_inputs: [{id: x, type: int}]\n'),
    { node: { for: '{{ x }}' } },
  ),
  row('wait needs one of its keys', node('⟦id⟧: a, type: wait'), { diagnostics: ['missing_key'] }),
  row('wait takes one of its keys', node('⟦id⟧: a, type: wait, for: 1, event: x'), {
    diagnostics: ['conflicting_keys'],
  }),
  row('wait knows durations', node('id: a, type: wait, for: ⟦"a while"⟧'), {
    diagnostics: ['bad_format'],
  }),
  row('wait until a date without a time', node('id: a, type: wait, until: "2030-01-31"'), {
    node: { until: '2030-01-31' },
  }),
  ...['"32 Jan"', '"0"', '-1', '9e12'].map((until) =>
    row(`wait refuses until ${until}`, node(`id: a, type: wait, until: ⟦${until}⟧`), {
      diagnostics: ['bad_format'],
    }),
  ),
  row('wait knows times', node('id: a, type: wait, until: ⟦"next week"⟧'), {
    diagnostics: ['bad_format'],
  }),
  row(
    'block style is shown at the key',
    yaml`
      name: r
      nodes:
        - id: a
          type: function_task
          function_identifier: p.f
          timeout: ⟦soon⟧
          ⟦retries⟧: 5
    `,
    { diagnostics: ['bad_format', 'unknown_key'] },
  ),
];
