/** The recipes of suite `durable`, each the counterpart of what the peers do. */

const count = (text: string) => ({
  type: 'function_task',
  function_identifier: 'text-tools.word_count',
  input: { text },
});

const chainOf = (name: string, length: number, node: object) => ({
  name,
  nodes: Array.from({ length }, (_, index) => ({ id: `n${index}`, ...node })),
});

/** Nothing to execute: what is left is taking the run in, deciding and answering. */
export const EMPTY = { name: 'empty', nodes: [{ id: 'none', ...count('a'), when: 'false' }] };

export const CHAIN = chainOf('chain', 100, count('one two three'));
export const TEN = chainOf('ten', 10, count('one two three'));

export const UPLOADED_CHAIN = chainOf('uploaded-chain', 100, {
  type: 'function_task',
  function_identifier: 'bench-plugin.score',
  input: { text: 'One two three.' },
});

export const FAN_OUT = {
  name: 'fan-out',
  nodes: [
    {
      id: 'all',
      type: 'map',
      over: '{{ range(100) }}',
      max_concurrency: 100,
      collect: 'values',
      task: count('one two three'),
    },
  ],
};

/** Two steps a round. */
export const GROWTH = {
  name: 'growth',
  limits: { max_steps: 10_100 },
  nodes: [
    { id: 'a', ...count('one two three'), max_visits: 6_000 },
    { id: 'b', ...count('one two three'), max_visits: 6_000 },
  ],
  edges: ['START to a', 'a to b', 'b to a if visits.b < 5000'],
};

export const LONG_MAP = {
  name: 'long-map',
  nodes: [
    {
      id: 'all',
      type: 'map',
      over: '{{ range(10000) }}',
      max_concurrency: 20,
      collect: 'values',
      task: count('one two three'),
    },
  ],
};
