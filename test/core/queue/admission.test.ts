/** What a recipe and a submission make of a run's admission. */
import { describe, expect, it } from 'vitest';
import { admissionOf, placementKey } from '../../../src/core/queue/admission.ts';
import { planOf } from '../../support/run-recipe.ts';

const text = (more: string) => `
name: r
user_inputs: [{id: user, type: json}]
nodes: [{id: a, type: function_task, function_identifier: test.echo}]
${more}
`;

function admitted(more: string, order: Partial<Parameters<typeof admissionOf>[1]> = {}) {
  const plan = planOf(text(more));
  const given = { recipe: 'shop', inputs: { user: { id: 7 } }, now: 0, random: () => 0, ...order };
  const admission = admissionOf(plan, given);
  return { admission, place: placementKey(plan, admission) };
}

describe('admission', () => {
  it('is plain where nothing is said', () => {
    expect(admitted('')).toEqual({
      admission: { priority: 0, lanes: [], onLimit: 'queue' },
      place: undefined,
    });
  });

  it('counts a run under the limits of its recipe and of its key', () => {
    const { admission, place } = admitted(
      'limits: {max_concurrent: 9}\nconcurrency: {limit: 2, key: "{{ user.id }}", on_limit: replace}',
    );
    expect(admission).toEqual({
      priority: 0,
      lanes: [
        { key: 'runs shop', limit: 9 },
        { key: 'lane shop 7', limit: 2 },
      ],
      onLimit: 'replace',
    });
    expect(place).toBe('lane shop 7');
  });

  it('takes the priority of the submission before that of the recipe', () => {
    expect(admitted('priority: 3').admission.priority).toBe(3);
    expect(admitted('priority: 3', { priority: -1 }).admission.priority).toBe(-1);
  });

  it('has rate and debounce with their keys, and lies where the first key says', () => {
    const { admission, place } = admitted(
      'rate_limit: {limit: 5, window: 1m, key: "{{ user.id }}"}\ndebounce: {wait: 2s}',
      { startAt: 99 },
    );
    expect(admission).toMatchObject({
      rate: { key: 'rate shop 7', limit: 5, windowMs: 60_000 },
      debounce: { key: 'debounce shop', waitMs: 2_000, maxWaitMs: 20_000 },
      startAt: 99,
    });
    expect(place).toBe('debounce shop');
  });

  it('fails with the code of a template that fails', () => {
    expect(() => admitted('concurrency: {limit: 1, key: "{{ user.id.x.y() }}"}')).toThrow(
      expect.objectContaining({ code: 'undefined_variable' }),
    );
  });
});
