/** Files as inputs of runs, over HTTP in workerd. */
import { expect, it } from 'vitest';
import { bodyOf, call, post } from '../support/api-client.ts';
import type { ProblemBody } from '../support/api-client.ts';

it('a run that names files which are not there is refused with every fault at once', async () => {
  await call('/v1/files/there', { method: 'PUT', body: 'x' });
  const recipe = {
    name: 'reads',
    user_inputs: [
      { id: 'doc', type: 'file' },
      { id: 'pages', type: 'int' },
    ],
    nodes: [
      {
        id: 'count',
        type: 'function_task',
        function_identifier: 'text-tools.word_count',
        input: { text: '{{ doc }}' },
      },
    ],
  };
  const refused = await post('/v1/runs', {
    recipe,
    inputs: { doc: ['there', 'none'], pages: 'many' },
  });
  const { code, errors } = await bodyOf<ProblemBody>(refused, 422);
  expect(code).toBe('inputs_invalid');
  expect(errors?.map((each) => `${each.code} ${each.pointer}`)).toEqual([
    'input_type /inputs/pages',
    'file_not_found /inputs/doc/1',
  ]);
  const accepted = await post('/v1/runs', { recipe, inputs: { doc: 'there', pages: 1 } });
  expect(accepted.status).toBe(202);
});
