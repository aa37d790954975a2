/** Recipes whose runs are unfinished in the fixtures of `test/fixtures/upgrade`, each in another way. */

export const OLD_RECIPES: readonly object[] = [
  {
    name: 'waits',
    user_inputs: [
      {
        id: 'text',
        type: 'string',
      },
    ],
    nodes: [
      {
        id: 'a',
        type: 'function_task',
        function_identifier: 'test.upper',
        input: {
          text: '{{ text }}',
        },
      },
      {
        id: 'm',
        type: 'map',
        over: [1, 2, 3],
        collect: 'values',
        task: {
          type: 'function_task',
          function_identifier: 'test.double',
          input: {
            n: '{{ item }}',
          },
        },
      },
      {
        id: 'pause',
        type: 'wait',
        event: 'go',
      },
      {
        id: 'b',
        type: 'function_task',
        function_identifier: 'test.upper',
        input: {
          text: '{{ a }}{{ pause.payload.x }}{{ m[2] }}',
        },
      },
    ],
    final_outputs: ['a', 'm', 'b'],
  },
  {
    name: 'asks',
    user_inputs: [
      {
        id: 'text',
        type: 'string',
      },
    ],
    nodes: [
      {
        id: 'ok',
        type: 'hitl',
        title: 'Ship {{ text }}?',
        input: {
          text: '{{ text }}',
        },
      },
      {
        id: 'c',
        type: 'function_task',
        function_identifier: 'test.value',
        input: {
          value: '{{ ok.approved }}',
        },
      },
    ],
    final_outputs: ['c'],
  },
  {
    name: 'busy',
    user_inputs: [
      {
        id: 'text',
        type: 'string',
      },
    ],
    nodes: [
      {
        id: 'g',
        type: 'map',
        over: ['x', 'y'],
        collect: 'values',
        task: {
          type: 'function_task',
          function_identifier: 'test.gate',
          input: {
            key: '{{ item }}',
          },
        },
      },
    ],
    final_outputs: ['g'],
  },
  {
    name: 'sleeps',
    user_inputs: [
      {
        id: 'text',
        type: 'string',
      },
    ],
    nodes: [
      {
        id: 's',
        type: 'wait',
        for: '1h',
      },
      {
        id: 'd',
        type: 'function_task',
        function_identifier: 'test.upper',
        input: {
          text: '{{ text }}',
        },
      },
    ],
    final_outputs: ['d'],
  },
  {
    name: 'done',
    user_inputs: [
      {
        id: 'text',
        type: 'string',
      },
    ],
    nodes: [
      {
        id: 'd',
        type: 'function_task',
        function_identifier: 'test.upper',
        input: {
          text: '{{ text }}',
        },
      },
    ],
    final_outputs: ['d'],
  },
];
