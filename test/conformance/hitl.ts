/** Section 8: hitl. */
import type { Row } from './row.ts';

function row(name: string, inside: string, expected: Row['expect']): Row {
  return {
    rule: '8',
    name,
    text: `name: r\nnodes: [{id: a, type: hitl${inside}}]\n`,
    expect: expected,
  };
}

export const HITL: readonly Row[] = [
  row('hitl has defaults', '', {
    node: { type: 'hitl', defaultAction: 'reject', approvalsRequired: 1, groups: [] },
  }),
  row(
    'all keys of hitl are known',
    ', title: T, instructions: I, input: {d: 1}, form: {type: object}, timeout: 2d, default_action: escalate, approvals_required: 2, groups: [editors]',
    {
      node: {
        title: 'T',
        instructions: 'I',
        input: { d: 1 },
        form: { type: 'object' },
        timeoutMs: 172_800_000,
        defaultAction: 'escalate',
        approvalsRequired: 2,
        groups: ['editors'],
      },
    },
  ),
  row('required_fields is a form of text fields', ', required_fields: [name, reason]', {
    node: {
      form: {
        type: 'object',
        properties: { name: { type: 'string' }, reason: { type: 'string' } },
        required: ['name', 'reason'],
      },
    },
  }),
  row(
    'required_fields adds to a form',
    ', form: {properties: {n: {type: integer}}, required: [n]}, required_fields: [n, reason]',
    {
      node: {
        form: {
          properties: { n: { type: 'integer' }, reason: { type: 'string' } },
          required: ['n', 'reason'],
        },
      },
    },
  ),
  row('approving by itself is a warning', ', default_action: ⟦approve⟧', {
    diagnostics: ['fail_open_approval'],
    node: { defaultAction: 'approve' },
  }),
  row('another default_action is an error', ', default_action: ⟦aprove⟧', {
    diagnostics: ['unknown_value'],
    suggestions: ['approve'],
  }),
  row('at least one must approve', ', approvals_required: ⟦0⟧', { diagnostics: ['out_of_range'] }),
  row('a form must be a map', ', form: ⟦5⟧', { diagnostics: ['wrong_type'] }),
  row(
    'a pattern in a form must have a bound',
    ', form: {properties: {n: {type: string, pattern: ⟦"^(a+)+$"⟧}}}',
    { diagnostics: ['bad_pattern'] },
  ),
  row('title and instructions are templates', ', title: "{{ ⟦nobody⟧ }}"', {
    diagnostics: ['unknown_variable/warning'],
  }),
  {
    rule: '8',
    name: 'a decision is read by later nodes and edges',
    text: `name: r\nnodes: [{id: ask, type: hitl}, {id: go, type: wait, for: "{{ ask.days }}"}]\nedges: [ask to go if ask.approved]\n`,
    expect: { plan: { graph: { edges: [{ from: 'ask', to: 'go', condition: 'ask.approved' }] } } },
  },
  {
    rule: '8',
    name: 'hitl works inside a map',
    text: 'name: r\nnodes: [{id: m, type: map, over: [1], task: {type: hitl, title: "{{ item }}"}}]\n',
    expect: { node: { task: { type: 'hitl', title: '{{ item }}' } } },
  },
];
