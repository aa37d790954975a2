/**
 * Section 8 when it runs. 8.1 the decision, 8.2 timeouts, 8.3 several people, 8.4 maps and loops,
 * 8.5 answers before and after.
 */
import type { Answer, RunRow } from './run-row.ts';

const AT = '2030-01-31T12:00:00.000Z';

function row(
  [rule, name]: readonly [string, string],
  text: string,
  answers: readonly Answer[],
  expected: RunRow['expect'],
): RunRow {
  return { rule, name, text: `name: r\n${text}`, answers, expect: expected };
}

const ask = (more = '') => `{id: ask, type: hitl${more}}`;
const seen = (expression: string) => `final_outputs: [{id: seen, value: "{{ ${expression} }}"}]\n`;

export const RUN_HITL: readonly RunRow[] = [
  row(
    ['8.1', 'the decision is the output'],
    `nodes: [${ask()}]\n`,
    [{ key: 'ask', by: 'ann', comments: 'fine' }],
    {
      outputs: {
        ask: {
          approved: true,
          comments: 'fine',
          modifications: null,
          decided_by: 'ann',
          decided_at: AT,
          timed_out: false,
        },
      },
    },
  ),
  row(
    ['8.1', 'fields of the form stand beside the decision and do not replace it'],
    `nodes: [${ask(', form: {properties: {price: {type: integer}, approved: {}}}')}]\n${seen('[ask.price, ask.approved, ask.decided_by]')}`,
    [{ key: 'ask', by: 'ann', form: { price: 5, approved: false, decided_by: 'x' } }],
    { outputs: { seen: [5, true, 'ann'] } },
  ),
  row(
    ['8.1', 'an edge reads the decision'],
    `nodes: [${ask()}, {id: go, type: wait, for: 1}, {id: stop, type: wait, for: 1}]\nedges: [ask to go if ask.approved, ask to stop if not ask.approved]\n`,
    [{ key: 'ask', by: 'ann', approved: false }],
    { statuses: { stop: 'completed', go: 'skipped' } },
  ),
  row(
    ['8.1', 'a rejection is an answer and no failure'],
    `nodes: [${ask()}]\n${seen('ask.approved')}`,
    [{ key: 'ask', by: 'ann', approved: false }],
    { status: 'completed', outputs: { seen: false } },
  ),
  row(
    ['8.2', 'without an answer in time it is rejected'],
    `nodes: [${ask(', timeout: 60')}]\n${seen('[ask.approved, ask.timed_out, ask.decided_by]')}`,
    [],
    { outputs: { seen: [false, true, 'timeout'] } },
  ),
  row(
    ['8.2', 'default_action approve lets it pass'],
    `nodes: [${ask(', timeout: 60, default_action: approve')}]\n${seen('[ask.approved, ask.timed_out]')}`,
    [],
    { outputs: { seen: [true, true] } },
  ),
  row(
    ['8.2', 'default_action fail ends the run'],
    `nodes: [${ask(', timeout: 60, default_action: fail')}]\n`,
    [],
    { code: 'timeout', node: 'ask' },
  ),
  row(
    ['8.2', 'on_error continue lets a flow go on after it'],
    `nodes: [${ask(', timeout: 60, default_action: fail, on_error: continue')}]\n${seen('[ask.success, ask.error.code]')}`,
    [],
    { outputs: { seen: [false, 'timeout'] } },
  ),
  row(
    ['8.2', 'an answer in time makes the timeout void'],
    `nodes: [${ask(', timeout: 60')}, {id: z, type: wait, for: 2m}]\nedges: [ask to z]\n${seen('ask.timed_out')}`,
    [{ key: 'ask', by: 'ann' }],
    { outputs: { seen: false } },
  ),
  row(
    ['8.3', 'as many people as asked for must approve'],
    `nodes: [${ask(', approvals_required: 2')}]\n${seen('[ask.approved, ask.decided_by_all]')}`,
    [
      { key: 'ask', by: 'ann' },
      { key: 'ask', by: 'ben' },
    ],
    { outputs: { seen: [true, ['ann', 'ben']] } },
  ),
  row(
    ['8.3', 'one person counts once'],
    `nodes: [${ask(', approvals_required: 2, timeout: 60')}]\n${seen('ask.timed_out')}`,
    [
      { key: 'ask', by: 'ann' },
      { key: 'ask', by: 'ann' },
    ],
    { outputs: { seen: true } },
  ),
  row(
    ['8.3', 'the first rejection decides'],
    `nodes: [${ask(', approvals_required: 3')}]\n${seen('[ask.approved, ask.decided_by]')}`,
    [
      { key: 'ask', by: 'ann' },
      { key: 'ask', by: 'ben', approved: false },
    ],
    { outputs: { seen: [false, 'ben'] } },
  ),
  row(
    ['8.4', 'each item of a map waits for itself'],
    `nodes: [{id: m, type: map, over: [x, y], task: {type: hitl, title: "{{ item }}"}, collect: values}]\n${seen("m|map(attribute='approved')|list")}`,
    [
      { key: 'm[1]', by: 'ann', approved: false },
      { key: 'm[0]', by: 'ben' },
    ],
    { outputs: { seen: [true, false] } },
  ),
  row(
    ['8.4', 'each visit of a loop asks again'],
    `nodes: [{id: w, type: wait, for: 1}, ${ask()}]\nedges: [w to ask, "ask to w if not ask.approved", "ask to END if ask.approved"]\n${seen('[visits.ask, ask.decided_by]')}`,
    [
      { key: 'ask', by: 'ben', approved: false },
      { key: 'ask@2', by: 'cem' },
    ],
    { outputs: { seen: [2, 'cem'] } },
  ),
  row(
    ['8.5', 'an answer that comes before the wait is kept for it'],
    `nodes: [{id: w, type: wait, for: 1}, ${ask(', timeout: 60')}]\n${seen('ask.decided_by')}`,
    [{ key: 'ask', by: 'ann' }],
    { outputs: { seen: 'ann' } },
  ),
  row(
    ['8.5', 'a second answer changes nothing'],
    `nodes: [${ask()}, {id: z, type: wait, for: 60}]\nedges: [ask to z]\n${seen('ask.approved')}`,
    [
      { key: 'ask', by: 'ann' },
      { key: 'ask', by: 'ben', approved: false },
    ],
    { outputs: { seen: true } },
  ),
  row(
    ['8.5', 'an answer for nobody is for nobody'],
    `nodes: [{id: a, type: wait, for: 1}]\n${seen('a.waited_until is defined')}`,
    [{ key: 'nobody', by: 'ann' }],
    { outputs: { seen: true } },
  ),
];
